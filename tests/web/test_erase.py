"""Erasing a person's data in the console: shown, and done when the address is typed again, by who sees every case."""

import pytest
from console import ADA, BO, Desk
from house import mail

KIM = "kim@hosting.example"
# the one role of a private queue in the example
SEES_ALL = "security@desk.example"
WORD = "Zebrafink"


def kept(desk: Desk) -> bool:
    """Whether the word stands in a mail or a case."""
    (case,) = desk.home.cases()
    return WORD in case.subject


def closed(desk: Desk) -> str:
    """A case of Kim's that is over."""
    reference = desk.take(mail(subject=f"The {WORD}"))
    assert desk.person(ADA).act(reference, "status", "closed").status_code == 200
    return reference


def test_what_there_is_is_shown_and_gone_once_the_address_is_typed_again(fresh: Desk) -> None:
    closed(fresh)
    boss = fresh.person(SEES_ALL, "admin")
    assert "Erase a person" in boss.get("/desk").text
    shown = boss.send("/erase/look", address=f" {KIM.upper()} ").text
    assert f'<h2 id="found">{KIM}</h2>' in shown
    assert "<dt>cases</dt><dd>1</dd>" in shown
    assert kept(fresh)
    refused = boss.send("/erase", address=KIM, typed="kin@hosting.example")
    assert (refused.status_code, "nothing was erased" in refused.text, kept(fresh)) == (400, True, True)
    assert "Erased." in boss.send("/erase", address=KIM, typed=KIM).text
    assert not kept(fresh)
    assert fresh.home.ledger()["balanced"]


def test_an_open_case_and_what_is_no_address_are_refused_in_a_line(fresh: Desk) -> None:
    reference = fresh.take(mail(subject=WORD))
    boss = fresh.person(SEES_ALL, "admin")
    for path, form, said in (
        ("/erase/look", {"address": KIM}, f"{reference}: still open for {KIM}"),
        ("/erase", {"address": KIM, "typed": KIM}, f"{reference}: still open for {KIM}"),
        ("/erase/look", {"address": "@"}, "is no mail address"),
        ("/erase", {"address": " ", "typed": " "}, "is no mail address"),
        ("/erase/look", {"address": SEES_ALL}, "is an agent"),
    ):
        refused = boss.send(path, **form)
        assert (refused.status_code, said in refused.text) == (400, True), form
    assert kept(fresh)


@pytest.mark.parametrize(("address", "role"), [(BO, "admin"), (SEES_ALL, "manager"), (SEES_ALL, "viewer")])
def test_nobody_erases_who_is_no_admin_or_from_whom_a_queue_is_hidden(fresh: Desk, address: str, role: str) -> None:
    closed(fresh)
    somebody = fresh.person(address, role)
    page = somebody.get("/erase")
    assert page.status_code == (200 if role == "admin" else 403)
    assert '<form method="post" action="/erase' not in page.text
    for path in ("/erase/look", "/erase"):
        refused = somebody.send(path, address=KIM, typed=KIM)
        assert (refused.status_code, "<dt>cases" in refused.text) == (403, False)
    assert kept(fresh)


def test_a_form_that_is_not_ours_erases_nothing(fresh: Desk) -> None:
    closed(fresh)
    boss = fresh.person(SEES_ALL, "admin")
    assert boss.client.post("/erase", data={"address": KIM, "typed": KIM}).status_code == 403
    assert kept(fresh)
