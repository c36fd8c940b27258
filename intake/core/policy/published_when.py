"""A rule's condition in words, for people who read a policy."""

from collections.abc import Iterable

from intake.core.policy.schema_rules import When

SHOWN_WORDS = 5


def condition(when: When) -> str:
    """A condition in words; "always" where nothing is named."""
    said = [
        _either(when.given, "a severity was given", "no severity was given"),
        _list("given", when.given_in),
        _list("severity", when.severity),
        f"by {when.channel}" if when.channel else "",
        _list("plan", when.plans),
        *(_list(key, values) for key, values in when.fields.items()),
        _words("words", when.words),
        _words("none of the words", when.without_words),
        _list("tag", when.tags),
        f"sender {when.sender}" if when.sender else "",
        _either(when.example, "an example's words were found", "no example's words were found"),
        f"{when.example_off_by} levels or more from the example" if when.example_off_by else "",
    ]
    return "; ".join(filter(None, said)) or "always"


def _either(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def _list(name: str, values: Iterable[object]) -> str:
    shown = ", ".join(map(str, values))
    return f"{name}: {shown}" if shown else ""


def _words(name: str, phrases: list[str]) -> str:
    """The first phrases of a list: who wants all of them reads the file."""
    left = len(phrases) - SHOWN_WORDS
    return _list(name, [*phrases[:SHOWN_WORDS], f"and {left} more"] if left > 1 else phrases)
