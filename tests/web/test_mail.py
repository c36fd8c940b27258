"""Mail in the console: parked and junk mails, the outbox, the channels, the ledger, and what private queues keep."""

import re
from pathlib import Path

import pytest
from console import ADA, BO, Desk, desk
from house import FORM, NOW, mail
from running import free_port

from intake.core.case.case import Customer
from intake.store import people

SECURITY = "security@support.example"
INSIDER = "security@desk.example"
DEEP = b"From: bad@hosting.example\r\nSubject: heavy\r\nMIME-Version: 1.0\r\n" + 1_000 * (
    b"Content-Type: message/rfc822\r\n\r\n"
)
JUNK = mail("Buy now", subject="Pills", message_id="junk@hosting.example", X_Spam_Flag="YES")


def letters(here: Desk, reference: str) -> list[dict[str, object]]:
    return [each for each in here.home.outbox() if each["case"] == reference]


def test_a_parked_mail_is_told_with_the_reason_and_can_be_had_as_it_came(fresh: Desk) -> None:
    (outcome,) = fresh.home.take(DEEP)
    page = fresh.person(role="viewer").get("/mail").text
    assert outcome["because"].split(";")[0] in page
    number = re.search(r"/mail/(\d+)/raw", page)
    assert number
    kept = fresh.person().get(f"/mail/{number[1]}/raw")
    assert kept.content == DEEP
    assert kept.headers["content-disposition"].startswith("attachment")


def test_junk_is_released_to_a_case_and_a_viewer_cannot(fresh: Desk) -> None:
    fresh.home.take(JUNK)
    (number,) = re.findall(r"/mail/(\d+)/raw", fresh.person().get("/mail", show="junk").text)
    viewer = fresh.person(BO, "viewer")
    assert "Release" not in viewer.get("/mail", show="junk").text
    assert viewer.send(f"/mail/{number}/retry?show=junk").status_code == 403
    done = fresh.person().send(f"/mail/{number}/retry?show=junk").text
    assert f"Mail {number} is new case" in done
    assert fresh.home.case().subject == "Pills"
    assert fresh.person().send(f"/mail/{number}/retry").status_code == 404


def test_letters_are_withheld_released_and_tried_again_as_their_states_allow(fresh: Desk) -> None:
    reference = fresh.case()
    (letter,) = letters(fresh, reference)
    ada, place = fresh.person(), f"/mail/outbox/{letter['id']}"
    assert "Withheld" in ada.get("/mail/outbox").text
    assert f"{letter['id']} is withheld" in ada.send(f"{place}/withhold").text
    assert letters(fresh, reference)[0]["reason"] == f"withheld by {ADA}"
    assert "cannot be tried again" in ada.send(f"{place}/retry").text
    assert f"{letter['id']} is queued" in ada.send(f"{place}/release").text
    assert f"{letter['id']} is queued" in ada.send(f"{place}/retry").text
    assert reference in ada.get("/mail/outbox", state="queued").text
    assert reference not in ada.get("/mail/outbox", state="failed").text
    assert ada.get(f"{place}/raw").content == fresh.home.sent(int(str(letter["id"])))
    assert fresh.person(BO, "viewer").send(f"{place}/withhold").status_code == 403


def test_long_lists_go_on_further_without_gap_or_repeat(fresh: Desk) -> None:
    for number in range(53):
        fresh.home.keep(JUNK.replace(b"junk@", b"junk-%d@" % number).replace(b"Buy now", b"Buy %d" % number))
    fresh.home.receive(NOW)
    ada, seen, address = fresh.person(), list[str](), "/mail?show=junk"
    while address:
        page = ada.get(address).text
        seen += re.findall(r"/mail/(\d+)/raw", page)
        further = re.search(r'href="([^"]+)" rel="next"', page)
        address = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) == 53
    assert seen == sorted(seen, key=int, reverse=True)


def test_zit_5_mail_and_letters_of_a_private_route_are_shown_to_its_role_alone(fresh: Desk) -> None:
    secret = fresh.case("A hole in the login.", to=SECURITY, subject="Remote code execution")
    fresh.home.take(DEEP, routes=[SECURITY])
    parked = fresh.home.ledger()["received"]
    numbers = [each["id"] for desk_ in (True, False) for each in fresh.home.outbox(desk=desk_)]
    assert len(numbers) == 3
    outsiders = [fresh.person(ADA, "admin"), fresh.person(BO, "agent")]
    insider = fresh.person(INSIDER)
    assert "Remote code execution" in insider.get("/mail/outbox").text
    assert f"/mail/{parked}/raw" in insider.get("/mail").text
    assert insider.get(f"/mail/{parked}/raw").status_code == 200
    for outsider in outsiders:
        for path in ("/mail", "/mail/outbox", "/mail/outbox?state=queued"):
            page = outsider.get(path).text
            assert "Remote" not in page, path
            assert secret not in page, path
            assert INSIDER not in page, path
            assert SECURITY not in page, path
        assert re.search(r"received</th><td>0</td>", outsider.get("/mail/ledger").text)
        hidden, unknown = (outsider.get(f"/mail/{number}/raw") for number in (parked, 999))
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.text.replace(f"No mail {parked} ", "No mail 999 ") == unknown.text
        assert outsider.send(f"/mail/{parked}/retry").status_code == 404
        for number in numbers:
            assert outsider.get(f"/mail/outbox/{number}/raw").status_code == 404
            assert outsider.send(f"/mail/outbox/{number}/withhold").status_code == 404


def test_zit_5_a_customers_digest_is_hidden_by_the_private_cases_that_it_tells_of(fresh: Desk) -> None:
    with fresh.home.databases.desk.begin() as connection:
        people.save(
            connection, [Customer(0, "Of zitadel", "zitadel", "extended-sla", contacts=("kim@hosting.example",))]
        )
    for to, sender in ((SECURITY, "kim@hosting.example"), ("open-xchange@support.example", "pat@telco.example")):
        for number in range(6):
            raw = mail(FORM, to=to, sender=f"Kim <{sender}>", subject=f"{number}", message_id=f"{number}.{sender}")
            fresh.home.keep(raw, routes=[to], envelope_from=sender)
    fresh.home.receive(NOW)
    fresh.later(minutes=20)
    fresh.home.tick(fresh.now)
    digests = {each["to"]: each["id"] for each in fresh.home.outbox() if each["kind"] == "digest"}
    outsider, insider = fresh.person(ADA, "admin"), fresh.person(INSIDER)
    for address, status in (("kim@hosting.example", 404), ("pat@telco.example", 200)):
        assert outsider.get(f"/mail/outbox/{digests[address]}/raw").status_code == status
        assert insider.get(f"/mail/outbox/{digests[address]}/raw").status_code == 200


def test_zit_5_parked_mail_of_a_route_that_is_gone_may_have_been_private(fresh: Desk) -> None:
    fresh.home.keep(mail(FORM), routes=("gone@support.example",))
    fresh.home.receive(NOW)
    assert "gone@support.example" not in fresh.person().get("/mail").text
    assert "gone@support.example" in fresh.person(INSIDER).get("/mail").text


def test_the_ledger_says_whether_it_balances(fresh: Desk) -> None:
    fresh.case()
    fresh.home.take(JUNK)
    fresh.home.keep(mail(FORM, message_id="waits@hosting.example"))
    page = fresh.person().get("/mail/ledger").text
    counted = dict(re.findall(r'<th scope="row">([^<]+)</th><td>(\d+)</td>', page))
    assert {name: counted[name] for name in ("received", "new case", "junk", "waiting")} == {
        "received": "3",
        "new case": "1",
        "junk": "1",
        "waiting": "1",
    }
    assert "The ledger balances" in page


def test_a_channel_tells_its_last_success_and_a_test_what_answers(tmp_path: Path) -> None:
    port = free_port()
    mailbox = f'[[mailbox]]\nname = "box"\nhost = "127.0.0.1"\nport = {port}\nuser = "u"\npassword = "file:secret"\n'
    (tmp_path / "secret").write_text("s")
    with desk(tmp_path, {"smtp.listen": f"127.0.0.1:{port}"}, mailbox) as here:
        here.case()
        boss = here.person(BO, "manager")
        page = boss.get("/mail/channels").text
        assert "a mail taken" in page
        assert "the Maildir" in page
        assert "can be written" in boss.send("/mail/channels/test", channel="outgoing").text
        assert "Connection refused" in boss.send("/mail/channels/test", channel="smtp").text
        assert "refuses connections" in boss.send("/mail/channels/test", channel="imap box").text
        assert boss.send("/mail/channels/test", channel="imap other").status_code == 400
        agent = here.person(ADA, "agent")
        assert "Test" not in agent.get("/mail/channels").text.replace("A test", "")
        assert agent.send("/mail/channels/test", channel="outgoing").status_code == 403


@pytest.mark.parametrize("path", ["/mail", "/mail/outbox", "/mail/channels", "/mail/ledger", "/mail/1/raw"])
def test_nobody_looks_without_signing_in(here: Desk, path: str) -> None:
    assert here.browser().get(path).headers["location"].startswith("/sign-in")
