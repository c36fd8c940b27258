"""A policy as a value: read from its file's text, checked as a whole, with its calendars built once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from intake import tomlfile
from intake.core.hours import Calendar, Country, Named, parse_rule, parse_target
from intake.core.hours import calendar as build_calendar
from intake.core.mail.form import FieldSpec
from intake.core.policy.because import HOUSE
from intake.core.policy.schema import CalendarPart, CountryHolidays, PolicyFile, SeverityPart
from intake.errors import Mistakes

ALWAYS = "24x7"
WORKDAYS = "24x5"


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
                aliases=tuple(field.aliases),
                allowed=tuple((choice.value, tuple(choice.also)) for choice in field.allowed),
                required=field.required,
                hint=field.help,
            )
            for field in self.file.fields
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles that the policy tells of something."""
        chasing = self.file.chasing
        return frozenset({chasing.remind, chasing.missed, *(rung.role for rung in self.file.ladder)})

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

    def label(self, key: str) -> str:
        """A field's name in the form; the key where the policy no longer knows it."""
        return next((field.label for field in self.file.fields if field.key == key), key)


def load_policy(text: str, file: str) -> Policy:
    """A policy from its file's text; `file` names it in messages. Raises `Mistakes`, all of them."""
    parsed = tomlfile.parse(text, file)
    part = tomlfile.validate(PolicyFile, parsed)
    mistakes = [parsed.mistake(path, said) for path, said in _inconsistent(part)]
    if mistakes:
        raise Mistakes(sorted(mistakes, key=lambda mistake: mistake.line))
    calendars: dict[str, Calendar] = {}
    for name, calendar in part.calendars.items():
        try:
            calendars[name] = _build(name, calendar, part.zone)
        except ValueError as error:
            mistakes.append(parsed.mistake(("calendars", name), str(error)))
    if mistakes:
        raise Mistakes(mistakes)
    calendars.setdefault(ALWAYS, build_calendar(ALWAYS, part.zone, ALWAYS))
    calendars.setdefault(WORKDAYS, build_calendar(WORKDAYS, part.zone, WORKDAYS))
    in_customers_zone = {name for name, calendar in part.calendars.items() if calendar.zone == "customer"}
    if WORKDAYS not in part.calendars:
        in_customers_zone.add(WORKDAYS)
    return Policy(part, text, calendars, frozenset(in_customers_zone))


def _build(name: str, part: CalendarPart, fallback_zone: str) -> Calendar:
    holidays = tuple(
        Country(holiday.country, holiday.subdivision)
        if isinstance(holiday, CountryHolidays)
        else Named(holiday.name, parse_rule(holiday.rule), nearest_weekday=holiday.nearest_weekday)
        for holiday in part.holidays
    )
    zone = fallback_zone if part.zone == "customer" else part.zone
    return build_calendar(name, zone, part.hours, holidays)


def _inconsistent(part: PolicyFile) -> Iterator[tuple[tomlfile.Path, str]]:
    """What the schema cannot see: names that must be known elsewhere in the file."""
    yield from _unknown_names(part)
    keys = [field.key for field in part.fields]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield ("fields", index, "key"), f'the key "{key}" stands twice'
    if part.severity_rules[-1].when.model_fields_set:
        yield (
            ("severity_rules", len(part.severity_rules) - 1),
            "the last rule must apply always: it takes no `when`",
        )
    if part.zone == "customer":
        yield ("zone",), 'the fallback zone must be a real one, such as "Europe/Berlin"'


def _unknown_names(part: PolicyFile) -> Iterator[tuple[tomlfile.Path, str]]:
    """Each name used in the file that nothing in it defines."""
    known = {
        "clause": [*part.clauses, HOUSE],
        "calendar": [*part.calendars, ALWAYS, WORKDAYS],
        "plan": part.plans,
        "severity": [str(severity.level) for severity in part.severities],
    }
    for path, kind, name in _uses(part):
        if name not in known[kind]:
            yield path, f'no {kind} is named "{name}"' + tomlfile.suggestion(name, known[kind])


def _uses(part: PolicyFile) -> Iterator[tuple[tomlfile.Path, str, str]]:
    """Each use of a name: its place, what it names, the name."""
    yield from ((path, "clause", clause) for path, clause in _clauses(part))
    yield ("calendar",), "calendar", part.calendar
    if part.fallback_plan is not None:
        yield ("fallback_plan",), "plan", part.fallback_plan
    for index, rule in enumerate(part.severity_rules):
        if rule.severity != "given":
            yield ("severity_rules", index, "severity"), "severity", str(rule.severity)
        yield from ((("severity_rules", index, "when", "plans"), "plan", plan) for plan in rule.when.plans)
    for index, target in enumerate(part.targets):
        if target.plan is not None:
            yield ("targets", index, "plan"), "plan", target.plan
        for level, sentence in target.severity.items():
            where = ("targets", index, "severity", str(level))
            yield where, "severity", str(level)
            yield where, "calendar", parse_target(sentence).calendar or part.calendar


def _clauses(part: PolicyFile) -> Iterator[tuple[tomlfile.Path, str]]:
    """Every clause id that the file names, with its place."""
    for name, calendar in part.calendars.items():
        yield ("calendars", name, "clause"), calendar.clause
    for key in ("severities", "fields", "severity_rules", "targets", "ladder"):
        for index, item in enumerate(getattr(part, key)):
            yield (key, index, "clause"), item.clause
    for key in ("entitlement", "information", "chasing", "reopening"):
        item = getattr(part, key)
        if item is not None:
            yield (key, "clause"), item.clause
