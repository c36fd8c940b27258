"""Forms out of spreadsheets and narrow tables: labels broken in their cells, rows with commas, many strange columns."""

from collections.abc import Mapping
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.fields import read_fields
from intake.core.mail.html import to_text
from tests.core.mail.test_fields import SPECS


def values(text: str) -> Mapping[str, object]:
    return {key: field.value for key, field in read_fields(SPECS, [text]).items()}


def test_a_label_broken_over_lines_of_its_cell_is_one_label() -> None:
    html = (
        "<p>Hello,</p><table><tr><td>Server<br>Version</td><td>7.10.6</td></tr>"
        "<tr><td><p>Steps to</p><p>reproduce</p></td><td>log in<br>open a mail</td></tr>"
        "<tr><td>Current<br>behaviour</td><td>an error</td></tr><tr><td>Severity</td><td>2</td></tr></table>"
    )
    found = values(to_text(html))
    assert found["server_version"] == "7.10.6"
    assert found["steps_to_reproduce"] == "log in\nopen a mail"
    assert (found["current_behaviour"], found["severity"]) == ("an error", "2")
    assert "server" not in found


def test_labels_broken_in_a_heading_row_are_whole() -> None:
    html = (
        "<table><tr><th>Server</th><th>Server<br>Version</th><th>Steps to<br>reproduce</th><th>Severity</th></tr>"
        "<tr><td>mx1</td><td>7.10</td><td>one<br>two</td><td>3</td></tr></table>"
    )
    assert values(to_text(html)) == {
        "server": "mx1", "server_version": "7.10", "steps_to_reproduce": "one\ntwo", "severity": "3",
    }  # fmt: skip


@given(st.lists(st.sampled_from(SPECS), min_size=2, max_size=6, unique=True), st.data())
def test_any_label_may_be_broken_between_any_of_its_words(specs: list[object], data: st.DataObject) -> None:
    rows = []
    for spec in specs:
        words = spec.label.split()  # type: ignore[attr-defined]
        breaks = [data.draw(st.sampled_from([" ", "<br>", "<br/>\n"])) for _ in words[1:]]
        label = words[0] + "".join(gap + word for gap, word in zip(breaks, words[1:], strict=True))
        value = spec.allowed[0][0] if spec.allowed else "some value"  # type: ignore[attr-defined]
        rows.append(f"<tr><td>{label}</td><td>{escape(value)}</td></tr>")
    assert set(values(to_text(f"<table>{''.join(rows)}</table>"))) == {each.key for each in specs}  # type: ignore[attr-defined]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_csv_pasted_into_the_mail_is_read(delimiter: str) -> None:
    heading = ["Ticket", "Server", "Server Version", "Severity", "Module", "Steps to reproduce"]
    row = ["4711", "mx1.hosting.example", "7.10.6", "2", "mail", f'"log in{delimiter} then\nopen ""all"""']
    text = f"Hi,\nour sheet:\n\n{delimiter.join(heading)}\n{delimiter.join(row)}\n\nRegards\nKim\n"
    assert values(text) == {
        "server": "mx1.hosting.example", "server_version": "7.10.6", "severity": "2", "module": ("mail",),
        "steps_to_reproduce": f'log in{delimiter} then\nopen "all"',
    }  # fmt: skip


def test_labels_with_their_values_behind_a_semicolon_are_read() -> None:
    text = 'Server;mx1\nServer Version;"7.10, patched"\nSeverity;3\nModule;mail;calendar\n'
    assert values(text) == {
        "server": "mx1", "server_version": "7.10, patched", "severity": "3", "module": ("mail", "calendar"),
    }  # fmt: skip


@pytest.mark.parametrize("way", ["\t", " | "])
def test_a_heading_row_of_mostly_strange_columns_is_read_where_the_values_are_the_forms(way: str) -> None:
    heading = ["No.", "Customer", "Server", "Contact", "Severity", "Phone", "Module", "Created"]
    row = ["17", "Beispiel", "mx1", "Kim", "2", "0123", "mail", "2026-11-23"]
    text = f"Hello,\n\n{way.join(heading)}\n{way.join(row)}\n\nthanks\n"
    assert values(text) == {"server": "mx1", "severity": "2", "module": ("mail",)}


@pytest.mark.parametrize(
    "text",
    [
        "Please see: Server: mx1; Server Version: 7.10; Severity: 2; Module: mail; Steps to reproduce: log in; open",
        "Server: mx1 Server Version: 7.10 Severity: 2 Module: mail Steps to reproduce: log in; open",
        "Our form, Server: mx1, Server Version: 7.10, Severity: 2, Module: mail, Steps to reproduce: log in; open",
    ],
)
def test_a_form_that_lost_its_lines_is_read(text: str) -> None:
    assert values(f"Hello,\n\n{text}\n\nKind regards\nKim\n") == {
        "server": "mx1", "server_version": "7.10", "severity": "2", "module": ("mail",),
        "steps_to_reproduce": "log in; open",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["Nobody gets mail. Severity: 2", "All is down! Severity: 2 (urgent).", "Any news? Sev: 2"]
)
def test_a_severity_behind_a_sentence_is_read(text: str) -> None:
    assert values(text) == {"severity": "2"}


@pytest.mark.parametrize(
    "text",
    [
        "I do not know. Severity: 2 or 3?",
        "He asked for it. Server: the one that we talked about yesterday.",
        "It says so. Severity: see the table of the contract, which has 2 of them.",
        "Please tell me the server, severity, module and product.\nI think, we, have, it.\n",
        "Server, version, and module are all the same as last time,\nsays my colleague, who knows, and who is away.\n",
        "Time | Module | Severity | Text | Thread\n10:00 | mail | ERROR | broken pipe | 17\n",
        "Time\tModule\tSeverity\tHost\tThread\tText\n10:00\tmail\t2\tmx1\t1\ta\n10:01\tmail\t3\tmx2\t2\tb\n",
        "Server, please.\nModule, maybe.\n",
    ],
)
def test_lists_in_prose_and_tables_of_other_things_are_no_form(text: str) -> None:
    assert values(text) == {}


OTHER_TABLES = {
    "pipes": "| server | state | since |\n| mx1 | down | 10:00 |\n| mx2 | up | 11:00 |\n",
    "markdown": "| Server | State | Since |\n| --- | --- | --- |\n| mx1 | down | 10:00 |\n",
    "heading-alone": "| server | state | since |\n",
    "bare-pipes": "Server | State | Since\nmx1 | down | 10:00\n",
    "tabs": "Server\tState\tSince\nmx1\tdown\t10:00\n",
    "gaps": "Server  State  Since\nmx1     down   10:00\n",
    "two-columns": "Server | State\nmx1 | down\nmx2 | up\n",
    "two-columns-and-a-rule": "| Component | Owner |\n|---|---|\n| nginx | Kim |\n",
    "names-from-the-list": "Module | Status\nmail | broken\ncalendar | fine\n",
    "counts": "| Severity | Count |\n| 1 | 20 |\n| 2 | 31 |\n",
}


@pytest.mark.parametrize("table", OTHER_TABLES.values(), ids=OTHER_TABLES)
def test_a_table_of_other_things_under_a_word_that_is_a_label_gives_no_field(table: str) -> None:
    assert values(f"Hello,\n\nthis is what we see:\n\n{table}\nRegards\nKim\n") == {}


@pytest.mark.parametrize("table", OTHER_TABLES.values(), ids=OTHER_TABLES)
def test_the_form_beside_such_a_table_is_read_and_the_table_stays_in_its_steps(table: str) -> None:
    found = values(f"Server: mx9.example\nSeverity: 2\n\nSteps to reproduce:\nlook at this:\n{table}\n")
    assert (found["server"], found["severity"]) == ("mx9.example", "2")
    assert table.splitlines()[0].strip("| ")[:6] in str(found["steps_to_reproduce"])


@pytest.mark.parametrize(
    ("table", "server"),
    [
        ("Server | mx1.example\nState | down\nSince | today\n", "mx1.example"),
        ("Contact | Kim\nServer | webmail\nPhone | none\n", "webmail"),
        ("Name\tKim\nServer\twebmail\nSeverity\t2\n", "webmail"),
        (
            "| Field | Value | Remark |\n| Server | webmail | internal |\n| Severity | 2 | urgent |\n",
            "webmail | internal",
        ),
    ],
)
def test_a_label_with_its_value_beside_it_is_no_heading(table: str, server: str) -> None:
    assert values(table)["server"] == server
