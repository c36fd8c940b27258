"""Signing in: the first admin's link, sessions that end, guessing that is slow, and nobody locked out by others."""

import re

import database
import httpx
import pytest
from console import ADA, BO, PASSWORD, Desk

from intake.store import accounts, people
from intake.store.engine import reading


def sign_in(client: httpx.Client, address: str, password: str = PASSWORD) -> httpx.Response:
    return client.post("/sign-in", data={"address": address, "password": password})


def test_the_first_link_makes_an_admin_once(fresh: Desk) -> None:
    link = fresh.console.first_link()
    form = {"address": ADA, "name": "Ada", "zone": "Europe/Berlin", "password": PASSWORD}
    first, second = fresh.browser(), fresh.browser()
    assert "first here" in first.get(link).text
    assert first.post(link, data=form).status_code == 303
    assert first.get("/people").status_code == 200
    assert second.post(link, data=form).status_code == 410
    assert second.get(link).status_code == 410
    assert fresh.console.first_link() == ""


def test_the_first_admin_who_is_an_agent_already_keeps_name_and_zone(fresh: Desk) -> None:
    with fresh.home.databases.desk.begin() as connection:
        people.save_agents(connection, [people.Agent(ADA, "Ada Beispiel", "America/New_York")])
    form = {"address": ADA, "name": "A.", "zone": "Europe/Berlin", "password": PASSWORD}
    assert fresh.browser().post(fresh.console.first_link(), data=form).status_code == 303
    with reading(fresh.home.databases.desk) as connection:
        assert people.agent(connection, ADA) == people.Agent(ADA, "Ada Beispiel", "America/New_York")


def test_a_link_works_no_longer_than_two_days(fresh: Desk) -> None:
    link = fresh.console.first_link()
    fresh.later(days=2, seconds=1)
    assert fresh.browser().get(link).status_code == 410


def test_a_short_password_is_refused_and_the_link_still_works(fresh: Desk) -> None:
    link, client = fresh.console.first_link(), fresh.browser()
    form = {"address": ADA, "name": "Ada", "zone": "Europe/Berlin"}
    refused = client.post(link, data=form | {"password": "short"})
    assert refused.status_code == 400
    assert "at least 12 characters" in refused.text
    assert client.post(link, data=form | {"password": PASSWORD}).status_code == 303


def test_the_right_password_signs_in_and_a_wrong_one_does_not(here: Desk) -> None:
    cy, client = here.account("cy@desk.example"), here.browser()
    assert sign_in(client, cy, "another password").status_code == 401
    assert client.get("/").status_code == 303
    assert sign_in(client, cy).status_code == 303
    assert client.get("/").status_code == 200


def test_signing_in_says_the_same_for_an_unknown_address(here: Desk) -> None:
    known = here.account("dan@desk.example")
    wrong = [sign_in(here.browser(), address, "another password") for address in (known, "eve@desk.example")]
    texts = {re.sub(r'value="[^"]*@desk.example"', "", each.text) for each in wrong}
    assert len(texts) == 1


def test_passwords_and_secrets_are_not_in_the_database(here: Desk) -> None:
    address, client = here.account("flo@desk.example"), here.browser()
    sign_in(client, address)
    with here.home.databases.desk.begin() as connection:
        account = accounts.account(connection, address)
        (session,) = accounts.sessions(connection, address)
    assert account
    assert account.password
    assert account.password.startswith("$argon2id$")
    assert session.id not in client.cookies["intake_session"]


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(here: Desk) -> None:
    ada = here.person()
    stolen = here.browser()
    stolen.cookies.set("intake_session", ada.client.cookies["intake_session"])
    assert stolen.get("/").status_code == 200
    ada.send("/sign-out")
    assert stolen.get("/").status_code == 303


def test_a_session_that_nobody_uses_ends_after_a_week(here: Desk) -> None:
    ada = here.person()
    here.later(days=6)
    assert ada.get("/").status_code == 200
    here.later(days=6)
    assert ada.get("/").status_code == 200
    here.later(days=7, minutes=2)
    assert ada.get("/").status_code == 303


def test_a_session_ends_when_its_owner_loses_the_role(here: Desk) -> None:
    ada, boss = here.person(), here.person(BO, "admin")
    boss.send("/people/role", address=ADA, role="")
    assert ada.get("/").status_code == 303


def test_guessing_is_stopped_and_its_owner_still_gets_in_from_a_known_browser(fresh: Desk) -> None:
    gil, known, guesser = fresh.account("gil@desk.example"), fresh.browser(), fresh.browser()
    sign_in(known, gil)
    tried = [sign_in(guesser, gil, f"a wrong password {number}").status_code for number in range(12)]
    assert tried == [401] * 10 + [429] * 2
    assert sign_in(guesser, gil).status_code == 429
    assert sign_in(known, gil).status_code == 303
    fresh.later(minutes=16)
    assert sign_in(guesser, gil).status_code == 303


def test_one_client_guesses_at_many_addresses_no_faster(fresh: Desk) -> None:
    guesser = fresh.browser()
    tried = [sign_in(guesser, f"a{number}@desk.example").status_code for number in range(41)]
    assert tried == [401] * 40 + [429]


def test_a_known_browser_has_its_own_bound(fresh: Desk) -> None:
    hal, known = fresh.account("hal@desk.example"), fresh.browser()
    sign_in(known, hal)
    tried = [sign_in(known, hal, f"a wrong password {number}").status_code for number in range(11)]
    assert tried == [401] * 10 + [429]


def test_a_known_browser_is_known_for_its_own_address_alone(fresh: Desk) -> None:
    ina, jo, known = fresh.account("ina@desk.example"), fresh.account("jo@desk.example"), fresh.browser()
    sign_in(known, ina)
    tried = [sign_in(known, jo, "a wrong password").status_code for _ in range(11)]
    assert tried[-1] == 429
    assert sign_in(known, ina).status_code == 303


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_pages_of_ours_alone(here: Desk, place: str) -> None:
    form = {"address": here.account("kay@desk.example"), "password": PASSWORD}
    client = here.browser()
    assert client.post("/sign-in", data=form | {"next": place}).headers["location"] == "/"
    assert client.post("/sign-in", data=form | {"next": "/people?a=b"}).headers["location"] == "/people?a=b"


def test_a_form_of_another_site_is_not_read(here: Desk) -> None:
    form = {"address": here.account("lou@desk.example"), "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert here.browser().post("/sign-in", data=form, headers=headers).status_code == 403, headers
    assert here.browser().post("/sign-in", data=form, headers={"Origin": here.url}).status_code == 303


def test_an_act_needs_the_token_of_its_own_session(here: Desk) -> None:
    ada, bo = here.person(), here.person(BO)
    reference = here.case()
    ada.csrf = bo.csrf
    assert ada.act(reference, "note", "hello").status_code == 403
    ada.csrf = ""
    assert ada.act(reference, "note", "hello").status_code == 403
    assert "hello" not in bo.get(f"/cases/{reference}").text


def test_a_form_beyond_a_megabyte_is_not_read(here: Desk) -> None:
    ada = here.person()
    assert ada.send("/sign-out", more="x" * 1_100_000).status_code == 413
    assert ada.get("/").status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(here: Desk) -> None:
    made = sign_in(here.browser(), here.account("mo@desk.example")).headers.get_list("set-cookie")
    assert len(made) == 2
    for cookie in made:
        assert "httponly" in cookie.lower()
        assert "samesite" in cookie.lower()


def test_behind_tls_cookies_are_for_https_alone(fresh: Desk) -> None:
    site = fresh.console.site
    service = site.house.settings.service.model_copy(update={"public_url": "https://desk.example"})
    site.house.settings = site.house.settings.model_copy(update={"service": service})
    link = fresh.console.first_link().removeprefix("https://desk.example")
    form = {"address": ADA, "name": "Ada", "zone": "Europe/Berlin", "password": PASSWORD}
    made = fresh.browser().post(link, data=form).headers.get_list("set-cookie")
    assert made[0].startswith("__Host-")
    assert all("secure" in cookie.lower() for cookie in made)


def test_every_answer_carries_the_headers_that_keep_foreign_code_out(here: Desk) -> None:
    ada = here.person()
    for path in ("/", "/sign-in", "/nothing", "/health", "/assets/style.css", "/people"):
        headers = ada.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_health_tells_a_monitor_whether_the_store_can_be_read(fresh: Desk) -> None:
    assert fresh.browser().get("/health").json() == {"status": "ok", "late": []}
    fresh.home.databases.close()
    if fresh.home.databases.shared:
        database.forget(fresh.home.config.base)
    else:
        var = fresh.home.config.folder
        (var / "desk.db").rename(var / "gone.db")
        (var / "desk.db").mkdir()
    assert fresh.browser().get("/health").status_code == 503


@pytest.mark.parametrize("role", ["viewer", "agent", "manager", "admin"])
def test_each_role_may_do_what_the_table_says(here: Desk, role: str) -> None:
    reference = here.case()
    somebody = here.person(ADA, role)
    shown = somebody.get(f"/cases/{reference}")
    assert shown.status_code == 200
    works = role != "viewer"
    assert ('id="composer"' in shown.text) == works
    form = {"what": "note", "value": "seen", "version": "1", "entries": "1"}
    assert somebody.send(f"/cases/{reference}/acts", **form).status_code == (200 if works else 403)
    assert somebody.send(f"/cases/{reference}/draft", what="note", value="x").status_code == (204 if works else 403)
    assert somebody.get("/people").status_code == (200 if role == "admin" else 403)
    assert somebody.send("/people/role", address=BO, role="admin").status_code == (200 if role == "admin" else 403)


def test_nobody_changes_their_own_role(here: Desk) -> None:
    boss = here.person(ADA, "admin")
    assert boss.send("/people/role", address=ADA, role="").status_code == 400
    assert boss.get("/people").status_code == 200


def test_a_routes_own_address_becomes_nobodys(fresh: Desk) -> None:
    route, form = "Zimbra@support.example", {"name": "Zed", "zone": "", "password": PASSWORD}
    refused = fresh.browser().post(fresh.console.first_link(), data=form | {"address": route})
    assert (refused.status_code, "route&#39;s own address" in refused.text) == (400, True)
    refused = fresh.person(ADA, "admin").send("/people/link", address=route, name="Zed", role="agent")
    assert (refused.status_code, "route&#39;s own address" in refused.text) == (400, True)
    with fresh.home.databases.desk.begin() as connection:
        assert people.agent(connection, route) is None


def test_an_invited_agent_chooses_a_password_and_has_the_role_that_was_given(here: Desk) -> None:
    boss = here.person(ADA, "admin")
    shown = boss.send("/people/link", address=BO, name="Bo", role="manager").text
    link = re.search(r"/welcome/[\w-]+", shown)
    assert link
    bo = here.browser()
    assert BO in bo.get(link[0]).text
    form = {"name": "Bo", "zone": "Europe/Paris", "password": PASSWORD, "address": "eve@desk.example"}
    assert bo.post(link[0], data=form).status_code == 303
    with here.home.databases.desk.begin() as connection:
        account = accounts.account(connection, BO)
        assert accounts.account(connection, "eve@desk.example") is None
    assert account
    assert (account.role, account.zone) == ("manager", "Europe/Paris")


def test_an_admin_ends_a_session(here: Desk) -> None:
    boss, bo = here.person(ADA, "admin"), here.person(BO)
    with here.home.databases.desk.begin() as connection:
        (session,) = accounts.sessions(connection, BO)
    boss.send("/people/end", session=session.id)
    assert bo.get("/").status_code == 303
