"""Full-text search on both databases: every word, in messages and headings, kept up to date by the database itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import FORM, NOW, Home, home, mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import postgres
from sqlalchemy import text

from intake.core.case.act import Act
from intake.desk import act, merging
from intake.store import search, tables
from intake.store.engine import reading
from intake.store.migrate import DESK, migrate, upgrade

STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]


@pytest.fixture(params=STORES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    with _desk(request.param, tmp_path) as made:
        yield made


@contextmanager
def _desk(store: str, folder: Path) -> Iterator[Home]:
    if store == "sqlite":
        with home(folder) as made:
            yield made
    else:
        with postgres() as server, home(folder, {"store.url": server.database()}) as made:
            yield made


def found(desk: Home, written: str) -> set[str]:
    """The references of cases that have these words."""
    with reading(desk.databases.reading) as connection:
        ids = search.cases_with(connection, written, 100)
    return {case.reference for case in desk.cases() if case.id in ids}


def case(
    desk: Home, words: str, number: int, subject: str = "A question", sender: str = "Kim <kim@hosting.example>"
) -> str:
    desk.take(mail(f"{words}\n\n{FORM}", subject=subject, sender=sender, message_id=f"{number}@hosting.example"))
    return desk.cases()[-1].reference


def test_every_word_counts_in_texts_subjects_and_senders(desk: Home) -> None:
    one = case(desk, "Der Kalender zeigt 100% falsche Zeiten.", 1, "Termine")
    two = case(desk, "Kalender leer", 2, "Größenwahn", "Sam <it@hosting.example>")
    assert found(desk, "kalender") == {one, two}
    assert found(desk, "KALENDER falsche") == {one}
    assert found(desk, "kalender it@hosting.example") == {two}
    assert found(desk, "it@hosting") == {two}
    assert found(desk, "größenwahn") == {two}
    assert found(desk, "kalen") == {one, two}
    assert found(desk, "alender") == set()
    assert found(desk, "100%") == {one}
    assert found(desk, one.lower()) >= {one}
    assert two not in found(desk, one.lower())
    assert found(desk, "kalender nirgends") == set()
    assert found(desk, "") == found(desk, "% _ ' \"") == set()


def test_accents_make_no_difference_on_either_side(desk: Home) -> None:
    words = "Le résumé de Zoë, rafraîchi; u\u0308ber Łódź, Ελλάδα, 한국어, ガイド"
    reference = case(desk, words, 1, "Größenwahn")
    alike = ("resume", "RÉSUMÉ", "re\u0301sume\u0301", "zoe", "rafraichi", "uber", "über", "grossen", "größen", "ŁÓDŹ")
    missing = [each for each in (*alike, "Łodz", "ελλάδα", "한국어", "ガイド") if found(desk, each) != {reference}]
    assert missing == ["grossen"]
    assert found(desk, "resumes") == set()


def test_notes_and_replies_are_found_at_once_and_a_merged_cases_words_in_the_whole(desk: Home) -> None:
    part, whole = case(desk, "Part", 1), case(desk, "Whole", 2)
    act.perform(desk.house, part, Act("note", "The lüfter rattles.", "ada@desk.example"), NOW)
    assert found(desk, "lüfter") == {part}
    act.perform(desk.house, part, Act("reply", "Replace the capacitor.", "ada@desk.example"), NOW)
    assert found(desk, "capacitor") == {part}
    merging.merge(desk.house, part, whole, "ada@desk.example", "", NOW)
    assert found(desk, "capacitor") == {whole}


def test_a_case_opened_by_hand_without_a_word_is_found_by_its_heading(desk: Home) -> None:
    from intake.core.mail.message import Address

    opened = act.open_by_hand(
        desk.house,
        contact=Address("Lee Long", "lee@telco.example"),
        subject="Rang about the backup",
        text="",
        route=desk.config.settings.route[0].address,
        channel="phone",
        by="ada@desk.example",
        now=NOW,
    )
    assert found(desk, "backup lee@telco") == {opened.reference}


def test_a_text_that_is_changed_or_erased_takes_its_words_along(desk: Home) -> None:
    reference = case(desk, "My password is swordfish.", 1)
    with desk.databases.desk.begin() as connection:
        connection.execute(tables.message.update().values(text="erased", new_text="erased"))
    assert found(desk, "swordfish") == set()
    assert found(desk, "erased") == {reference}
    with desk.databases.desk.begin() as connection:
        connection.execute(tables.message.delete())
    assert found(desk, "erased") == set()
    _sound(desk)


@pytest.mark.sqlite("segments are those of SQLite's index")
def test_mails_decided_together_write_their_words_once(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        for number in range(12):
            sender = f"user{number}@hosting.example"
            raw = mail(f"Number{number}\n\n{FORM}", sender=f"Kim <{sender}>", message_id=f"{number}@hosting.example")
            desk.keep(raw, envelope_from=sender)
        desk.receive()
        assert found(desk, "number7") == {desk.cases()[7].reference}
        with reading(desk.databases.desk) as connection:
            # each writing is a segment of its own, which later ones have to be merged with
            for index in search.INDEXES:
                written = search.written(index, "SELECT count(DISTINCT segid) FROM ${name}_idx")
                assert connection.scalar(text(written)) == 1, index.name


def _sound(desk: Home) -> None:
    """SQLite's own check of an index against the texts that it was made from."""
    if desk.databases.desk.dialect.name == "sqlite":
        with desk.databases.desk.begin() as connection:
            for index in search.INDEXES:
                check = "INSERT INTO $name($name, rank) VALUES ('integrity-check', 1)"
                connection.execute(text(search.written(index, check)))


def test_an_upgrade_fills_in_what_was_there_before_some_rows_at_a_time(
    desk: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = [case(desk, f"The word is number{number}.", number) for number in range(5)]
    monkeypatch.setattr(search, "ROWS_AT_ONCE", 2)
    migrate(desk.databases.desk, DESK, "v0009")
    migrate(desk.databases.desk, DESK, DESK.revisions[-1])
    assert found(desk, "number3") == set()
    # what comes, goes or changes before all is filled in leaves the index sound
    new = case(desk, "The word is fresh.", 9)
    with desk.databases.desk.begin() as connection:
        changed = tables.message.c.text.like("%number4%")
        connection.execute(tables.message.update().where(changed).values(text="The word is other."))
        connection.execute(tables.message.delete().where(tables.message.c.text.like("%number0%")))
    assert found(desk, "fresh") == {new}
    upgrade(desk.databases)
    assert found(desk, "number3") == {references[3]}
    assert found(desk, "other") == {references[4]}
    assert found(desk, "number4") == found(desk, "number0") == set()
    _sound(desk)
    with reading(desk.databases.desk) as connection:
        left = connection.scalars(text("SELECT name FROM counter")).all()
    assert left == ["case"]
    upgrade(desk.databases)


def test_a_text_of_any_length_and_of_any_characters_is_kept(desk: Home) -> None:
    words = " ".join(f"w{number:x}é" for number in range(150_000))
    reference = case(desk, f"{'x' * 3_000}\u0301 \U0001f600 日本語 {words}", 1)
    assert found(desk, "w1é") == {reference}


HOSTILE = (
    '"', '""', "'", "a OR", "NOT", "AND AND", "NEAR(a b)", "a*", "*", "^a", "a:b", "subject:", "(", "a)", "{x}", "-a",
    "\\", "a\\'b", "'; DROP TABLE cases; --", "a & | ! <-> b", "a:*", "\0", "a\0b", "%", "_", "💥", "\u202e", "ǅ", "²",
)  # fmt: skip


@pytest.mark.parametrize("written", HOSTILE)
def test_no_query_is_taken_for_syntax(shared: Home, written: str) -> None:
    found(shared, written)
    found(shared, f"kalender {written}")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.text(max_size=60))
def test_whatever_is_written_gives_an_answer(shared: Home, written: str) -> None:
    found(shared, written)


@pytest.fixture(scope="module", params=STORES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with _desk(request.param, tmp_path_factory.mktemp("shared")) as made:
        case(made, "Der Kalender", 1)
        yield made


def test_sqlite_here_has_what_the_indexes_need() -> None:
    options = {row[0] for row in sqlite3.connect(":memory:").execute("PRAGMA compile_options")}
    assert "ENABLE_FTS5" in options
