"""What people paste beside a form and is none: lines of logs, settings, headers of HTTP; and tables of wikis."""

from collections.abc import Mapping

import pytest

from intake.core.mail.fields import read_fields
from tests.core.mail.test_fields import SPECS


def values(text: str) -> Mapping[str, object]:
    return {key: field.value for key, field in read_fields(SPECS, [text]).items()}


LOGS = {
    "in-brackets": "[host=mx1 module=mail level=ERROR] connection lost\n",
    "fields-alone-in-brackets": "[host=mx1 module=mail] connection lost\n",
    "logfmt": 'host=mx1 module=mail level=error msg="connection lost" dur=3ms\n',
    "commas": "module=mail, host=mx1, pid=22\n",
    "json": '{"host": "mx1", "module": "mail", "severity": "ERROR", "component": "auth", "msg": "lost"}\n',
    "json-over-lines": '{\n  "host": "mx1",\n  "module": "mail",\n  "msg": "lost"\n}\n',
    "properties": "  com.app.action=new\n  com.app.thread=17\n  host=mx2\n  module=mail\n  com.app.user=3\n",
}


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
def test_lines_of_a_log_give_no_field(log: str) -> None:
    assert values(f"Hello,\n\nthis is in our log:\n\n{log}\nKind regards\nKim\n") == {}


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
def test_the_form_beside_a_log_is_read_and_the_log_stays_in_its_block(log: str) -> None:
    found = values(f"{log}\nServer: mx9.example\nSeverity: 2\n\nSteps to reproduce:\nlook at this:\n\n{log}")
    assert found.keys() == {"server", "severity", "steps_to_reproduce"}
    assert (found["server"], found["severity"]) == ("mx9.example", "2")
    assert log.strip().splitlines()[-1] in str(found["steps_to_reproduce"])


FORMS = {
    "pairs": 'server=mx1 severity=2 module=mail server_version="7.10 (patched)"\n',
    "pairs-in-brackets": "[server=mx1 severity=2 module=mail]\n",
    "capitals": "Server=mx1; Severity=2; Module=mail\n",
    "a-line-each": "server=mx1\nseverity=2\nmodule=mail\ncontact=kim\n",
    "json": '{"Server": "mx1", "Severity": 2, "Module": "mail"}\n',
    "json-of-a-web-form": '{"name": "Kim", "mail": "kim@a.example", "server": "mx1", "server_version": "7.10", '
    '"severity": "2", "module": "mail", "text": "x"}\n',
    "json-over-lines": '{\n  "server": "mx1",\n  "severity": "2",\n  "module": "mail"\n}\n',
    "brackets-each": "[Server: mx1]\n[Severity=2]\n[Module: mail]\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_written_as_pairs_is_one(form: str) -> None:
    found = values(f"Hello,\n\n{form}\nKind regards\nKim\n")
    assert (found["server"], found["severity"], found["module"]) == ("mx1", "2", ("mail",))


def test_a_form_in_json_keeps_the_lines_of_its_blocks() -> None:
    assert values('{"Severity": 2, "Steps to reproduce": "log in\\nopen a mail"}')["steps_to_reproduce"] == (
        "log in\nopen a mail"
    )


HEADERS = {
    "answer": "HTTP/1.1 502 Bad Gateway\nServer: nginx\nDate: Mon, 23 Nov 2026 10:00:00 GMT\n",
    "answer-without-status": "Date: Mon, 23 Nov 2026 10:00:00 GMT\nServer: nginx\nX-Frame-Options: deny\n",
    "lower-case": "date: Mon, 23 Nov 2026 10:00:00 GMT\ncontent-type: text/html\nserver: nginx\n",
    "curl": "> GET / HTTP/1.1\n> Host: mx7.other.example\n> Accept: */*\n>\n< HTTP/1.1 502 Bad\n< Server: nginx\n",
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_headers_of_http_give_no_field(headers: str) -> None:
    assert values(f"curl says:\n\n{headers}\nKind regards\nKim\n") == {}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_the_form_below_such_headers_is_read(headers: str) -> None:
    assert values(f"curl says:\n\n{headers}\n\nServer: mx1.customer.example\nSeverity: 2\n") == {
        "server": "mx1.customer.example", "severity": "2",
    }  # fmt: skip


def test_a_form_with_a_name_that_http_has_as_well_stays_a_form() -> None:
    assert values("Server: mx1\nE-Mail: kim@a.example\nKunden-Nr: 17\nDate: today\nSeverity: 2\n") == {
        "server": "mx1", "severity": "2",
    }  # fmt: skip


def test_what_a_web_server_calls_itself_gives_way_to_a_server_and_stands_alone_else() -> None:
    header = "We get this header:\n\nServer: nginx/1.18.0 (Ubuntu)\n\n"
    assert values(f"{header}Server: mx1.customer.example\nSeverity: 2\n")["server"] == "mx1.customer.example"
    assert values(header)["server"] == "nginx/1.18.0 (Ubuntu)"
    assert values("Server: mx1.customer.example\n\nServer: mx2.customer.example\n")["server"] == "mx1.customer.example"


WIKI = {
    "heading-row": "||Server||Severity||Module||\n|mx1|2|mail|\n",
    "heading-row-of-two": "||Server||Severity||\n|mx1|2|\n\n||Module||\n|mail|\n",
    "emphasis": "||*Server*||*Severity*||*Module*||\n|mx1|2|mail|\n",
    "spaces": "|| Server || Severity || Module ||\n| mx1 | 2 | mail |\n",
    "more-rows": "||Server||Severity||Module||\n|mx1|2|mail|\n|mx2|3|calendar|\n",
    "beside": "||Server|mx1|\n||Severity|2|\n||Module|mail|\n",
    "beside-in-a-row": "||Server|mx1||Severity|2||Module|mail|\n",
    "quoted": "> ||Server||Severity||Module||\n> |mx1|2|mail|\n",
}


@pytest.mark.parametrize("table", WIKI.values(), ids=WIKI)
def test_a_table_of_a_wiki_is_read(table: str) -> None:
    found = values(f"Hello,\n\n{table}\nKind regards\nKim\n")
    assert (found["server"], found["severity"], found["module"]) == ("mx1", "2", ("mail",))


def test_a_wikis_table_of_other_things_gives_no_field() -> None:
    assert values("||Server||State||\n|mx1|down|\n|mx2|up|\n") == {}
