"""Labels are found as people set them off, misspell, translate and wrap them (OX-1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.labels import Labels, fold
from intake.core.mail.misspelt import slipped
from tests.core.mail.test_fields import SPECS, values

NAMES = [name for spec in SPECS for name in (spec.label, *spec.aliases)]
WRITTEN = st.lists(
    st.sampled_from([*NAMES, *(name[:3] for name in NAMES), *(name.split()[0] for name in NAMES)])
    | st.sampled_from([*":=|\t->*_. ,/#()[]1aoOsS\xdf\u0301：", ": ", " - ", "  ", ":: ", "the list is empty"])
    | st.text(max_size=3),
    max_size=6,
).map("".join)


@given(WRITTEN)
def test_a_line_that_is_passed_over_at_a_look_is_no_label_and_no_half_of_one(line: str) -> None:
    labels = Labels(SPECS)
    if labels.no_label(line):
        assert labels.at_start(line) is None
        assert not labels.breaks(line)


TAILS = ["", ":", ": x", ":: x", ":= x", ":] x", ": x]", " : x", "\tx:", "=x:", " - x", " x"]


NAMED = ["Server", "server", "Serverr", "Server (url)", "Server / Host", "Severity 1", "S.erver"]


@given(st.sampled_from(NAMED), st.sampled_from(["", "- ", "*", "1.", "[", "x "]), st.permutations(TAILS), WRITTEN)
def test_a_label_is_the_same_whatever_lines_were_read_before(
    name: str, lead: str, tails: list[str], other: str
) -> None:
    lines = [other, *(f"{lead}{name}{tail}" for tail in tails), *(f"{name}{tail}" for tail in tails)]
    labels = Labels(SPECS)
    found = [labels.at_start(line) for line in [*lines, *lines]]
    assert found == 2 * [Labels(SPECS).at_start(line) for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        "Server: ox1",
        "Server = ox1",
        "Server=ox1",
        "Server := ox1",
        "Server => ox1",
        "Server -> ox1",
        "Server → ox1",
        "Server – ox1",
        "Server ........ ox1",
        "Server.......: ox1",
        "Server ____ ox1",
        "Server   ox1",
        "Server︰ox1",
        "Server∶ ox1",
        "Ｓｅｒｖｅｒ：ox1",
        "Server\u00a0:\u00a0ox1",
        "Ser\u00adver\u200b: ox1",
        "\u200fServer\u2069: ox1\u200f",
        "[Server] ox1",
        "[Server]: ox1",
        "<Server>: ox1",
        '"Server": "ox1"',
        "'Server' : 'ox1',",
        "**Server** ox1",
        "**Server:** ox1",
        "__Server__: ox1",
        "~~Server~~: ox1",
        "`Server`: `ox1`",
        "h3. Server\nox1",
        "### Server\nox1",
        "== Server ==\nox1",
        "Server\n------\nox1",
        "Server\n: ox1",
        "Server :\nox1",
        "Server:\n    ox1",
        "1) Server: ox1",
        "3.1 Server: ox1",
        "(d) Server: ox1",
        "a. Server: ox1",
        "#5 Server: ox1",
        "\uf0b7 Server: ox1",
        "●\tServer: ox1",
        "┃ Server ┃ ox1 ┃",
        "Server / Host: ox1",
        "Server (e.g.: https://x.example): ox1",
        "Serverr: ox1",
        "Sevrer: ox1",
        "Servers: ox1",
    ],
)
def test_a_label_is_known_by_its_words_whatever_stands_around_it(line: str) -> None:
    assert values(f"{line}\nSeverity: 2") == {"server": "ox1", "severity": "2"}


@pytest.mark.parametrize(
    "line",
    [
        "Severity (1-4) 2",
        "Severity (1 = worst) - 2",
        "Severity 2: nobody can log in",
        "Serverity: 2",
        "Severtiy = 2",
        "Severity / Schweregrad: 2",
        "Severity (1: outage … 4: question): 2",
        "**Severity (1-4)**: 2",
    ],
)
def test_the_label_of_a_number_may_carry_a_remark(line: str) -> None:
    assert values(f"Server: a\n{line}\nTrack-ID: 7")["severity"] == "2"


@pytest.mark.parametrize("mark", [" = ", "=", " =\n", "=\n", " == ", " ="])
def test_blocks_are_set_off_by_equals_signs_too(mark: str) -> None:
    text = (
        f"Server{mark}a\nSteps to reproduce{mark}1. Open\n2. Click\nModule=x stays\nCurrent behaviour{mark}It\ndies\n"
        f"Expected behaviour{mark}It lives\n"
    ).replace("Module=x stays\n", "" if mark == "=" else "conf=x stays\n")
    found = values(text)
    assert found["server"] == "a"
    assert str(found["steps_to_reproduce"]).startswith("1. Open\n2. Click")
    assert found["current_behaviour"] == "It\ndies"
    assert found["expected_behaviour"] == "It lives"


def test_a_setting_in_a_block_is_none_of_the_forms_lines() -> None:
    text = "Steps to reproduce:\nedit the file:\nserver = smtp.example\nmodule = x\n\nCurrent behaviour:\nIt dies"
    assert values(text) == {
        "steps_to_reproduce": "edit the file:\nserver = smtp.example\nmodule = x",
        "current_behaviour": "It dies",
    }


def test_a_label_that_was_wrapped_is_put_together() -> None:
    assert values(
        "Server: a\nSteps to\nreproduce: click\n**Current\nbehaviour:**\ndies\n> Expected\n> behaviour: x"
    ) == {
        "server": "a",
        "steps_to_reproduce": "click",
        "current_behaviour": "dies",
        "expected_behaviour": "x",
    }


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Steps to reprodce", "steps_to_reproduce"),
        ("Step to reproduce", "steps_to_reproduce"),
        ("Curent behavoir", "current_behaviour"),
        ("Current behavour", "current_behaviour"),
        ("Expectd behaviour", "expected_behaviour"),
        ("Distribtuion", "distribution"),
        ("Compnent", "component"),
        ("Shritte zur Reproduktion", "steps_to_reproduce"),
        ("Correct behaviour", None),
        ("Unexpected behaviour", None),
        ("Distributor", None),
        ("Post", None),
        ("Severe", None),
        ("Mobile", None),
        ("Prices", None),
    ],
)
def test_a_slip_in_a_label_is_forgiven_and_another_word_is_none(label: str, key: str | None) -> None:
    found = values(f"{label}: 2\n\nTrack-ID: 7")
    assert ("track_id" in found, set(found) - {"track_id"} - ({key} if key else set())) == (True, set())
    hit = Labels(SPECS).at_start(f"{label}: x")
    assert (hit.spec.key if hit else None) == key


def test_a_slip_counts_once_a_word() -> None:
    assert slipped("abcd", "abdc")
    assert slipped("abc", "abcd")
    assert slipped("abcd", "abd")
    assert slipped("abcd", "abxd")
    assert not slipped("abcd", "badc")
    assert not slipped("abcd", "axyd")
    assert not slipped("ab", "abcd")


def test_umlauts_may_be_spelt_out() -> None:
    assert fold("Tatsächliches Verhalten") == fold("TATSAECHLICHES-VERHALTEN")
    assert fold("Größe") == fold("Groesse")


def test_a_form_filled_in_again_below_does_not_run_into_the_last_block() -> None:
    text = (
        "Server: a\nSeverity: 2\nExpected behaviour:\nIt works\n\n"
        "Server: b\nSeverity: 1\nModule: mail\nTrack-ID: 5\nExpected behaviour:\nIt works too\n"
    )
    found = values(text)
    assert found["expected_behaviour"] == "It works"
    assert (found["server"], found["severity"]) == ("a", "2")


@pytest.mark.parametrize(
    "farewell",
    ["Kind regards,\nRobin", "Mit freundlichen Grüßen\n\nRobin Beispiel\nBeispiel Hosting", "Thanks, Robin", "Cheers"],
)
def test_a_farewell_below_the_last_field_is_no_part_of_it(farewell: str) -> None:
    assert values(f"Server: a\n\nExpected behaviour:\nIt works\n\n{farewell}\n")["expected_behaviour"] == "It works"
    assert values(f"Server: a\n\nExpected behaviour:\n\n{farewell}\n") == {"server": "a"}
    assert values(f"Severity: 2\nTrack-ID:\n{farewell}") == {"severity": "2"}


def test_an_answer_below_a_hint_left_standing_is_taken() -> None:
    text = "Severity: 1, 2, 3, 4\n2\nServer: url of the machine\nox1\nModule: can be one of mail, tasks\nmail\n\nHello"
    assert values(text) == {"severity": "2", "server": "ox1", "module": ("mail",)}
    assert values("Server: url of the machine\nPlease help us\nThank you") == {}


def test_boxes_below_a_label_are_read_together() -> None:
    text = "Severity:\n[ ] 1\n[x] 2\n[ ] 3\n\nModule:\n- [x] mail\n- [ ] tasks\n- [x] calendar\n\nTrack-ID: 7"
    assert values(text) == {"severity": "2", "module": ("mail", "calendar"), "track_id": "7"}
    assert values("Severity:\n[ ] 1\n[ ] 2\n") == {}


HEADED = [
    "| Server | Module | Severity |\n|---|:--:|---|\n| a | mail | 2 |",
    "Server | Module | Severity\n--- | --- | ---\na | mail | 2",
    "Server\tModule\tSeverity\na\tmail\t2",
    "Server\tModule\tSeverity\n\na\tmail\t2\nKind regards",
    "Server   Module   Severity\na        mail     2",
    "+--------+------+\n| Server | Module | Severity |\n+========+======+\n| a | mail | 2 |\n+----+----+",
    "┌────┬────┐\n│ Server │ Module │ Severity │\n├────┼────┤\n│ a │ mail │ 2 │\n└────┴────┘",
    "No\tServer\tModule\tSeverity\n1\ta\tmail\t2",
    "> | Server | Module | Severity |\n> |---|---|---|\n> | a | mail | 2 |",
    "| **Server:** | *Module* | Severity (1-4) |\n| a | mail | 2 |",
    "Server\tSeverity\na\t2\nModule\tModules\nmail\tmail",
]


@pytest.mark.parametrize("table", HEADED)
def test_a_table_with_a_heading_row_is_read(table: str) -> None:
    assert values(f"Hello,\n\n{table}\n\nThank you") == {"server": "a", "module": ("mail",), "severity": "2"}


def test_cells_of_several_lines_stay_together_and_the_first_row_counts() -> None:
    text = "Server\tSteps to reproduce\tCurrent behaviour\nox1\t1. Open\tIt dies\n\t2. Click\tbadly\nox2\tnone\tx\n"
    assert values(text) == {
        "server": "ox1",
        "steps_to_reproduce": "1. Open\n2. Click",
        "current_behaviour": "It dies\nbadly",
    }


def test_a_table_of_labels_and_values_side_by_side_has_no_heading() -> None:
    text = "| Component | Product |\n| Severity | 2 |\n| Server | Module | Track-ID | 7 |"
    assert values(text)["severity"] == "2"
    assert values("Server\ta\tSeverity\t2\nModule\tmail\tProduct\tOXHE") == {
        "server": "a",
        "severity": "2",
        "module": ("mail",),
        "product": "OXHE",
    }
