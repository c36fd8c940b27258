"""A policy as a value: read from its file's text, checked as a whole, with its calendars built once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from intake import tomlfile
from intake.core.hours import Calendar, Country, Named, parse_rule, parse_times
from intake.core.hours import calendar as build_calendar
from intake.core.mail.form import FieldSpec
from intake.core.policy.because import HOUSE
from intake.core.policy.schema import CalendarPart, CountryHolidays, PolicyFile, RegionPart, SeverityPart
from intake.core.policy.schema_rules import AlertRule, MarkRule, SeverityRule
from intake.core.policy.schema_types import Names
from intake.core.sentences import Sentence
from intake.errors import Mistake, Mistakes

ALWAYS = "24x7"
WORKDAYS = "24x5"
ENGINEER = "engineer"
"""The role of whoever a customer's record names as its engineer."""


@dataclass(frozen=True)
class Policy:
    """A support policy. `version` names the file's text and its calendars as they resolve."""

    file: PolicyFile
    text: str
    calendars: Mapping[str, Calendar]
    zone_dependent: frozenset[str]

    @property
    def name(self) -> str:
        """The name that routes, customers and commands use."""
        return self.file.name

    @cached_property
    def version(self) -> str:
        """A short hash of the file and of its calendars as resolved."""
        parts = [self.text, *(f"{name}={calendar.version}" for name, calendar in sorted(self.calendars.items()))]
        return sha256("\n".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def specs(self) -> tuple[FieldSpec, ...]:
        """The form's fields as the reader of mails takes them."""
        return tuple(
            FieldSpec(
                key=field.key,
                label=field.label,
                kind=field.kind,
                aliases=(*field.label_in.values(), *field.aliases),
                allowed=tuple((choice.value, tuple(choice.also)) for choice in field.allowed),
                required=field.required,
                hint=field.help,
            )
            for field in self.file.fields
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles that the policy tells of something."""
        file = self.file
        roles = {file.chasing.remind, file.chasing.missed}
        roles |= {each.role for each in file.ladder} | {each.role for each in file.alerts}
        roles |= {file.escalation.answered_by} if file.escalation else set()
        roles |= {file.flood.role} if file.flood else set()
        return frozenset(roles | {task.owner for task in file.tasks}) - {ENGINEER}

    @cached_property
    def looks_for_words(self) -> bool:
        """Whether severities, marks or alerts depend on words of a text: some policies have only the form count."""
        file = self.file
        rules: tuple[SeverityRule | MarkRule | AlertRule, ...] = (*file.severity_rules, *file.mark_rules, *file.alerts)
        named = any(rule.when.words or rule.when.without_words for rule in rules)
        return named or any(part.examples for part in file.severities)

    def region(self, name: str | None, country: str | None) -> RegionPart | None:
        """The region of a customer: the one named, else the one that the country belongs to."""
        by_name = (part for part in self.file.regions if name and part.name.casefold() == name.casefold())
        by_country = (part for part in self.file.regions if country in part.countries or country in part.zones)
        return next(by_name, None) or next(by_country, None)

    def zone(self, own: str | None, region: str | None, country: str | None) -> str:
        """A customer's zone: its own, its country's or its region's by the policy's table, else the fallback."""
        by_country = self.region(None, country)
        of_country = by_country and (by_country.zones.get(country or "") or by_country.zone)
        part = self.region(region, country)
        return own or of_country or (part.zone if part else None) or self.file.zone

    def speaks(self, language: str | None) -> str | None:
        """The language of letters for a reader's: itself or the one that stands for it; None where there is none."""
        wanted = self.file.language_for.get(language or "", language)
        return wanted if wanted in self.file.languages else None

    def calendar(self, name: str | None, zone: str) -> Calendar:
        """The calendar of that name (None: the policy's own), in the customer's zone where it counts there."""
        name = name or self.file.calendar
        calendar = self.calendars[name]
        return replace(calendar, zone=zone) if name in self.zone_dependent else calendar

    def severity(self, level: int) -> SeverityPart:
        """The level's title and definition. Raises `KeyError` for a level that the policy does not know."""
        for part in self.file.severities:
            if part.level == level:
                return part
        raise KeyError(level)

    def label(self, key: str) -> Sentence:
        """A field's name in the form, in each language that has one; the key where the policy no longer knows it."""
        found = next((field for field in self.file.fields if field.key == key), None)
        return Sentence(found.label, found.label_in) if found else Sentence(key)


def load_policy(text: str, file: str) -> Policy:
    """A policy from its file's text; `file` names it in messages. Raises `Mistakes`, all of them."""
    parsed = tomlfile.parse(text, file)
    mistakes = [parsed.mistake(path, said) for path, said in _inconsistent(parsed.values)]
    try:
        part = tomlfile.validate(PolicyFile, parsed, _names(parsed.values))
    except Mistakes as error:
        raise Mistakes(sorted((*mistakes, *error.mistakes), key=_line)) from None
    calendars: dict[str, Calendar] = {}
    for name, calendar in part.calendars.items():
        try:
            calendars[name] = _build(name, calendar, part.zone)
        except ValueError as error:
            mistakes.append(parsed.mistake(("calendars", name), str(error)))
    if mistakes:
        raise Mistakes(sorted(mistakes, key=_line))
    calendars.setdefault(ALWAYS, build_calendar(ALWAYS, part.zone, ALWAYS))
    calendars.setdefault(WORKDAYS, build_calendar(WORKDAYS, part.zone, WORKDAYS))
    in_customers_zone = {name for name, calendar in part.calendars.items() if calendar.zone == "customer"}
    if WORKDAYS not in part.calendars:
        in_customers_zone.add(WORKDAYS)
    return Policy(part, text, calendars, frozenset(in_customers_zone))


def _line(mistake: Mistake) -> int:
    return mistake.line


def _build(name: str, part: CalendarPart, fallback_zone: str) -> Calendar:
    holidays = tuple(
        Country(holiday.country, holiday.subdivision)
        if isinstance(holiday, CountryHolidays)
        else Named(
            holiday.name,
            parse_rule(holiday.rule),
            nearest_weekday=holiday.nearest_weekday,
            **({"closed": parse_times(holiday.closed)} if holiday.closed else {}),
        )
        for holiday in part.holidays
    )
    zone = fallback_zone if part.zone == "customer" else part.zone
    return build_calendar(name, zone, part.hours, holidays)


def _names(values: Mapping[str, Any]) -> Names:
    """The names that a file defines, by their kind. A kind whose table is missing or no table is left out."""
    names: Names = {}
    if isinstance(clauses := values.get("clauses"), dict):
        names["clause"] = [*clauses, HOUSE]
    if isinstance(calendars := values.get("calendars"), dict):
        names["calendar"] = [*calendars, ALWAYS, WORKDAYS]
    if isinstance(plans := values.get("plans", []), list):
        names["plan"] = [str(plan) for plan in plans]
    if levels := [str(part["level"]) for part in _tables(values, "severities") if "level" in part]:
        names["severity"] = levels
    if isinstance(values.get("fields", []), list):
        names["field"] = [str(part["key"]) for part in _tables(values, "fields") if "key" in part]
    if isinstance(values.get("regions", []), list):
        names["region"] = [str(part["name"]) for part in _tables(values, "regions") if "name" in part]
    return names


def _inconsistent(values: Mapping[str, Any]) -> Iterator[tuple[tomlfile.Path, str]]:
    """What no single key shows."""
    for table, key in (("fields", "key"), ("severities", "level"), ("regions", "name"), ("tasks", "name")):
        seen = []
        for index, part in enumerate(_tables(values, table)):
            if key in part and part[key] in seen:
                yield (table, index, key), f"{part[key]!r} stands twice"
            seen.append(part.get(key))
    rules = _tables(values, "severity_rules")
    if rules and "when" in rules[-1]:
        yield ("severity_rules", len(rules) - 1, "when"), "the last rule must apply always: it takes no `when`"
    if rules and rules[-1].get("severity") in ("given", "example"):
        said = f'the last rule must apply always: it cannot be "{rules[-1]["severity"]}"'
        yield ("severity_rules", len(rules) - 1, "severity"), said


def _tables(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """An array of tables as it stands in a file that has not been validated; empty for anything else."""
    found = values.get(key)
    return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else []
