"""Cases over the API: the same acts as on the console's pages, once each, over nothing unseen, and nothing private."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api import problem
from console import ADA, BO, Desk
from house import FORM, mail
from sqlalchemy import select

from intake import app
from intake.store import tables
from intake.store.engine import reading

SECURITY = "security@support.example"


def listed(program: httpx.Client, **asked: Any) -> list[str]:
    """The references of a list, over all of its pages."""
    found: list[str] = []
    after = ""
    while True:
        answer = program.get("cases", params={**asked, **({"after": after} if after else {})})
        assert answer.status_code == 200, answer.text
        found += [each["reference"] for each in answer.json()["items"]]
        after = answer.json()["next"]
        if after is None:
            return found


def test_the_list_is_the_work_list_page_by_page_each_case_once(fresh: Desk) -> None:
    third = fresh.case(FORM.replace("Severity: 2", "Severity: 3"), subject="Third")
    first = fresh.case(FORM.replace("Severity: 2", "Severity: 1"), subject="First")
    second, over, older = (fresh.case(subject=name) for name in ("Second", "Over", "Older"))
    program = fresh.program()
    for reference in (older, over):
        program.post(f"cases/{reference}/acts", json={"act": "status", "value": "resolved"})
    everything = [first, second, third, older, over]
    assert listed(program) == everything
    assert listed(program, limit=1) == everything
    assert listed(program, limit=2) == everything
    item = program.get("cases", params={"limit": 1}).json()["items"][0]
    assert item["place_because"].startswith("Severity 1; due")
    assert item["from"] == {"name": "Kim", "address": "kim@hosting.example"}
    assert (
        fresh.home.shown(first).items() >= {key: value for key, value in item.items() if key != "place_because"}.items()
    )


def test_a_list_of_cases_holds_what_its_filters_ask_for(fresh: Desk) -> None:
    plain = fresh.case(subject="Plain")
    grave = fresh.case(FORM.replace("Severity: 2", "Severity: 1"), subject="Grave")
    stranger = fresh.case("Hello?", subject="Stranger", sender="Rob <rob@unknown.example>")
    program = fresh.program()
    program.post(f"cases/{plain}/acts", json={"act": "assign", "value": BO})
    program.post(f"cases/{plain}/acts", json={"act": "status", "value": "resolved"})
    assert listed(program, severity=1) == [grave]
    assert listed(program, state="resolved") == [plain]
    assert listed(program, assignee=BO) == [plain]
    assert listed(program, assignee="me") == []
    assert set(listed(program, assignee="nobody")) == {grave, stranger}
    assert listed(program, mark="triage") == [stranger]
    assert set(listed(program, customer="Beispiel Hosting")) == {plain, grave}
    assert listed(program, policy="zimbra") == []
    assert listed(program, queue="support", due_before="2026-11-23T10:30:00Z") == [grave]
    assert listed(program, search="stranger") == [stranger]
    assert 'nobody is named "Nobody"' in problem(program.get("cases", params={"customer": "Nobody"}), 422)
    assert problem(program.get("cases", params={"after": "x1"}), 422)
    assert problem(program.get("cases", params={"due_before": "2026-11-23T10:30:00"}), 422)


def test_a_case_is_shown_as_the_command_shows_it(here: Desk) -> None:
    reference = here.case()
    shown = here.program().get(f"cases/{reference}")
    assert shown.json().items() >= here.home.shown(reference).items()
    assert shown.headers["etag"] == f'"{here.home.case(reference).version}"'
    assert problem(here.program().get("cases/OX-999999"), 404) == "No case has the reference OX-999999."


@pytest.mark.parametrize(
    ("what", "value", "because"),
    [
        ("note", "Rang twice.", ""),
        ("have-it", "", ""),
        ("assign", BO, ""),
        ("severity", "1", "nobody can work"),
        ("status", "resolved", "restarted"),
        ("workaround", "", "use the old client"),
        ("escalate", "", "the customer rang"),
        ("cc", "lee@partner.example", ""),
        ("agreed", "a call at 18:00", ""),
        ("spam", "", ""),
    ],
)
def test_each_act_is_done_under_the_owners_name(here: Desk, what: str, value: str, because: str) -> None:
    reference, program = here.case(), here.program()
    program.post(f"cases/{reference}/acts", json={"act": "reply", "value": "We are looking."})
    done = program.post(f"cases/{reference}/acts", json={"act": what, "value": value, "because": because})
    assert done.status_code == 200, done.text
    assert done.json()["reference"] == reference
    assert isinstance(done.json()["warnings"], list)
    assert here.home.shown(reference)["history"][-1]["actor"] in (ADA, "intake")


def test_a_reply_goes_to_the_customer(here: Desk) -> None:
    reference, program = here.case(), here.program()
    program.post(f"cases/{reference}/acts", json={"act": "reply", "value": "Please restart it."})
    sent = [each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply"]
    assert [each["to"] for each in sent] == ["kim@hosting.example"]
    assert here.home.case(reference).assignee == ADA


def test_what_cannot_be_done_is_one_line(here: Desk) -> None:
    reference, program = here.case(), here.program()
    for body, said in (
        ({"act": "severity", "value": "9"}, 'no severity "9"'),
        ({"act": "reply", "value": "  "}, "an empty reply"),
        ({"act": "dance"}, "must be one of"),
        ({"act": "note", "value": "x", "valeu": "y"}, "valeu"),
        ({"act": "note", "value": "a\0b"}, "NUL"),
        ({}, "act"),
    ):
        assert said in problem(program.post(f"cases/{reference}/acts", json=body), 422)


def test_spam_gets_no_answer(here: Desk) -> None:
    reference, program = here.case(), here.program()
    program.post(f"cases/{reference}/acts", json={"act": "spam"})
    for act in ("reply", "ask"):
        answer = program.post(f"cases/{reference}/acts", json={"act": act, "value": "Hello?"})
        assert problem(answer, 422) == f"{reference} is closed as spam and gets no answer; open it first"


def test_an_act_on_another_version_than_was_seen_is_not_done(here: Desk) -> None:
    reference, program = here.case(), here.program()
    seen = program.get(f"cases/{reference}").headers["etag"]
    here.program(BO).post(f"cases/{reference}/acts", json={"act": "severity", "value": "1", "because": "all down"})
    act = {"act": "severity", "value": "4", "because": "a typo"}
    late = program.post(f"cases/{reference}/acts", json=act, headers={"if-match": seen})
    assert "has changed since" in problem(late, 412)
    assert here.home.case(reference).severity == 1
    now = program.get(f"cases/{reference}").headers["etag"]
    assert program.post(f"cases/{reference}/acts", json=act, headers={"if-match": now}).status_code == 200
    assert problem(program.post(f"cases/{reference}/acts", json=act, headers={"if-match": "x"}), 422)


def test_a_case_is_opened_by_hand(here: Desk) -> None:
    program = here.program()
    body = {"from": "kim@hosting.example", "name": "Kim", "subject": "No mail", "text": FORM, "channel": "phone"}
    opened = program.post("cases", json=body)
    assert opened.status_code == 201, opened.text
    reference = opened.json()["reference"]
    assert opened.headers["location"] == f"/api/v1/cases/{reference}"
    assert here.home.case(reference).channel == "phone"
    assert here.home.case(reference).severity == 2
    assert "no route has the address" in problem(program.post("cases", json={**body, "route": "x@y.example"}), 422)
    assert "mail address" in problem(program.post("cases", json={**body, "from": "kim"}), 422)


def test_a_case_is_merged_into_another_and_mails_are_split_off(here: Desk) -> None:
    program = here.program()
    part, whole = here.case(subject="Part"), here.case(subject="Whole")
    merged = program.post(f"cases/{part}/merge", json={"into": whole, "because": "the same fault"})
    assert merged.status_code == 200, merged.text
    assert merged.json()["reference"] == whole
    assert here.home.case(part).merged_into == whole
    mails = [each["mail"] for each in program.get(f"cases/{whole}").json()["messages"] if each["mail"]]
    assert len(mails) == 2
    split = program.post(f"cases/{whole}/split", json={"mails": mails[1:]})
    assert split.status_code == 201, split.text
    assert split.json()["reference"] not in (part, whole)
    assert "has no mail" in problem(program.post(f"cases/{whole}/split", json={"mails": [999]}), 422)
    assert problem(program.post(f"cases/{whole}/merge", json={"into": "OX-999999"}), 404)


def test_a_request_with_a_key_is_done_once(here: Desk) -> None:
    reference, program = here.case(), here.program()
    body, headers = {"act": "reply", "value": "Please restart it."}, {"idempotency-key": f"one-{reference}"}
    first = program.post(f"cases/{reference}/acts", json=body, headers=headers)
    again = program.post(f"cases/{reference}/acts", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len([each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply"]) == 1
    other = program.post(f"cases/{reference}/acts", json={**body, "value": "Another text."}, headers=headers)
    assert "another request" in problem(other, 422)
    # somebody else's key of that name is another one
    theirs = here.program(BO).post(f"cases/{reference}/acts", json=body, headers=headers)
    assert "idempotency-replayed" not in theirs.headers
    refused = program.post(f"cases/{reference}/acts", json=body, headers={"idempotency-key": "a b"})
    assert "Idempotency-Key" in problem(refused, 422)


def test_a_refusal_is_answered_again_as_well_and_a_key_lasts_a_day(fresh: Desk) -> None:
    reference, program = fresh.case(), fresh.program()
    body, headers = {"act": "severity", "value": "9"}, {"idempotency-key": "k"}
    first = program.post(f"cases/{reference}/acts", json=body, headers=headers)
    again = program.post(f"cases/{reference}/acts", json=body, headers=headers)
    assert problem(first, 422) == problem(again, 422)
    assert again.headers["idempotency-replayed"] == "true"
    fresh.later(days=1, minutes=1)
    assert "idempotency-replayed" not in program.post(f"cases/{reference}/acts", json=body, headers=headers).headers


def test_a_request_whose_first_run_has_no_answer_is_not_done_again(here: Desk) -> None:
    from intake.store import tokens

    reference, program = here.case(), here.program()
    body = b'{"act": "note", "value": "x"}'
    with here.home.databases.desk.begin() as connection:
        token = tokens.listed(connection)[-1]
    headers = {"idempotency-key": "cut-short", "content-type": "application/json"}
    assert program.post(f"cases/{reference}/acts", content=body, headers=headers).status_code == 200
    with here.home.databases.desk.begin() as connection:
        mine = (tables.idempotency.c.token_id == token.id) & (tables.idempotency.c.key == "cut-short")
        connection.execute(tables.idempotency.update().where(mine).values(status=None, answer=None))
    said = problem(program.post(f"cases/{reference}/acts", content=body, headers=headers), 409)
    assert "has no answer yet" in said


def test_a_private_case_is_there_for_the_people_of_its_role_alone(fresh: Desk) -> None:
    """ZIT-5: neither list, search, case, act, merge, outbox, ledger nor explain tells that it is there."""
    secret = fresh.case("A hole in the login.", to=SECURITY, subject="Remote code execution")
    plain = fresh.case()
    insider = fresh.program("security@desk.example")
    assert secret in listed(insider)
    assert listed(insider, search="execution") == [secret]
    assert insider.get(f"cases/{secret}").status_code == 200
    letters = [each["id"] for each in insider.get("outbox").json()["items"] if each["case"] == secret]
    assert letters
    assert insider.get("ledger").json()["received"] == 2
    for outsider in (fresh.program(ADA, "admin"), fresh.program(BO)):
        unknown = problem(outsider.get("cases/ZD-999999"), 404)
        assert listed(outsider) == [plain]
        for asked in ({"search": "execution"}, {"search": secret}, {"queue": "security"}, {"policy": "zitadel"}):
            assert listed(outsider, **asked) == []
        hidden = problem(outsider.get(f"cases/{secret}"), 404)
        assert hidden.replace(secret, "") == unknown.replace("ZD-999999", "")
        for path in ("messages/0/raw", "messages/0/files/0"):
            assert problem(outsider.get(f"cases/{secret}/{path}"), 404) == hidden
        for path, body in (
            (f"cases/{secret}/acts", {"act": "note", "value": "x"}),
            (f"cases/{secret}/merge", {"into": plain}),
            (f"cases/{plain}/merge", {"into": secret}),
            (f"cases/{secret}/split", {"mails": [1]}),
        ):
            assert problem(outsider.post(path, json=body), 404).replace(secret, "") == hidden.replace(secret, "")
        assert secret not in outsider.get("outbox").text
        assert "Remote" not in outsider.get("outbox").text
        for number in letters:
            assert problem(outsider.get(f"outbox/{number}"), 404)
            assert problem(outsider.post(f"outbox/{number}/withhold"), 404)
        assert outsider.get("ledger").json()["received"] == 1
        raw = mail(f"Again.\n{secret}", subject=f"Re: [{secret}]", message_id="next@hosting.example")
        told = outsider.post("explain", params={"to": "open-xchange@support.example"}, content=raw)
        assert told.status_code == 200, told.text
        assert told.json()["outcome"] == "new_case"
        assert told.json()["case"] is None
        assert f"named {secret}" not in told.text
        assert "no route has the address" in problem(
            outsider.post("explain", params={"to": SECURITY}, content=raw), 422
        )
        body = {"from": "kim@hosting.example", "subject": "x", "route": SECURITY}
        assert "no route has the address" in problem(outsider.post("cases", json=body), 422)
    assert fresh.home.case(secret).state == "new"


def test_files_go_along_with_a_reply_and_mails_and_files_can_be_had(here: Desk) -> None:
    reference, program = here.case(), here.program()
    file = {"filename": "../fix.txt", "content_type": "text/plain", "data": b64encode(b"step one").decode()}
    body = {"act": "reply", "value": "Here it is.", "attachments": [file]}
    assert program.post(f"cases/{reference}/acts", json=body).status_code == 200
    shown = program.get(f"cases/{reference}").json()["messages"]
    assert [each["filename"] for each in shown[-1]["attachments"]] == ["fix.txt"]
    got = program.get(f"cases/{reference}/messages/{len(shown) - 1}/files/0")
    assert got.content == b"step one"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-type"] == "application/octet-stream"
    assert b"Severity: 2" in program.get(f"cases/{reference}/messages/0/raw").content
    assert problem(program.get(f"cases/{reference}/messages/0/files/0"), 404)
    assert problem(program.get(f"cases/{reference}/messages/99/raw"), 422)
    assert "only an answer" in problem(program.post(f"cases/{reference}/acts", json={**body, "act": "note"}), 422)
    wrong = {**body, "attachments": [{**file, "data": "%%"}]}
    assert "attachments" in problem(program.post(f"cases/{reference}/acts", json=wrong), 422)


def test_what_a_request_was_answered_is_gone_after_a_day_though_nobody_calls_again(fresh: Desk) -> None:
    reference = fresh.case()
    body, headers = {"act": "note", "value": "Rang twice."}, {"idempotency-key": "once"}
    assert fresh.program().post(f"cases/{reference}/acts", json=body, headers=headers).status_code == 200

    def kept() -> int:
        with reading(fresh.home.databases.desk) as connection:
            return len(connection.execute(select(tables.idempotency)).all())

    app.chase(fresh.home.house, fresh.now + timedelta(hours=23))
    assert kept() == 1
    app.chase(fresh.home.house, fresh.now + timedelta(hours=25))
    assert kept() == 0
