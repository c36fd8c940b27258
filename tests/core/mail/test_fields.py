"""Fields are read as people write them (OX-1, OX-2)."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.fields import missing_fields, read_fields
from intake.core.mail.form import FieldSpec, FieldValue
from intake.core.mail.html import to_text

SPECS_FILE = Path(__file__).parents[2] / "mails" / "specs.toml"


def load_specs() -> tuple[FieldSpec, ...]:
    return tuple(
        FieldSpec(
            key=row["key"],
            label=row["label"],
            kind=row["kind"],
            aliases=tuple(row.get("aliases", ())),
            allowed=tuple((name, tuple(others)) for name, others in row.get("allowed", ())),
            hint=row.get("hint", ""),
        )
        for row in tomllib.loads(SPECS_FILE.read_text("utf-8"))["field"]
    )


SPECS = load_specs()
FORM = """\
Server: https://ox.example
Server Version: 7.10.6
Distribution: Debian GNU/Linux 10 (buster)
GUI Version: 7.10.6-Rev3
Module: mail, Kalender
Severity: 2 (urgent)
Track-ID: BUG-17
Product: OX App Suite
Component: groupware gui

Steps to reproduce:
1. Open http://ox.example/
2. Click: nothing

Current behaviour:
Error: it does not work

URL: http://ox.example/x

Expected behaviour:
It works.
"""
READ = {
    "server": "https://ox.example",
    "server_version": "7.10.6",
    "distribution": "DEBIAN",
    "gui_version": "7.10.6-Rev3",
    "module": ("mail", "calendar"),
    "severity": "2",
    "track_id": "BUG-17",
    "product": "OXAPPSUITE",
    "component": "Groupware GUI",
    "steps_to_reproduce": "1. Open http://ox.example/\n2. Click: nothing",
    "current_behaviour": "Error: it does not work\n\nURL: http://ox.example/x",
    "expected_behaviour": "It works.",
}


def values(*texts: str) -> dict[str, str | tuple[str, ...]]:
    return {key: value.value for key, value in read_fields(SPECS, texts).items() if value.valid}


def one(key: str, text: str) -> FieldValue | None:
    return read_fields(SPECS, [text]).get(key)


def judged(key: str, text: str) -> tuple[str | tuple[str, ...], bool]:
    found = one(key, text)
    assert found is not None, text
    return found.value, found.valid


def test_a_complete_form_misses_nothing() -> None:
    assert values(FORM) == READ
    assert missing_fields(SPECS, read_fields(SPECS, [FORM])) == ()


@pytest.mark.parametrize(
    "restyle",
    [
        str.upper,
        lambda line: line.replace(": ", ":"),
        lambda line: line.replace(":", " :", 1),
        lambda line: line.replace(":", "：", 1),
        lambda line: line.replace(": ", " = ", 1),
        lambda line: line.replace(":", ":\t", 1),
        lambda line: line.replace(": ", "\t", 1),
        lambda line: line.replace(": ", "    ", 1),
        lambda line: line.replace(": ", " - ", 1),
        lambda line: "**" + line.replace(":", ":**", 1),
        lambda line: "*" + line.replace(":", "*:", 1),
        lambda line: "__" + line.replace(":", "__:", 1),
        lambda line: "- " + line,
        lambda line: "* " + line,
        lambda line: "• " + line,
        lambda line: "3. " + line,
        lambda line: "4) **" + line.replace(":", ":**", 1),
        lambda line: "> " + line,
        lambda line: ">> " + line,
        lambda line: "   " + line,
        lambda line: line.replace(" ", "\u00a0"),
        lambda line: "| " + line.replace(":", " | ", 1) + " |",
        lambda line: line.replace(":", ":\n", 1),
        lambda line: line.replace(":", ":\n\n", 1) + "\n",
        lambda line: line.replace(":", "\n", 1),
        lambda line: line.replace(":", " (see the manual):", 1),
        lambda line: line.replace(":", "*:", 1),
    ],
)
def test_a_label_is_found_however_it_is_set_off(restyle: Callable[[str], str]) -> None:
    text = "\n".join(
        restyle(line) for line in ("Server: ox1", "Distribution: UCS", "Severity: 3", "Module: mail, tasks")
    )
    found = values(text)
    assert str(found.pop("server")).lower() == "ox1"
    assert found == {"distribution": "UCS", "severity": "3", "module": ("mail", "tasks")}


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Severity: 2", "2"),
        ("Severity: 2 (urgent)", "2"),
        ("Sev-2", "2"),
        ("Sev 2 - high", "2"),
        ("Severity 2", "2"),
        ("SEVERITY = Sev-2", "2"),
        ("Severity: P2", "2"),
        ("Severity: ２", "2"),
        ("Severity: urgent (2)", "2"),
        ("Severity [1-4]: 2", "2"),
        ("Severity (1=critical, 4=low): 2", "2"),
        ("**Severity**: **2**", "2"),
        ("Severity: [2]", "2"),
        ("Severity: [ ] 1 [x] 2 [ ] 3 [ ] 4", "2"),
        ("Severity: 2 - 500 users", "2"),
        ("Severity: 2.", "2"),
        ("Severity: 2 of 4", "2"),
        ("Severity: 2 / 4", "2"),
        ("Severity: 2/4 (high)", "2"),
        ("Severity 2/4", "2"),
        ("Severity: 3/4", None),
        ("Severity: 2/3", None),
        ("Severity: 1 / 2 / 4", None),
        ("Severity: 2/4/2026", None),
        ("Severity is 2", "2"),
        ("Severity is now 2.", "2"),
        ("Severity level is 2 of 4", "2"),
        ("Severity level 2 (high)", "2"),
        ("Schweregrad ist 2", "2"),
        ("Severity is not 2", None),
        ("Severity is 2 or 3", None),
        ("Severity is 2 because many users wait", None),
        ("Severity: 1, 2, 3, 4", None),
        ("Severity: 1-4", None),
        ("Severity: 1 or 2", None),
        ("Severity: 1 2 3 4", None),
        ("Severity: 1/2", None),
        ("Severity: not 1", None),
        ("Severity: high", None),
        ("Severity: 5", None),
        ("Severity: 22", None),
        ("Severity: 1.5", None),
        ("Severity: 1,2,3,4", None),
        ("Severity:", None),
        ("The severity: 2", None),
        ("Severity 2 means that many users wait", None),
    ],
)
def test_a_severity_counts_when_it_says_one_number(text: str, severity: str | None) -> None:
    assert values(text).get("severity") == severity


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("DEBIAN", "DEBIAN"),
        ("Debian 10", "DEBIAN"),
        ("Debian10", "DEBIAN"),
        ("debian GNU/Linux 10 (buster)", "DEBIAN"),
        ("SLES11SP4", "SLES"),
        ("SuSE Linux Enterprise Server 12", "SLES"),
        ("red-hat 8.4", "RHEL"),
        ("CentOS", None),
        ("not Debian", None),
        ("Ubuntu (Debian based)", None),
        ("Debian-like", None),
        ("RHEL and SLES", None),
        ("can be one of SLES, RHEL, DEBIAN, UCS", None),
        ("SLES, RHEL, DEBIAN, UCS", None),
        ("<SLES|RHEL|DEBIAN|UCS>", None),
        ("Debianish", None),
    ],
)
def test_a_choice_is_what_is_named_as_a_whole_word(written: str, value: str | None) -> None:
    expected = (value, True) if value else (written, False)
    assert judged("distribution", f"Distribution: {written}") == expected


@pytest.mark.parametrize("written", ["OXAPPSUITE", "ox app suite", "OX-App-Suite", "AppSuite 7.10", "the OX App Suite"])
def test_spellings_of_a_choice_fold_into_one(written: str) -> None:
    assert judged("product", f"Product: {written}") == ("OXAPPSUITE", True)


@pytest.mark.parametrize("mark", [", ", "/", " / ", ";", " and ", " und ", " & ", "+", "\n - "])
def test_several_values_are_taken_where_the_form_lets_choose(mark: str) -> None:
    assert judged("module", f"Module: mail,{mark}Kalender" if "\n" in mark else f"Module: mail{mark}Kalender") == (
        ("mail", "calendar"),
        True,
    )


def test_boxes_that_are_ticked_choose() -> None:
    assert judged("module", "Module: ☐ portal ☑ mail ☐ calendar ☑ tasks") == (("mail", "tasks"), True)


def test_emphasis_around_a_value_is_no_part_of_it() -> None:
    assert values("**Server**: `a.example`\n*Track-ID:* **7**\n**Module:**mail") == {
        "server": "a.example",
        "track_id": "7",
        "module": ("mail",),
    }
    assert judged("server", "Server: *a* or *b*") == ("*a* or *b*", True)


def test_one_value_off_the_list_spoils_the_rest_and_is_kept_as_written() -> None:
    assert one("module", "Module: mail, chat") == FieldValue("mail, chat", "mail, chat", False)
    assert missing_fields(SPECS, read_fields(SPECS, [FORM.replace("Kalender", "chat")])) == ("module",)


def test_an_unfilled_template_provides_nothing() -> None:
    text = """\
Server: url of the machine
Server Version: server version or package list
Distribution: can be one of SLES, RHEL, DEBIAN, UCS
GUI Version: <GUI version>
Module: can be one of portal, mail, calendar, tasks, infostore
Severity: 1, 2, 3, 4
Track-ID: ...
Product: can be one of OXAPPSUITE, OXHE, OXSE, OXASE, OXCS, OXtender, Migration
Component: -

Steps to reproduce:

Current behaviour:

Expected behaviour:
"""
    assert missing_fields(SPECS, read_fields(SPECS, [text])) == tuple(spec.key for spec in SPECS)


@pytest.mark.parametrize("written", ["n/a", "N.A.", "-", "--", "none", "TBD", "?", "...", "unknown", "keine Angabe"])
def test_a_word_for_nothing_is_kept_and_does_not_count(written: str) -> None:
    assert one("track_id", f"Track-ID: {written}\n\nServer: a") == FieldValue(written, written, False)
    optional = [FieldSpec("track_id", "Track-ID", "line", required=False)]
    assert read_fields(optional, [f"Track-ID: {written}"]) == {}


def test_a_template_left_above_the_filled_form_does_not_hide_it() -> None:
    assert values("Severity: 1, 2, 3, 4\nModule: can be one of mail, tasks\n\nSeverity: 2\nModule: mail") == {
        "severity": "2",
        "module": ("mail",),
    }


def test_the_longer_label_is_not_read_as_the_shorter() -> None:
    assert values("Server Version: 7.10.6\n") == {"server_version": "7.10.6"}


def test_several_fields_may_share_a_line() -> None:
    text = "Severity: 2, Product: OXHE; Module: mail\nServer: a.example Track-ID: 7\nDistribution: UCS | Component: CLT"
    assert values(text) == {
        "severity": "2",
        "product": "OXHE",
        "module": ("mail",),
        "server": "a.example",
        "track_id": "7",
        "distribution": "UCS",
        "component": "CLT",
    }


def test_a_url_is_no_label() -> None:
    assert values("Server: http://module:80/severity=2, https://b.example") == {
        "server": "http://module:80/severity=2, https://b.example"
    }


def test_a_block_keeps_its_lines_that_look_like_labels_given_before() -> None:
    text = (
        "Server: a.example\nSeverity: 1\n\nCurrent behaviour:\nHTTP/1.1 500\nServer: nginx\nSeverity: error\n\nModule=x"
    )
    assert values(text)["current_behaviour"] == "HTTP/1.1 500\nServer: nginx\nSeverity: error"
    assert values(text)["server"] == "a.example"


def test_a_wrapped_sentence_does_not_begin_a_field() -> None:
    text = "Current behaviour: After the update of last night we see this on every\nserver: it dies.\n"
    assert values(text) == {
        "current_behaviour": "After the update of last night we see this on every\nserver: it dies.",
    }


def test_a_package_list_runs_on_to_the_next_label() -> None:
    packages = "\n".join(f"ii  pkg-{number}  7.10.{number}" for number in range(30))
    assert (
        values(f"Server Version:\n{packages}\n\nlibfoo 1\nGUI Version: 7")["server_version"]
        == f"{packages}\n\nlibfoo 1"
    )


def test_a_package_list_that_ends_the_form_ends_at_the_empty_line() -> None:
    assert values("GUI Version: a 1\nb 2\n\nKind regards\nSupport") == {"gui_version": "a 1\nb 2"}


def test_a_value_that_wraps_is_put_together() -> None:
    long = "https://ox.example/a/very/long/address/that/goes/on/and/on/until"
    assert values(f"Server: {long}\nits end\nSeverity: 1\nModule: mail,\ncalendar\n") == {
        "server": f"{long} its end",
        "severity": "1",
        "module": ("mail", "calendar"),
    }


@pytest.mark.parametrize("delimiter", ["-- ", "--"])
def test_the_signature_stays_out_of_the_last_block(delimiter: str) -> None:
    assert values(f"{FORM}\n{delimiter}\nA Company\nServer room 3\n") == READ


def test_an_older_mail_below_stays_out_of_the_last_block() -> None:
    older = "From: a <a@support.example>\nSent: Monday\nTo: b@customer.example\nSubject: RE: x\n\nOur words"
    assert values(f"{FORM}\n{older}") == READ
    assert values(f"{FORM}\nOn Mon, Nov 2, 2026 at 10:00 AM A <a@support.example> wrote:\n> our words") == READ


def test_quoted_lines_below_the_last_block_stay_out_of_it() -> None:
    assert values(f"{FORM}\n> Your words\n> of yesterday") == READ


def test_a_paragraph_below_an_empty_label_is_not_its_value() -> None:
    assert values("Server:\n\nHello,\nour server is down.\n") == {}


def test_words_below_a_quoted_value_do_not_replace_it() -> None:
    assert values("> Server: a.example\nPlease help.\n> Module: mail")["server"] == "a.example"


def test_a_label_alone_may_carry_a_remark() -> None:
    assert values("Steps to reproduce (be exact)\n1. Log in") == {"steps_to_reproduce": "1. Log in"}


def test_a_value_may_repeat_its_own_label() -> None:
    assert values("Server: our old server: gone") == {"server": "our old server: gone"}


def test_answers_below_quoted_labels_are_taken() -> None:
    text = (
        "> Server:\nox.example\n> Severity: 1, 2, 3, 4\n2\n"
        "> Module: one of mail, tasks\n\ntasks\n> Steps to reproduce:\na\n\nb"
    )
    assert values(text) == {
        "server": "ox.example",
        "severity": "2",
        "module": ("tasks",),
        "steps_to_reproduce": "a\n\nb",
    }


def test_a_form_quoted_as_a_whole_is_read() -> None:
    assert values("".join(f"> {line}\n" for line in FORM.splitlines())) == READ


def test_a_quoted_old_value_never_overrides_a_new_one() -> None:
    new, whole = "Severity: high", "Severity: high\n\n> Severity: 3\n> Module: mail"
    found = read_fields(SPECS, [new, whole])
    assert (found["severity"].value, found["severity"].valid) == ("high", False)
    assert found["module"].value == ("mail",)
    assert read_fields(SPECS, ["Severity: 1, 2, 3, 4", "Severity: 3"])["severity"].value == "3"


def test_a_table_of_html_is_read() -> None:
    rows = "".join(
        f"<tr><td><p><b>{line.partition(':')[0]}</b></p></td><td><p>{line.partition(':')[2]}</p></td></tr>"
        for line in FORM.splitlines()[:9]
    )
    blocks = (
        "<tr><td>Steps to reproduce</td><td><ol><li>One</li><li>Two: a</li></ol></td></tr>"
        "<tr><td>Current behaviour</td><td><p>Error: it</p><p>dies</p></td></tr>"
        "<tr><td>Expected behavior</td><td>It works</td></tr>"
    )
    text = to_text(f"<p>Hello,</p><table>{rows}{blocks}</table><p>Kind regards</p>")
    found = read_fields(SPECS, [text])
    assert missing_fields(SPECS, found) == ()
    assert found["expected_behaviour"].value == "It works"
    assert found["current_behaviour"].value == "Error: it\ndies"


def test_the_order_is_that_of_the_form() -> None:
    found = read_fields(SPECS, ["Severity: 2\nServer: a"])
    assert list(found) == ["server", "severity"]
    assert missing_fields(SPECS, {})[:2] == ("server", "server_version")


WORDS = st.lists(st.text("abcdefghjkmnpqruvwyz0123456789äß", min_size=2, max_size=9), min_size=1, max_size=6).map(
    " ".join
)
PARAGRAPH = st.lists(
    st.one_of(WORDS, WORDS.map("Error: {}".format), WORDS.map("URL: http://{}".format)), min_size=1, max_size=3
)
BLOCK = st.lists(PARAGRAPH.map("\n".join), min_size=1, max_size=3).map("\n\n".join)


@st.composite
def field_values(draw: st.DrawFn) -> dict[str, str]:
    made = {}
    for spec in SPECS:
        if spec.kind == "block":
            made[spec.key] = draw(BLOCK)
        elif spec.allowed:
            made[spec.key] = draw(st.sampled_from([name for name, _ in spec.allowed]))
        else:
            made[spec.key] = "v7 " + draw(WORDS)[:50].strip()
    return made


STYLES = st.tuples(
    st.sampled_from(["", "- ", "* ", "• ", "1. ", "2) ", "   "]),
    st.sampled_from(
        ["{}: ", "{}:", "{} : ", "{}：", "{} = ", "**{}:** ", "**{}**: ", "*{}*: ", "{}:\n", "{}\t", "{}:\u00a0"]
    ),
    st.sampled_from([str, str.upper, str.lower]),
    st.sampled_from(["", "> ", ">> "]),
)


@given(field_values(), STYLES)
def test_a_form_reads_back_to_the_values_that_it_was_made_from(
    made: dict[str, str], style: tuple[str, str, Callable[[str], str], str]
) -> None:
    bullet, separator, case, quote = style
    written = []
    for spec in SPECS:
        label = bullet + separator.format(case(spec.label))
        below = f"\n{label.rstrip(' ')}\n" if spec.kind == "block" else label
        written.append(f"{below}{made[spec.key]}\n")
    text = "".join(f"{quote}{line}\n" for line in "".join(written).splitlines())
    found = read_fields(SPECS, [text])
    assert missing_fields(SPECS, found) == ()
    for spec in SPECS:
        read = found[spec.key].value
        assert (read if isinstance(read, str) else ", ".join(read)) == made[spec.key], spec.key


LINES = st.lists(
    st.one_of(
        st.sampled_from(FORM.splitlines()),
        st.sampled_from(
            ["> Server:", "-- ", "On 2 May 2026 a@b.example wrote:", "Sev-2", "|---|", "", "\t", "*", "Severity"]
        ),
        st.text(max_size=60),
    ),
    max_size=25,
)


@given(LINES, LINES)
def test_no_text_makes_the_reader_fail_and_reading_twice_changes_nothing(new: list[str], whole: list[str]) -> None:
    texts = ["\n".join(new), "\n".join(whole)]
    found = read_fields(SPECS, texts)
    assert found == read_fields(SPECS, [*texts, *texts])
    assert list(found) == [spec.key for spec in SPECS if spec.key in found]
    first = read_fields(SPECS, texts[:1])
    assert all(found[key] == value for key, value in first.items() if value.valid)


def calls(work: Callable[[], object]) -> int:
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize(
    "piece",
    [
        "Server: a\n",
        "Steps to reproduce: x\nServer: b\n",
        "\n",
        "> Server:\n",
        "Severity:\n\n",
        "Module: mail, Severity: 2,",
        "Server\tModule\n",
        "| Server | Module |\n|---|---|\n",
        "Server | Module\n\t\n",
        "Steps to\n",
        "Steps to reproduce: x\n\nServer: b\n",
        "[ ] Module [x]\n",
        "||Server||Module||\n",
        "host=mx1 module=mail level=error\n",
        '"host": "mx1",\n',
        "host=mx1\nlevel=error\n",
        "Server: nginx\nDate: x\n",
    ],
)
def test_the_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    few, many = (calls(lambda n=n: read_fields(SPECS, [piece * n])) for n in (500, 2_000))  # type: ignore[misc]
    assert many < 5 * few + 2_000


@pytest.mark.parametrize(
    "line", ["S" + " " * 200_000 + "x", "Server" * 50_000, ": " * 200_000, "*" * 200_000, "1. " * 90_000]
)
def test_endless_lines_are_read_in_bounded_time(line: str) -> None:
    assert values(f"{line}\nSeverity: 2\n{line}")["severity"] == "2"


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\u200e", "\u202a", "\u2060", "\ufeff"])
def test_characters_that_nobody_sees_hide_no_field(unseen: str) -> None:
    values = read_fields(SPECS, ["\n".join(unseen + line for line in FORM.splitlines())])
    assert {key: value.value for key, value in values.items()} == {
        key: value.value for key, value in read_fields(SPECS, [FORM]).items()
    }


@pytest.mark.parametrize("bullet", ["", "- ", "* ", "• "])
def test_choices_listed_below_their_label_are_all_taken(bullet: str) -> None:
    values = read_fields(SPECS, [f"Module:\n{bullet}mail\n{bullet}calendar\n\nSeverity: 2\n"])
    assert values["module"].value == ("mail", "calendar")
    assert values["severity"].value == "2"
