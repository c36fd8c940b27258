"""Questions over the API: explain, due, customers, the ledger, the outbox."""

from typing import Any

from api import problem
from console import ADA, BO, Desk
from house import FORM, mail

from intake.desk.due import due

SECURITY = "security@support.example"
MACHINE = {"Auto_Submitted": "auto-replied"}


def test_explain_says_what_would_become_of_a_mail_and_keeps_nothing(here: Desk) -> None:
    program, before = here.program(), here.home.ledger()
    told = program.post("explain", params={"to": "open-xchange@support.example"}, content=mail())
    assert told.status_code == 200, told.text
    assert told.json()["outcome"] == "new_case"
    assert told.json()["severity"] == 2
    assert told.json()["answer"]["template"] == "acknowledgment"
    tagged = program.post("explain", params={"to": "open-xchange+abc@support.example"}, content=mail())
    assert tagged.json()["route"] == "open-xchange@support.example"
    assert here.home.ledger() == before
    assert "body is empty" in problem(program.post("explain", params={"to": "open-xchange@support.example"}), 422)
    assert "no route" in problem(program.post("explain", params={"to": "x@y.example"}, content=mail()), 422)


def test_explain_takes_a_mail_as_large_as_smtp_does(here: Desk) -> None:
    big = mail(FORM + ("x" * 70 + "\n") * 18_000)
    told = here.program().post("explain", params={"to": "open-xchange@support.example"}, content=big)
    assert told.status_code == 200, told.text[:200]


def test_due_is_reckoned_as_the_command_does_it(here: Desk) -> None:
    asked = {"id": 7, "policy": "open-xchange", "severity": 1, "opened": "2026-12-23T16:00:00+01:00",
             "targets": {"response": {"1": "2 business days"}}}  # fmt: skip
    answer = here.program().post("due", json=asked)
    assert answer.json() == due(here.home.house.policies.get("open-xchange"), asked)
    for wrong, said in (
        ({"policy": "../../etc/passwd"}, "no policy"),
        ({"severity": 12}, "severity"),
        ({"opened": "yesterday"}, "no instant"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ):
        assert said in problem(here.program().post("due", json={**asked, **wrong}), 422)


def test_customers_come_page_by_page_and_one_by_its_name(here: Desk) -> None:
    program = here.program()
    first = program.get("customers", params={"limit": 1}).json()
    assert [each["name"] for each in first["items"]] == ["Beispiel Hosting"]
    rest = program.get("customers", params={"limit": 1, "after": first["next"]}).json()
    assert ([each["name"] for each in rest["items"]], rest["next"]) == (["Sample Telco"], None)
    assert program.get("customers/Sample Telco").json()["zone"] == "Europe/London"
    assert 'named "Nobody"' in problem(program.get("customers/Nobody"), 404)


def test_the_ledger_is_the_commands(here: Desk) -> None:
    here.case()
    assert here.program("security@desk.example").get("ledger").json() == here.home.ledger()


def test_a_mail_that_needs_a_person_is_called_spam_and_released(fresh: Desk) -> None:
    for number in range(3):
        fresh.home.take(mail("I am away.", subject=f"Away {number}", message_id=f"{number}@hosting.example", **MACHINE))
    program = fresh.program()
    first = program.get("mails", params={"outcome": "automatic", "limit": 2}).json()
    rest = program.get("mails", params={"outcome": "automatic", "limit": 2, "after": first["next"]}).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [3, 2, 1]
    assert rest["next"] is None
    assert program.get("mails").json() == {"items": [], "next": None}
    called = program.post("mails/2/spam").json()
    assert [(each["outcome"], each["because"]) for each in called["outcomes"]] == [
        ("junk", f"{ADA} says that it is spam")
    ]
    assert [each["id"] for each in program.get("mails", params={"outcome": "junk"}).json()["items"]] == [2]
    # what was called spam is a machine's again, as it was, and that is released to a case
    for became in ("automatic", "new_case"):
        (released,) = program.post("mails/2/retry").json()["outcomes"]
        assert released["outcome"] == became
    assert fresh.home.case().subject == "Away 1"
    for gone in ("mails/2/spam", "mails/2/retry", "mails/99/spam"):
        assert problem(program.post(gone), 404) == f"No mail {gone.split('/')[1]} is parked, junk or automatic."
    assert "mail:write" in problem(fresh.program(BO, "viewer", ["mail:read"]).post("mails/1/spam"), 403)


def test_zit_5_nobody_else_sees_or_judges_a_mail_of_a_private_route(fresh: Desk) -> None:
    secret = mail("I am away.", to=SECURITY, message_id="s@hosting.example", **MACHINE)
    fresh.home.take(secret, routes=[SECURITY])
    outsider, insider = fresh.program(ADA, "admin"), fresh.program("security@desk.example")
    asked = {"outcome": "automatic"}
    assert outsider.get("mails", params=asked).json()["items"] == []
    assert problem(outsider.post("mails/1/spam"), 404) == "No mail 1 is parked, junk or automatic."
    (seen,) = insider.get("mails", params=asked).json()["items"]
    assert seen["route"] == SECURITY
    assert insider.post("mails/1/spam").status_code == 200


def test_the_outbox_page_by_page_and_its_acts(fresh: Desk) -> None:
    reference = fresh.case()
    fresh.case(subject="Another")
    program = fresh.program("security@desk.example")
    every = program.get("outbox").json()["items"]
    assert [each["id"] for each in every] == sorted((each["id"] for each in every), reverse=True)
    pages: list[dict[str, Any]] = []
    after = None
    while not pages or after is not None:
        page = program.get("outbox", params={"limit": 1, **({"after": after} if after else {})}).json()
        pages += page["items"]
        after = page["next"]
    assert pages == every
    mine = next(each for each in every if each["case"] == reference and each["kind"] == "acknowledgment")
    held = program.post(f"outbox/{mine['id']}/withhold")
    assert (held.status_code, held.json()["state"]) == (200, "withheld")
    assert "cannot be withheld" in problem(program.post(f"outbox/{mine['id']}/withhold"), 422)
    assert program.post(f"outbox/{mine['id']}/release").json()["state"] == "queued"
    assert program.post(f"outbox/{mine['id']}/retry").json()["state"] == "queued"
    assert program.get(f"outbox/{mine['id']}").json()["envelope_to"] == ["kim@hosting.example"]
    assert problem(program.get("outbox/999999"), 404)
