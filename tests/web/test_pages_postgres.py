"""The pages on PostgreSQL: they ask in ways that both databases answer, and keep private queues to their people."""

from datetime import timedelta
from pathlib import Path

import pytest
from console import ADA, BO, desk
from house import NOW, mail
from postgres import postgres

pytestmark = pytest.mark.real
SECURITY = "security@support.example"
PAGES = (
    "/mail",
    "/mail?show=junk",
    "/mail?before=9",
    "/mail/outbox",
    "/mail/outbox?state=queued&before=99",
    "/mail/channels",
    "/mail/ledger",
    "/customers",
    "/customers?q=telco",
    "/customers/1",
    "/policies/zitadel/versions",
    "/policies/open-xchange/replay",
    "/reports",
    "/reports?policy=zitadel&kind=resolution",
    "/reports/misses",
    "/reports/misses.csv",
    "/reports/credits",
    "/reports/ahead",
    "/desk",
)


def test_every_page_answers_and_keeps_private_queues_to_their_people(tmp_path: Path) -> None:
    with postgres() as server, desk(tmp_path, {"store.url": server.database()}) as here:
        here.case(subject="Plain")
        secret = here.case("Severity: 1\n", to=SECURITY, subject="Remote code execution")
        here.home.take(mail("Buy now", message_id="junk@hosting.example", X_Spam_Flag="YES"))
        here.home.tick(NOW + timedelta(days=4))
        here.later(days=4)
        outsider, insider = here.person(ADA, "admin"), here.person("security@desk.example")
        for path in PAGES:
            found = outsider.get(path)
            assert found.status_code == 200, (path, found.text)
            assert secret not in found.text, path
            assert "Remote" not in found.text, path
        assert secret in insider.get("/mail/outbox").text
        assert "Cases opened: 2" in insider.get("/reports").text
        assert "Cases opened: 1" in outsider.get("/reports").text
        text = here.home.house.policies.get("open-xchange").text
        boss = here.person(BO, "manager")
        files = {"file": ("changed.toml", text.encode())}
        begun = boss.client.post("/policies/open-xchange/replay", data={"csrf": boss.csrf}, files=files)
        assert begun.status_code == 303
        while "hx-get" in (page := boss.get("/policies/open-xchange/replay/progress").text):
            pass
        assert "0 of 1 cases would differ" in page
