"""Business time: calendars with zones and closed dates, adding and counting open time, targets as sentences."""

from intake.core.hours.calendars import Calendar, calendar
from intake.core.hours.closed import Closure, Country, Holidays, Named, Rule, closures, easter, parse_rule
from intake.core.hours.periods import zone_named
from intake.core.hours.reckon import add, add_local_days, is_open, next_open, open_between, remaining
from intake.core.hours.reckoning import Reckoning, Stretch, explain
from intake.core.hours.spans import Span, Target, business_days, elapsed, parse_target
from intake.core.hours.weekly import Interval, is_always, parse_times, parse_weekly

__all__ = [
    "Calendar",
    "Closure",
    "Country",
    "Holidays",
    "Interval",
    "Named",
    "Reckoning",
    "Rule",
    "Span",
    "Stretch",
    "Target",
    "add",
    "add_local_days",
    "business_days",
    "calendar",
    "closures",
    "easter",
    "elapsed",
    "explain",
    "is_always",
    "is_open",
    "next_open",
    "open_between",
    "parse_rule",
    "parse_target",
    "parse_times",
    "parse_weekly",
    "remaining",
    "zone_named",
]
