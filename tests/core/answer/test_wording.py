"""Other people's words in a letter are cut and harmless; instants are told in the reader's zone with its name."""

import re
import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.answer.wording import CUT, foreign, instant


def test_a_zone_that_is_its_own_abbreviation_is_named_once() -> None:
    assert instant(datetime(2026, 11, 23, 12, tzinfo=UTC), "UTC", "en") == "Monday, 23 November 2026, 12:00 (UTC)"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Mail is down", "Mail is down"),
        ("Re: see http://evil.example/x now", "Re: see now"),
        ("HTTPS://EVIL.EXAMPLE", ""),
        ("hxxp://evil.example/", ""),
        ("javascript:alert(1) hello", "hello"),
        ("visit www.evil today", "visit today"),
        ("visit evil.example today", "visit today"),
        ("x.co", ""),
        ("evil.example/path?x=1 yes", "yes"),
        ("почта пример.испытание", "почта"),
        ("evil．example", ""),
        ("write to eve@evil.example now", "write to now"),
        ("a@b", ""),
        ("a＠b ok", "ok"),
        ("a﹫b ok", "ok"),
        ("a\r\nBcc: v", "a Bcc: v"),
        ("a\x00b\x1b[31mc\u202ed\u2028e", "a b [31mc d e"),
        ("ev\u200bil.example", "ev"),
        ("z.B. CentOS 7.9", "z.B. CentOS 7.9"),
        ("  many   spaces ", "many spaces"),
        ("", ""),
    ],
)
def test_threats_20_of_a_strangers_words_no_link_host_address_or_control_is_left(written: str, shown: str) -> None:
    assert foreign(written) == shown


def test_threats_20_words_are_cut_at_forty_characters() -> None:
    assert foreign("x" * 40) == "x" * 40
    assert foreign("x" * 41) == "x" * 39 + "…"
    assert foreign("word " * 20) == "word word word word word word word word…"


@given(st.text(max_size=600) | st.from_regex(r"[a-z@./:＠﹫\s\u200b-]{0,80}", fullmatch=True))
def test_threats_20_whatever_is_written(text: str) -> None:
    shown = foreign(text)
    assert len(shown) <= CUT
    assert "@" not in unicodedata.normalize("NFKC", shown)
    assert "://" not in re.sub(r"\s", "", shown) or not re.search(r"[a-z]{2,}://\S", shown)
    assert not re.search(r"\w\.[^\W\d_]{2,}", shown)
    assert all(unicodedata.category(each)[0] not in "C" for each in shown)
    assert shown == " ".join(shown.split())


@pytest.mark.parametrize("text", ["a" * 1_000_000, "a." * 500_000, "a:" * 500_000, "@" * 1_000_000, "/." * 500_000])
def test_a_megabyte_is_looked_at_in_a_moment(text: str) -> None:
    started = time.process_time()
    foreign(text)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("zone", "language", "told"),
    [
        ("Europe/Berlin", "en", "Monday, 23 November 2026, 13:00 (Europe/Berlin, CET)"),
        ("Europe/Berlin", "de", "Montag, 23. November 2026, 13:00 (Europe/Berlin, CET)"),
        ("Asia/Kolkata", "en", "Monday, 23 November 2026, 17:30 (Asia/Kolkata, IST)"),
    ],
)
def test_an_instant_is_told_in_the_readers_zone_and_language_with_the_zones_name(
    zone: str, language: str, told: str
) -> None:
    assert instant(datetime(2026, 11, 23, 12, tzinfo=UTC), zone, language) == told


def test_no_instant_is_no_words() -> None:
    assert instant(None, "Europe/Berlin", "en") == ""
