"""Full-text search: words of messages and of cases' headings, kept by the database itself in the same transaction.

SQLite keeps two FTS5 indexes, PostgreSQL two tables of `tsvector`; triggers on `message` and `cases` feed them, so that
whatever writes or erases a text does the same to its words. SQLite writes the words of each statement as a segment of
its own, which is merged with others later, page by page, the more of them the larger the index is: rows that come
together come in one statement.

What was there before the indexes were is filled in by `fill`, some rows at a time, the newest first; the counter says
down to where it got.
"""

import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

from sqlalchemy import Connection, Engine, delete, event, func, insert, select, text, update

from intake.store import tables
from intake.store.engine import reading

ROWS_AT_ONCE = 500
WORDS = 16
LONGEST_QUERY = 500
PREFIX = 3
# of a longer text PostgreSQL reads so much: a tsvector holds at most a megabyte
LONGEST = 100_000
PUNCTUATION = string.punctuation
# marks above and below letters, once they stand apart from them (Unicode, NFD)
ACCENTS = r"[\u0300-\u036f]"


@dataclass(frozen=True, slots=True)
class Indexed:
    """A table whose words are indexed, and the columns that they stand in.

    The counter of the index's name says below which id it is not filled in yet; there is none once all is.
    """

    name: str
    source: str
    columns: tuple[str, ...]


INDEXES = (
    Indexed("message_words", "message", ("subject", "text", "author_name", "author_address")),
    Indexed("case_words", "cases", ("reference", "subject", "contact_name", "contact_address")),
)


# in these, $name is the index, $source its table, $names its columns, and $new, $old those of a trigger's row
SQLITE = (
    "CREATE VIRTUAL TABLE $name USING fts5($names, content='$source', content_rowid='id', $tokens)",
    "CREATE TRIGGER ${name}_added AFTER INSERT ON $source BEGIN $add END",
    "CREATE TRIGGER ${name}_gone AFTER DELETE ON $source WHEN $filled BEGIN $drop END",
    "CREATE TRIGGER ${name}_changed AFTER UPDATE OF $names ON $source WHEN ($changed) AND $filled BEGIN $drop $add END",
)
SQLITE_PARTS = {
    "tokens": 'tokenize="unicode61 remove_diacritics 2"',
    "add": "INSERT INTO $name(rowid, $names) VALUES (new.id, $new);",
    "drop": "INSERT INTO $name($name, rowid, $names) VALUES ('delete', old.id, $old);",
    "changed": "($new) IS NOT ($old)",
    # what is not filled in yet has no words that could be dropped
    "filled": "NOT EXISTS (SELECT 1 FROM counter WHERE name = '$name' AND value > old.id)",
}
SQLITE_DROP = (
    "DROP TRIGGER ${name}_added",
    "DROP TRIGGER ${name}_gone",
    "DROP TRIGGER ${name}_changed",
    "DROP TABLE $name",
)
SQLITE_FILL = "INSERT INTO $name(rowid, $names) SELECT id, $names FROM $source WHERE id >= :first AND id < :below"
POSTGRESQL = (
    "CREATE TABLE $name (id bigint PRIMARY KEY REFERENCES $source (id) ON DELETE CASCADE, words tsvector NOT NULL)",
    "CREATE INDEX ${name}_words ON $name USING gin (words)",
    "CREATE FUNCTION ${name}_keep() RETURNS trigger LANGUAGE plpgsql AS $$$$ BEGIN $keep RETURN NULL; END $$$$",
    "CREATE TRIGGER ${name}_added AFTER INSERT ON $source FOR EACH ROW EXECUTE FUNCTION ${name}_keep()",
    "CREATE TRIGGER ${name}_changed AFTER UPDATE OF $names ON $source FOR EACH ROW $changed",
)
# letters stand without accents, and a word ends at every mark of ASCII, as in SQLite's index
POSTGRESQL_WORDS = (
    "to_tsvector('simple', translate(normalize(regexp_replace("
    "normalize(left(concat_ws(' ', $columns), $longest), NFD), '$accents', '', 'g')), '$marks', '$spaces'))"
)
POSTGRESQL_PARTS = {
    "keep": "INSERT INTO $name (id, words) VALUES (new.id, $new_words) "
    "ON CONFLICT (id) DO UPDATE SET words = excluded.words;",
    "changed": "WHEN (($new) IS DISTINCT FROM ($old)) EXECUTE FUNCTION ${name}_keep()",
}
POSTGRESQL_DROP = (
    "DROP TRIGGER ${name}_added ON $source",
    "DROP TRIGGER ${name}_changed ON $source",
    "DROP FUNCTION ${name}_keep()",
    "DROP TABLE $name",
)
POSTGRESQL_FILL = (
    "INSERT INTO $name (id, words) SELECT id, $words FROM $source WHERE id >= :first AND id < :below "
    "ON CONFLICT (id) DO NOTHING"
)


def written(index: Indexed, statement: str, parts: Mapping[str, str] | None = None) -> str:
    """A statement for one index. Nothing goes into it but names that stand above."""
    new, old = (", ".join(f"{row}.{name}" for name in index.columns) for row in ("new", "old"))
    names = ", ".join(index.columns)
    plain = {"name": index.name, "source": index.source, "names": names, "new": new, "old": old}
    words = {
        "longest": str(LONGEST),
        "accents": ACCENTS,
        "marks": PUNCTUATION.replace("'", "''"),
        "spaces": " " * len(PUNCTUATION),
    }
    plain["words"] = Template(POSTGRESQL_WORDS).substitute(words, columns=names)
    plain["new_words"] = Template(POSTGRESQL_WORDS).substitute(words, columns=new)
    more = {name: Template(part).substitute(plain) for name, part in (parts or {}).items()}
    return Template(statement).substitute(plain, **more)


@event.listens_for(tables.desk, "after_create")
def _make(_target: object, connection: Connection, **_more: object) -> None:
    """The tables that are made without migrations have the indexes as well."""
    for index in INDEXES:
        make(connection, index)


def make(connection: Connection, index: Indexed) -> None:
    """Makes an index, empty as it is, and notes down from where it is to be filled."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        made = written(index, statement, SQLITE_PARTS if sqlite else POSTGRESQL_PARTS)
        connection.execute(text(made.replace(":", "\\:")))
    last = connection.scalar(select(func.max(tables.desk.tables[index.source].c.id)))
    if last is not None:
        connection.execute(insert(tables.counter).values(name=index.name, value=last + 1))


def drop(connection: Connection, index: Indexed) -> None:
    """Takes an index away."""
    for statement in SQLITE_DROP if connection.dialect.name == "sqlite" else POSTGRESQL_DROP:
        connection.execute(text(written(index, statement)))
    connection.execute(delete(tables.counter).where(tables.counter.c.name == index.name))


def fill(engine: Engine) -> None:
    """Fills the indexes with what was there before them, each time some rows, so that others work on meanwhile.

    A glance where nothing is left to do; where it was stopped, it goes on.
    """
    with reading(engine) as connection:
        names = [index.name for index in INDEXES]
        left = set(connection.scalars(select(tables.counter.c.name).where(tables.counter.c.name.in_(names))))
    for index in (each for each in INDEXES if each.name in left):
        more = True
        while more:
            with engine.begin() as connection:
                more = fill_some(connection, index)


def fill_some(connection: Connection, index: Indexed) -> bool:
    """Fills in the newest rows that are lacking; False where none are. One at a time: two would do the same."""
    counter, source = tables.counter, tables.desk.tables[index.source]
    mine = counter.c.name == index.name
    below = connection.scalar(select(counter.c.value).where(mine).with_for_update())
    if below is None:
        return False
    rows = select(source.c.id).where(source.c.id < below).order_by(source.c.id.desc()).limit(ROWS_AT_ONCE)
    ids = list(connection.scalars(rows))
    if not ids:
        connection.execute(delete(counter).where(mine))
        return False
    filled = written(index, SQLITE_FILL if connection.dialect.name == "sqlite" else POSTGRESQL_FILL)
    connection.execute(text(filled), {"first": ids[-1], "below": below})
    connection.execute(update(counter).where(mine).values(value=ids[-1]))
    return True


def words_of(written: str) -> list[str]:
    """What somebody searches for, word by word, without what is no word; at most so many that a query stays small."""
    parts = written[:LONGEST_QUERY].replace("\0", " ").split()
    return [part for part in parts if any(each.isalnum() for each in part)][:WORDS]


def cases_with(connection: Connection, written: str, limit: int) -> list[int]:
    """Ids of the newest cases that have every word in one of their messages, or in their heading; the newest first.

    Case and accents make no difference. A word of three characters or more may be the beginning of a longer one, where
    it ends in a letter; marks within a word stand for the words around them, side by side. Nothing that anybody writes
    is taken for syntax of a query.
    """
    words = words_of(written)
    dialect = connection.dialect.name
    query = _sqlite_query(words) if dialect == "sqlite" else _postgresql_query(words)
    if not query:
        return []
    values = {"query": query, "limit": limit}
    found = {int(each) for statement in SEARCHES[dialect] for each in connection.scalars(statement, values)}
    return sorted(found, reverse=True)[:limit]


def _begins(word: str) -> bool:
    """Whether a word may be the beginning of a longer one: with a number that would find other numbers."""
    return len(word) >= PREFIX and word[-1].isalpha()


def _sqlite_query(words: Sequence[str]) -> str:
    """Each word as a string of FTS5, in which nothing but the quotation mark means anything."""
    quoted = ((word.replace('"', '""'), "*" if _begins(word) else "") for word in words)
    return " ".join(f'"{word}"{star}' for word, star in quoted)


def _postgresql_query(words: Sequence[str]) -> str:
    """Each word without marks as a lexeme in quotation marks, those of one word side by side."""
    parts = []
    for word in words:
        *firsts, last = "".join(" " if each in PUNCTUATION else each for each in _without_accents(word)).split()
        star = ":*" if _begins(last) else ""
        parts.append(" <-> ".join([*(f"'{each}'" for each in firsts), f"'{last}'{star}"]))
    return " & ".join(f"({part})" for part in parts)


def _without_accents(word: str) -> str:
    return unicodedata.normalize("NFC", re.sub(ACCENTS, "", unicodedata.normalize("NFD", word)))


_IN_MESSAGES = "SELECT DISTINCT case_id FROM message WHERE id IN ({})"
_SQLITE = "SELECT rowid FROM {0} WHERE {0} MATCH :query ORDER BY rowid DESC LIMIT :limit"
_POSTGRESQL = "SELECT id FROM {0} WHERE words @@ to_tsquery('simple', :query) ORDER BY id DESC LIMIT :limit"
SEARCHES = {
    dialect: (text(_IN_MESSAGES.format(some.format("message_words"))), text(some.format("case_words")))
    for dialect, some in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL))
}
