"""The work list in the browser: its order and reasons, time left, filters, search, freshness, and who sees what."""

import re

from console import ADA, BO, Desk
from house import FORM, NOW, ROUTE

SECURITY = "security@support.example"
UNREADABLE = b"From: bad@hosting.example\r\nMIME-Version: 1.0\r\n" + 1_000 * b"Content-Type: message/rfc822\r\n\r\n"
OPENED = re.compile(r'href="/cases/([A-Z]+-\d+)"')


def listed(page: str) -> list[str]:
    """The references of the cases of a list, in its order."""
    return OPENED.findall(page)


def test_cases_stand_in_the_policys_order_with_the_reason(fresh: Desk) -> None:
    later = fresh.case(FORM.replace("Severity: 2", "Severity: 3"), subject="Third")
    first = fresh.case(FORM.replace("Severity: 2", "Severity: 1"), subject="First")
    second = fresh.case(subject="Second")
    page = fresh.person().get("/").text
    assert listed(page) == [first, second, later]
    assert "Severity 1; due" in page


def test_time_left_is_told_in_the_targets_calendar_and_the_instant_in_the_readers_zone(fresh: Desk) -> None:
    fresh.case()
    ada = fresh.person()
    # four business hours from Monday 10:00 in Berlin
    assert "4 h working" in ada.get("/").text
    assert "14:00 Berlin" in ada.get("/").text
    fresh.later(hours=3, minutes=20)
    page = ada.get("/").text
    assert "40 min working" in page
    assert 'class="soon"' in page
    fresh.later(hours=23, minutes=40)
    page = ada.get("/").text
    assert 'class="late"' in page
    assert re.search(r"\d+ h( \d+ min)? working late", page)
    assert "Mon 14:00 Berlin" in page


def test_filters_show_what_they_say(fresh: Desk) -> None:
    plain = fresh.case(subject="Plain")
    grave = fresh.case(FORM.replace("Severity: 2", "Severity: 1"), subject="Grave")
    stranger = fresh.case("Hello?", subject="Stranger", sender="Rob <rob@unknown.example>")
    ada = fresh.person()
    ada.act(plain, "assign", ADA)
    ada.act(plain, "status", "waiting")
    assert listed(ada.get("/", severity=1).text) == [grave]
    assert listed(ada.get("/", only="mine").text) == [plain]
    assert plain not in listed(ada.get("/", only="nobody").text)
    assert listed(ada.get("/", only="triage").text) == [stranger]
    assert listed(ada.get("/", show="waiting").text) == [plain]
    assert listed(ada.get("/", policy="zimbra").text) == []
    assert listed(ada.get("/", only="due").text) == [grave]
    ada.act(plain, "status", "resolved")
    assert listed(ada.get("/", show="over").text) == [plain]
    assert plain not in listed(ada.get("/").text)


def test_the_list_of_one_customer_is_found_by_number_name_or_a_part_of_it(fresh: Desk) -> None:
    hosting = fresh.case(sender="Kim <kim@hosting.example>")
    telco = fresh.case(sender="Pat <pat@telco.example>")
    stranger, ada = fresh.case("Hello?", sender="Rob <rob@unknown.example>"), fresh.person()
    number = str(fresh.home.case(telco).customer_id)
    for named in (number, "Sample Telco", "sample", " telco.example "):
        page = ada.get("/", customer=named).text
        assert listed(page) == [telco], named
    assert 'name="customer" value="Sample Telco"' in ada.get("/", customer=number).text
    assert set(listed(ada.get("/", customer="e").text)) == {hosting, telco}
    for nobody in ("Nobody", "%", "9" * 30, "\0?"):
        assert listed(ada.get("/", customer=nobody).text) == [], nobody
    assert len(listed(ada.get("/", customer="\0").text)) == len((hosting, telco, stranger))
    ada.act(telco, "status", "resolved")
    assert listed(ada.get("/", customer="Sample Telco", show="over").text) == [telco]


def test_parked_mail_is_a_step_away_from_the_list_with_its_number(fresh: Desk) -> None:
    ada, insider = fresh.person(), fresh.person(SECURITY.replace("support", "desk"))
    assert '<a href="/mail">Parked mail</a>' in ada.get("/").text
    for routes in ((ROUTE,), (SECURITY,)):
        fresh.home.take(UNREADABLE + routes[0].encode() + b"\r\n", routes=routes)
    assert '<a href="/mail">Parked mail <b>1</b></a>' in ada.get("/").text
    assert '<a href="/mail">Parked mail <b>2</b></a>' in insider.get("/").text


def test_search_finds_by_every_word_in_reference_subject_sender_and_text(fresh: Desk) -> None:
    one = fresh.case(subject="Kalender zeigt 100% falsche Zeiten")
    two = fresh.case(subject="Der Kalender ist leer", sender="Sam <it@hosting.example>")
    ada = fresh.person()
    assert set(listed(ada.get("/", q="kalender").text)) == {one, two}
    assert listed(ada.get("/", q="KALENDER it@hosting").text) == [two]
    assert listed(ada.get("/", q=one.lower()).text) == [one]
    assert listed(ada.get("/", q="100%").text) == [one]
    ada.act(one, "note", "The Lüfter rattles.")
    assert listed(ada.get("/", q="lüfter").text) == [one]
    for nothing in ("%", "_", '"', "NEAR(", "kalender nirgends"):
        page = ada.get("/", q=nothing)
        assert (page.status_code, listed(page.text)) == (200, [])


def test_a_list_that_is_open_hears_of_changes_and_of_nothing_else(fresh: Desk) -> None:
    fresh.case(subject="First")
    ada = fresh.person()
    polled = re.search(r'hx-get="([^"]+)"', ada.get("/").text)
    assert polled
    address = polled[1].replace("&amp;", "&")
    assert ada.get(address).status_code == 204
    second = fresh.case(subject="Second")
    changed = ada.get(address)
    assert second in listed(changed.text)
    assert "<html" not in changed.text


def test_a_list_whose_session_ended_leads_to_the_sign_in(here: Desk) -> None:
    browser = here.browser()
    polled = browser.get("/rows", headers={"HX-Request": "true"})
    assert polled.headers["hx-redirect"] == "/sign-in"


def test_more_cases_than_fit_stand_on_further_pages(fresh: Desk) -> None:
    made = [fresh.home.keep(_mail(number)) for number in range(53)]
    fresh.home.receive(NOW)
    assert len(made) == 53
    ada = fresh.person()
    first, second = (listed(ada.get("/", page=page).text) for page in (1, 2))
    assert (len(first), len(second)) == (50, 3)
    assert not set(first) & set(second)


def _mail(number: int) -> bytes:
    from house import mail

    return mail(FORM, subject=f"Question {number}", message_id=f"{number}@hosting.example")


def test_a_private_case_is_shown_to_the_people_of_its_role_alone(fresh: Desk) -> None:
    """ZIT-5: neither list, filter, search, page, mail nor act tells that it is there; an admin has no special sight."""
    secret = fresh.case("A hole in the login.", to=SECURITY, subject="Remote code execution")
    linked = fresh.case()
    outsiders = [fresh.person(ADA, "admin"), fresh.person(BO, "agent")]
    insider = fresh.person("security@desk.example")
    assert secret in listed(insider.get("/").text)
    assert listed(insider.get("/", q="execution").text) == [secret]
    assert "Remote code execution" in insider.get(f"/cases/{secret}").text
    assert insider.get(f"/cases/{secret}/messages/0/raw").status_code == 200
    for outsider in outsiders:
        for query in ({}, {"q": "execution"}, {"q": secret}, {"queue": "security"}, {"policy": "zitadel"}):
            page = outsider.get("/", **query).text
            assert listed(page) in ([], [linked]), query
            assert "Remote" not in page
        assert "security" not in outsider.get("/").text
        unknown = outsider.get("/cases/ZD-999999")
        for path in (
            "",
            "/messages/0/raw",
            "/messages/0/formatted",
            "/messages/0/files/0",
            "/letters/1/raw",
            "/letters/1/text",
        ):
            hidden = outsider.get(f"/cases/{secret}{path}")
            assert hidden.status_code == 404, path
            assert hidden.text.replace(secret, "") == unknown.text.replace("ZD-999999", "")
        form = {"what": "note", "value": "x", "version": "1", "entries": "1"}
        assert outsider.send(f"/cases/{secret}/acts", **form).status_code == 404
        assert outsider.send(f"/cases/{secret}/draft", what="note", value="x").status_code == 404
    insider.act(secret, "status", "resolved")
    assert secret not in listed(outsiders[0].get("/", show="over").text)
    assert secret in listed(insider.get("/", show="over").text)


def test_what_a_stranger_wrote_is_text(fresh: Desk) -> None:
    """THREATS 35 and 38, in the list and on the page."""
    reference = fresh.case("<script>alert(1)</script> {{7*7}}", subject="<img src=x onerror=alert(1)> {{7*7}}")
    ada = fresh.person()
    for page in (ada.get("/").text, ada.get(f"/cases/{reference}").text):
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "{{7*7}}" in page
