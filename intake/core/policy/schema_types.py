"""The kinds of values that a policy file holds. Names that the file defines nowhere are mistakes."""

import re
from functools import cache, cached_property
from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from intake.core.hours import parse_rule, parse_target, parse_times, parse_weekly, zone_named
from intake.core.policy.because import PHONE, Because
from intake.tomlfile import Shaped, Table, suggestion

ClockKind = Literal["response", "update", "resolution", "escalation"]
Level = Annotated[int, Field(ge=1, le=9)]
Names = dict[str, list[str]]
# the CLDR tells of unions, of places that test programs, and of the unknown one, too
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def _zone(value: str) -> str:
    if value != "customer":
        zone_named(value)
    return value


def _place(value: str) -> str:
    if value == "customer":
        raise ValueError('must be a real one, such as "Europe/Berlin"')
    zone_named(value)
    return value


def _hours(value: list[str]) -> list[str]:
    parse_weekly(value)
    return value


def _times(value: str) -> str:
    parse_times(value)
    return value


def _known(kind: str, name: str, info: ValidationInfo) -> None:
    """Refuses a name that the file defines nowhere. The context holds the names that it defines, by their kind."""
    names: Names = info.context or {}
    if kind in names and name not in names[kind]:
        raise ValueError(f'no {kind} is named "{name}"' + suggestion(name, names[kind]))


def _named(kind: str) -> AfterValidator:
    def known(value: Any, info: ValidationInfo) -> Any:
        _known(kind, str(value), info)
        return value

    return AfterValidator(known)


def _target(value: str, info: ValidationInfo) -> str:
    calendar = parse_target(value).calendar
    if calendar is not None:
        _known("calendar", calendar, info)
    return value


def _span(value: str, info: ValidationInfo) -> str:
    if parse_target(value).due is None:
        raise ValueError('must be a time such as "2 business days" or "4 hours"')
    return _target(value, info)


def _severity_of_rule(value: object, info: ValidationInfo) -> object:
    if value not in ("given", "example") and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError('must be a severity\'s number, "given" or "example"')
    if isinstance(value, int):
        _known("severity", str(value), info)
    return value


def _language(value: str) -> str:
    try:
        Locale.parse(value)
    except (UnknownLocaleError, ValueError):
        raise ValueError('must be a language such as "en" or "de"') from None
    return value


def _rule(value: str) -> str:
    parse_rule(value)
    return value


def _phrase(value: str) -> str:
    if not re.search(r"\w", value):
        raise ValueError('must be a word or several, such as "outage" or "cannot log in*"')
    if "*" in (value.split()[0], value.split()[-1]):
        raise ValueError('must begin and end with a word; "server is * down" has a "*" between')
    return value


@cache
def countries() -> frozenset[str]:
    """The codes of countries (ISO 3166-1 alpha-2), as the CLDR has them."""
    return frozenset(code for code in map(str, Locale("en").territories) if code.isalpha()) - NO_COUNTRIES


def _country(value: str) -> str:
    if value not in countries():
        raise ValueError(f'"{value}" is no country\'s code; right would be one of ISO 3166-1 such as "DE"')
    return value


Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA zone, or "customer" for the one of each customer."""
Place = Annotated[str, AfterValidator(_place)]
"""An IANA zone."""
Hours = Annotated[list[str], AfterValidator(_hours)]
Times = Annotated[str, AfterValidator(_times)]
HolidayRule = Annotated[str, AfterValidator(_rule)]
Language = Annotated[str, AfterValidator(_language)]
CountryCode = Annotated[str, Shaped("[A-Z]{2}", 'a country\'s code such as "DE"'), AfterValidator(_country)]
Name = Annotated[str, Shaped("[a-z][a-z0-9-]*", 'a name in lower case such as "my-policy"')]
Clause = Annotated[str, _named("clause")]
CalendarName = Annotated[str, _named("calendar")]
Plan = Annotated[str, _named("plan")]
FieldKey = Annotated[str, _named("field")]
RegionName = Annotated[str, _named("region")]
KnownLevel = Annotated[Level, _named("severity")]
RuleSeverity = Annotated[int | Literal["given", "example"], PlainValidator(_severity_of_rule)]
Span = Annotated[str, AfterValidator(_span)]
TargetSentence = Annotated[str, AfterValidator(_target)]
Phrase = Annotated[str, AfterValidator(_phrase)]
"""Words that stand together in a text, in any case; a `*` lets a word go on, or stands for up to three words."""
Words = dict[str, str]
"""The same sentence in other languages."""


class Part(Table):
    """A table of the file, in which names that the file defines nowhere are mistakes.

    Validation takes `Names` as its context: the names that the file defines.
    """


PLACES = ["given", "example", "example_severity"]
"""What a reason may name in braces, besides the telephone."""


def _sentence(value: str) -> str:
    for place in re.findall(r"\{([^{}]*)\}", PHONE.sub("", value)):
        if place == "phone":
            raise ValueError('"{phone}" needs the words for where there is none: "{phone|the support telephone}"')
        if place not in PLACES:
            raise ValueError(f'nothing is named "{{{place}}}"{suggestion(place, PLACES)}')
    return value


Sentence = Annotated[str, AfterValidator(_sentence)]
"""A reason in words, with what it is about in braces."""


class Reasoned(Part):
    """A rule with its reason in words, by language, and the clause that it rests on."""

    because: Sentence
    because_in: dict[str, Sentence] = {}
    clause: Clause

    @cached_property
    def reason(self) -> Because:
        """The reason with its clause, in each language."""
        return Because(self.clause, self.because, tuple(self.because_in.items()))
