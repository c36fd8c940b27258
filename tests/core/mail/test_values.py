"""What counts as an answer beside a label (OX-1, OX-2): values with detail around them, placeholders, boxes."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.fields import read_fields
from intake.core.mail.form import FieldSpec
from intake.core.mail.unanswered import is_no_answer, is_placeholder, is_told, without_hint
from intake.core.mail.values import judge

SEVERITY = FieldSpec("severity", "Severity", "number", ("Sev",), tuple((str(n), ()) for n in range(1, 5)))
SYSTEM = FieldSpec(
    "distribution",
    "Distribution",
    "choices",
    allowed=(
        ("SLES", ("SUSE Linux Enterprise Server",)),
        ("RHEL", ("Red Hat Enterprise Linux",)),
        ("DEBIAN", ("Debian GNU/Linux",)),
        ("UCS", ()),
    ),
    hint="can be one of SLES, RHEL, DEBIAN, UCS",
)
MODULE = FieldSpec(
    "module", "Module", "choices", allowed=(("portal", ()), ("mail", ("e-mail",)), ("calendar", ()), ("tasks", ()))
)
SERVER = FieldSpec("server", "Server", "line", hint="url of the machine")
STEPS = FieldSpec("steps", "Steps to reproduce", "block", hint="what we do to see it ourselves")


def value(spec: FieldSpec, written: str) -> str | tuple[str, ...] | None:
    judged = judge(spec, written)
    return judged.value.value if judged and judged.value.valid else None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 - system down", "1"),
        ("1 – all users affected", "1"),
        ("1, because nothing works", "1"),
        ("1 (4 servers)", "1"),
        ("1: nobody can log in", "1"),
        ("1. Nobody can log in", "1"),
        ("2 high", "2"),
        ("2 - 500 users", "2"),
        ("2 of 4", "2"),
        ("2 out of 4.", "2"),
        ("2/high", "2"),
        ("2!", "2"),
        ("2 please", "2"),
        ("3 partial loss", "3"),
        ("Level 2", "2"),
        ("Sev. 2 - high", "2"),
        ("Prio 1", "1"),
        ("No. 3", "3"),
        ("P1 critical", "1"),
        ("two", "2"),
        ("zwei", "2"),
        ("high (2)", "2"),
        ("high - 2", "2"),
        ("[2]", "2"),
        ("#2", "2"),
        ("1, 2, 3, 4: 2", "2"),
        ("1 / 2 / 3 / 4 -> 3", "3"),
        ("4 users affected", None),
        ("4 users", None),
        ("1 customer cannot log in", None),
        ("3 servers down", None),
        ("2 of our servers are down", None),
        ("1 von 4 Servern ausgefallen", None),
        ("3 Benutzer betroffen", None),
        ("since 2 days", None),
        ("all 4", None),
        ("about 3", None),
        ("affects 4 users", None),
        ("4-10 users", None),
        ("4+ users", None),
        ("1st", None),
        ("2nd level", None),
        ("4 %", None),
        ("1..4", None),
        ("1 to 4", None),
        ("1 2", None),
        ("1, 2, 3, 4", None),
        ("not 1", None),
        ("5", None),
    ],
)
def test_a_number_counts_unless_it_counts_things(written: str, number: str | None) -> None:
    assert value(SEVERITY, written) == number
    assert value(SEVERITY, written.upper()) == number


@pytest.mark.parametrize("kind", ["choice", "choices"])
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Debian GNU/Linux 12", "DEBIAN"),
        ("Debian GNU/Linux 12 (bookworm)", "DEBIAN"),
        ("debian 12, 64-bit", "DEBIAN"),
        ("Debian 12 / amd64", "DEBIAN"),
        ("Debian 12, kernel 6.1", "DEBIAN"),
        ("Debian 11 and 12", "DEBIAN"),
        ("Debian 12 or newer", "DEBIAN"),
        ("Debian, but only on the frontends", "DEBIAN"),
        ("Linux Debian 12", "DEBIAN"),
        ("Linux (Debian 12)", "DEBIAN"),
        ("(Debian)", "DEBIAN"),
        ("DEBIAN.", "DEBIAN"),
        ("SUSE Linux Enterprise Server 15 SP4", "SLES"),
        ("SLES15-SP4 x86_64", "SLES"),
        ("Red Hat Enterprise Linux release 8.4 (Ootpa)", "RHEL"),
        ("RHEL 9 (migrated from SLES)", "RHEL"),
        ("can be one of SLES, RHEL, DEBIAN, UCS: DEBIAN", "DEBIAN"),
        ("SLES, RHEL, DEBIAN, UCS -> UCS", "UCS"),
        ("Ubuntu (Debian)", None),
        ("Ubuntu 22.04 (Debian based)", None),
        ("Ubuntu, formerly Debian", None),
        ("Rocky Linux (RHEL 9)", None),
        ("CentOS 7 - RHEL clone", None),
        ("a fork of RHEL", None),
        ("similar to Debian", None),
        ("like Debian", None),
        ("migration from SLES", None),
        ("Debian or Ubuntu", None),
        ("maybe Debian", None),
        ("no Debian", None),
        ("Debianoid", None),
        ("GNU/Linux", None),
        ("12", None),
    ],
)
def test_detail_around_a_value_of_the_list_does_not_hide_it(kind: str, written: str, name: str | None) -> None:
    found = value(replace(SYSTEM, kind=kind), written)  # type: ignore[arg-type]
    assert (found[0] if isinstance(found, tuple) else found) == name


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("mail, see screenshot", ("mail",)),
        ("mail; screenshot attached", ("mail",)),
        ("Mail (siehe Screenshot)", ("mail",)),
        ("cannot send any mail", ("mail",)),
        ("calendar, as I sent you by mail", ("calendar",)),
        ("see my mail", None),
        ("siehe Mail von gestern", None),
        ("I sent you a mail, see screenshot", None),
        ("per Mail", None),
        ("see attached mail", None),
    ],
)
def test_a_mail_that_is_spoken_of_is_no_value(written: str, names: tuple[str, ...] | None) -> None:
    assert value(MODULE, written) == names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("mail, calendar", ("mail", "calendar")),
        ("mail、calendar", ("mail", "calendar")),
        ("mail，calendar", ("mail", "calendar")),
        ("mail module, sometimes", ("mail",)),
        ("mail, for calendar too", ("mail", "calendar")),
        ("mail, chat", None),
        ("mail/chat", None),
        ("mail and chat", None),
        ("RHEL 9 / Rocky 9", None),
    ],
)
def test_a_further_value_off_the_list_is_no_detail(written: str, names: tuple[str, ...] | None) -> None:
    assert value(MODULE, written) == names


@pytest.mark.parametrize(
    "written",
    [
        "<please fill in>",
        "<server url, e.g. https://ox.example>",
        "[insert here]",
        "{...}",
        "please fill in",
        "Please choose",
        "please enter server",
        "(please specify)",
        "bitte ausfüllen",
        "- bitte wählen -",
        "n/a",
        "N.A.",
        "-",
        "—",
        "____",
        "......",
        "TBD",
        "tbc",
        "to be determined",
        "xxx",
        "XX.XX.XX",
        "?",
        "[ ]",
        "url of the machine",
        "URL of the machine:",
        "keine Angabe",
        "noch offen",
        "leer",
        "unknown",
        "not yet known",
    ],
)
def test_a_placeholder_is_no_answer(written: str) -> None:
    assert value(SERVER, written) is None
    assert "server" not in {k for k, v in read_fields([SERVER], [f"Server: {written}"]).items() if v.valid}


@pytest.mark.parametrize(
    "written",
    [
        "https://ox.example",
        "<https://ox.example>",
        "[2001:db8::1]",
        "<ox.example>",
        "choose.example",
        "please-choose.example",
        "the server here",
        "see the list below, please: a, b",
        "x1",
        "none.example",
    ],
)
def test_an_answer_that_looks_a_little_like_a_placeholder_is_one(written: str) -> None:
    assert value(SERVER, written) == written


def test_an_answer_behind_the_forms_hint_is_taken_without_it() -> None:
    assert value(SERVER, "url of the machine https://ox.example") == "https://ox.example"
    assert value(SERVER, "URL of the machine: ox1") == "ox1"
    assert value(STEPS, "what we do to see it ourselves\n1. Log in") == "1. Log in"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("[x] mail [ ] tasks", ("mail",)),
        ("[ ] portal\n[X] mail\n[x] calendar", ("mail", "calendar")),
        ("- [ ] portal\n- [x] mail", ("mail",)),
        ("( ) portal (x) mail", ("mail",)),
        ("(•) portal ( ) mail", ("portal",)),
        ("portal [ ]  mail [x]  tasks [x]", ("mail", "tasks")),
        ("☐ portal ☒ mail", ("mail",)),
        ("○ portal ● mail", ("mail",)),
        ("[✓] mail", ("mail",)),
        ("[ ] portal [ ] mail [ ] calendar [ ] tasks", None),
        ("[ ] mail", None),
        ("☐ mail", None),
        ("mail [ ]", None),
        ("[x] chat", None),
    ],
)
def test_only_ticked_boxes_choose(written: str, names: tuple[str, ...] | None) -> None:
    assert value(MODULE, written) == names


@pytest.mark.parametrize("written", ["[ ] 1 [x] 2 [ ] 3", "1 [ ] 2 [x] 3 [ ]", "( ) 1 (x) 2", "[ ] 1\n[x] 2 (high)"])
def test_a_ticked_number_is_the_severity(written: str) -> None:
    assert value(SEVERITY, written) == "2"


def test_two_ticked_numbers_are_none() -> None:
    assert value(SEVERITY, "[x] 1 [x] 2") is None
    assert value(SEVERITY, "[ ] 1 [ ] 2") is None


@pytest.mark.parametrize("written", ["empty", "not available", "leer", "The list: null", "Select one of the mails"])
def test_what_happens_may_be_nothing(written: str) -> None:
    assert value(STEPS, written) == written


@given(
    st.lists(
        st.sampled_from(
            [
                STEPS.hint,
                SERVER.hint,
                "n/a ",
                "none",
                "xx",
                "http",
                "7",
                "_",
                "'",
                "please describe ",
                "[fill in] ",
                "Steps ",
                "w",
                "1",
                " ",
                "\n",
                "ß",
            ]
        )
        | st.text(max_size=3),
        max_size=40,
    ).map("".join)
)
def test_what_is_told_at_a_look_says_something(written: str) -> None:
    plain = " ".join(unicodedata.normalize("NFKC", written).split())
    for spec in (STEPS, SERVER):
        if is_told(spec, written):
            assert not is_placeholder(spec, plain)
            assert not is_no_answer(spec, plain)
            assert without_hint(spec, written) == written


def test_a_form_s_own_hint_is_not_told_whatever_word_it_begins_with() -> None:
    spec = FieldSpec("steps", "Steps", "block", hint="Restart it and look at the queue")
    assert is_told(spec, "Queues stand still since noon")
    assert not is_told(spec, spec.hint)
    judged = judge(spec, spec.hint)
    assert judged is None or not judged.given
