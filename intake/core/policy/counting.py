"""How a due time was counted, in words that people can check it by."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from intake.core.hours import Calendar, Reckoning
from intake.core.sentences import Say, Sentence, in_each, translated

SHOWN_STRETCHES = 4
OPENED, BEGAN, GOES_ON = "opened", "began", "goes on"
"""Words for the instant that a count begins at: the case's opening, another event, the end of a pause."""


def _in_each_language(*words: str) -> str:
    """A pattern for any of these words in any language of letters."""
    return "|".join(said for word in words for said in (word, *translated(word).others.values()))


COUNT = re.compile(
    rf"((?:\w+: )?(?:{_in_each_language('calendar')}) [^:;]+): (?=(?:{_in_each_language(OPENED, BEGAN, GOES_ON)}) )"
)


def counted(calendar: Calendar, start: datetime, reckoning: Reckoning, began: str = OPENED) -> Sentence:
    """A due time as people would check it: the start, the stretches counted, each closed day skipped by name.

    `began` is the word for the instant that it counts from.
    """
    return in_each(lambda saying: _counted(saying, calendar, start, reckoning, began))


def _counted(saying: Say, calendar: Calendar, start: datetime, reckoning: Reckoning, began: str) -> str:
    zone = ZoneInfo(calendar.zone)
    parts = [f"{saying(began)} {_local(saying, start, zone)}"]
    if reckoning.started > start:
        parts.append(saying("counted from {instant}", instant=_local(saying, reckoning.started, zone)))
    if reckoning.stretches and not calendar.always:
        lines = [
            saying(
                "{start} to {end} ({length})",
                start=_local(saying, each.start, zone),
                end=_until(saying, each.start, each.end, zone),
                length=_length(each.counted + _beyond_the_minute(each.start) - _beyond_the_minute(each.end)),
            )
            for each in reckoning.stretches
        ]
        if len(lines) > SHOWN_STRETCHES:
            half = SHOWN_STRETCHES // 2
            between = len(lines) - 2 * half + reckoning.left_out
            lines = [*lines[:half], saying("{count} more", count=between), *lines[-half:]]
        parts.append(saying("open {stretches}", stretches=", ".join(lines)))
    if reckoning.days:
        parts.append(saying("days {days}", days=", ".join(_day(saying, day) for day in reckoning.days)))
    if reckoning.skipped:
        skipped = (f"{each.name} ({_day(saying, each.day)} {each.day:%Y})" for each in reckoning.skipped)
        parts.append(saying("closed {days}", days=", ".join(skipped)))
    parts.append(saying("due {instant}", instant=_local(saying, reckoning.due, zone)))
    return f"{saying('calendar')} {calendar.name}, {calendar.zone}: {'; '.join(parts)}"


def stood_still(calendar: Calendar, start: datetime, end: datetime, cause: str, left: timedelta) -> Sentence:
    """A pause as people would check it: from when to when, why, and the open time that was left."""
    zone = ZoneInfo(calendar.zone)
    return in_each(
        lambda saying: saying(
            "stood still from {start} to {end}: {cause}; {length} were left",
            start=_local(saying, start, zone),
            end=_local(saying, end, zone),
            cause=saying(cause),
            length=_length(left),
        )
    )


def unfolded(reason: str) -> list[str]:
    """A reason as lines for people: how a due time was counted takes a line for each step."""
    count = COUNT.match(reason)
    return [count[1], *reason[count.end() :].split("; ")] if count else [reason]


def read_in(zone: str, at: datetime) -> Sentence:
    """An instant as the history has it for people: in a zone, with its name."""
    local = at.astimezone(ZoneInfo(zone))
    return in_each(lambda saying: f"{_day(saying, local.date())} {local:%Y %H:%M %Z}")


def _local(saying: Say, at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{_day(saying, local.date())} {local.year} {local.hour:02}:{local.minute:02}"


# the same days stand in count after count
@lru_cache(maxsize=4096)
def _day(saying: Say, day: date) -> str:
    weekday, number, month = f"{day:%a %d %b}".split()
    return saying("{weekday} {day} {month}", weekday=saying(weekday), day=number, month=saying(month))


def _until(saying: Say, start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """The end of a stretch: without its day where that is the one of the start."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if last.date() == first.date():
        return f"{last.hour:02}:{last.minute:02}"
    midnight = last.date() == first.date() + timedelta(days=1) and last.time() == time()
    return "24:00" if midnight else _local(saying, end, zone)


def _beyond_the_minute(at: datetime) -> timedelta:
    """What an instant's words leave out: lengths without it add up as a reader of the words adds them."""
    return timedelta(seconds=at.second, microseconds=at.microsecond)


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )
