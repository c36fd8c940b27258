import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.address import by_mail_parser
from intake.core.mail.plain_fields import plain_fields

READ = ("from_", "reply_to", "to", "cc", "date", "address_header_defects")
NAMES = ("from", "reply-to", "to", "cc")

# what such fields are made of, and what makes them anything but plain, in any order
WORDS = st.sampled_from(
    [
        "Kim",
        "O",
        "kim",
        "a1",
        "x-y",
        "-",
        ".",
        "..",
        "@",
        "<",
        ">",
        " ",
        ",",
        ";",
        ":",
        "(",
        ")",
        '"',
        "_",
        "+",
        "é",
        "%",
    ]
)
SPECS = st.from_regex(
    r"[a-z0-9_+-]{1,3}(\.[a-z0-9_+-]{1,2}){0,2}@[a-z0-9-]{1,3}(\.[a-z0-9-]{1,3}){0,2}", fullmatch=True
)
DISPLAYS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,4}( [A-Za-z0-9-]{1,4}){0,2}", fullmatch=True)
ADDRESSES = st.one_of(
    SPECS,
    SPECS.map("<{}>".format),
    st.tuples(DISPLAYS, SPECS).map(lambda pair: f"{pair[0]} <{pair[1]}>"),
    st.lists(WORDS, max_size=8).map("".join),
)
DATES = st.from_regex(
    r"((Mon|Sun), )?[0-9]{1,2} (Jan|Feb|Nov) (1899|19|20)[0-9]{2} [012][0-9]:[0-9]{2}:[0-9]{2} [+-][01][0-9](00|30|45)",
    fullmatch=True,
)
FIELDS = st.tuples(
    st.lists(st.tuples(st.sampled_from(NAMES), ADDRESSES), max_size=4),
    st.lists(DATES.map(lambda at: ("date", at)), max_size=1),
).map(lambda both: both[0] + both[1])


@given(FIELDS)
def test_what_is_plain_reads_as_mail_parser_reads_it(fields: list[tuple[str, str]]) -> None:
    ours = plain_fields(fields)
    if ours is None:
        return
    theirs = by_mail_parser(fields)
    for name in READ:
        assert list_or_self(getattr(ours, name)) == list_or_self(getattr(theirs, name))
    assert ours.date is None or ours.timezone == float(theirs.timezone)
    assert ours.message.get("from") == theirs.message.get("from")


def list_or_self(value: object) -> object:
    return list(value) if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(
    "fields",
    [
        [("from", "Kim Muster <kim@hosting.example>"), ("to", "help@support.example")],
        [("from", "<kim.m+x@mx-1.hosting.example>"), ("date", "Mon, 23 Nov 2026 08:59:58 +0100")],
        [("cc", "a@b"), ("date", "3 Nov 2026 23:59:58 -0330")],
        [],
    ],
)
def test_most_mails_need_no_parser(fields: list[tuple[str, str]]) -> None:
    assert plain_fields(fields) is not None


@pytest.mark.parametrize(
    "fields",
    [
        [("from", "Kim <kim@hosting.example>"), ("from", "Eve <eve@evil.example>")],
        [("from", "alice@good.example <bob@evil.example>")],
        [("to", "a@b.example, c@d.example")],
        [("from", "kim@hosting.example."), ("to", "a@b.example")],
        [("date", "Mon, 30 Feb 2026 08:59:58 +0100")],
        [("date", "Mon, 23 Nov 2026 08:59:58 +0545")],
        [("date", "Mon, 23 Nov 2026 08:59:60 +0100")],
    ],
)
def test_what_could_be_read_in_another_way_is_left_to_the_parser(fields: list[tuple[str, str]]) -> None:
    assert plain_fields(fields) is None
