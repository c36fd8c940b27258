"""Notices to the desk between the decision and the letter: whose hours they keep to, and which still say something."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.case.case import Case, Clock, Notice, NoticeKind
from intake.core.policy.policy import Policy
from intake.core.sentences import joined

ANSWERED = "a person has answered meanwhile"
EXCERPT = 2_000


@dataclass(frozen=True, slots=True)
class Held:
    """A notice for one person that has not gone out yet. `role` is whom it goes to: a role, or an address.

    `also` are the ids of others that it tells along with its own.
    """

    id: int
    case_id: int
    recipient: str
    role: str
    notice: Notice
    excerpt: str
    asked_at: datetime
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was told something of a case, and when. `clock` is the promise that it was about."""

    recipient: str
    kind: str
    number: int
    at: datetime
    clock: int | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """What people last did on a case: when the customer was answered, when and by whom it was said to be theirs."""

    answered_at: datetime | None = None
    had_at: datetime | None = None
    had_by: str = ""


NOBODY = Since()


def at_any_hour(policy: Policy, case: Case, notice: Notice) -> bool:
    """Whether a notice keeps to nobody's hours: the promise that it is about counts 24x7.

    One that is about no clock is about the promises that run.
    """
    clock = clock_of(case, notice)
    about = [clock] if clock else [each for each in case.clocks if each.state == "running"]
    return any(
        each.due_at is not None and each.kind != "information" and policy.calendar(each.calendar, case.zone).always
        for each in about
    )


def clock_of(case: Case, notice: Notice) -> Clock | None:
    """The clock that a notice is about."""
    return next((each for each in case.clocks if each.number == notice.clock), None)


def collapsed(
    case: Case, held: Sequence[Held], since: Since, now: datetime
) -> tuple[list[Held], list[tuple[Held, str]]]:
    """The notices of one person about one case that still say something, and the others, each with the reason.

    Mails and alerts that repeat each other become one; of a promise only the gravest is left.
    """
    stale = [(each, why) for each in held if (why := overtaken(case, each, since, now))]
    gone = {each.id for each, _ in stale}
    left: list[Held] = []
    for each in (one for one in held if one.id not in gone):
        before = next((other for other in left if _same_matter(other, each)), None)
        if before is None:
            left.append(each)
            continue
        more, less = (before, each) if _rank(before) > _rank(each) else (each, before)
        if less.notice.kind in CHASES:
            stale.append((less, f"overtaken by {more.notice.kind}"))
        else:
            texts = dict.fromkeys(one.notice.text for one in (before, each) if one.notice.kind == more.notice.kind)
            said = replace(more.notice, text=joined("; ", filter(None, texts)))
            more = replace(more, notice=said, excerpt=_both(before, each), also=(*before.also, less.id))
        left[left.index(before)] = more
    return left, stale


def overtaken(case: Case, held: Held, since: Since, now: datetime) -> str:
    """Why a notice says nothing any more, by the first row that applies; empty where it does."""
    of_kind = (row for row in OVERTAKEN if held.notice.kind in row[0])
    return next((because for _, applies, because in of_kind if applies(case, held, since, now)), "").format(
        by=since.had_by
    )


def of_one_mail(held: Sequence[Held]) -> list[Held]:
    """What one decision has a person told, each thing once: alerts about no clock are one, and stand for the mail.

    They hold its words as a notice of a reply does; one that goes out at once takes the others along.
    """
    once = list({(each.notice.kind, each.notice.number, each.notice.text): each for each in held}.values())
    alerts = [each for each in once if each.notice.kind == "desk-alert" and each.notice.clock is None]
    if not alerts:
        return once
    first = next((each for each in alerts if each.notice.at_once), alerts[0])
    texts = list(dict.fromkeys(each.notice.text for each in (first, *alerts)))
    text = joined("\n\n", (each for each in texts if not any(each != other and each in other for other in texts)))
    one = replace(first, notice=replace(first.notice, text=text))
    return [one, *(each for each in once if each not in alerts and each.notice.kind != "desk-reply")]


def _over(case: Case, held: Held, _since: Since, _now: datetime) -> bool:
    over = case.state in ("resolved", "closed")
    return over and case.closed_at is not None and case.closed_at >= held.asked_at


def _spam(case: Case, held: Held, since: Since, now: datetime) -> bool:
    return "spam" in case.marks and _over(case, held, since, now)


def _answered(_case: Case, held: Held, since: Since, _now: datetime) -> bool:
    return since.answered_at is not None and since.answered_at >= held.asked_at


def _answered_request(case: Case, held: Held, since: Since, now: datetime) -> bool:
    return held.notice.clock is None and _answered(case, held, since, now)


def _taken(_case: Case, held: Held, since: Since, _now: datetime) -> bool:
    return since.had_at is not None and since.had_at >= held.asked_at


def _somebody_elses(case: Case, held: Held, _since: Since, _now: datetime) -> bool:
    return case.assignee is None or ("@" in case.assignee and case.assignee.lower() != held.recipient.lower())


def _stands_no_more(case: Case, held: Held, _since: Since, _now: datetime) -> bool:
    clock = clock_of(case, held.notice)
    return clock is not None and clock.state != "running"


def _missed_since(case: Case, held: Held, _since: Since, now: datetime) -> bool:
    clock = clock_of(case, held.notice)
    return clock is not None and clock.due_at is not None and (clock.missed_at is not None or clock.due_at <= now)


def _triaged(case: Case, held: Held, _since: Since, _now: datetime) -> bool:
    clock = clock_of(case, held.notice)
    return clock is not None and clock.kind == "response" and "triage" not in case.marks


Row = tuple[tuple[NoticeKind, ...], Callable[[Case, Held, Since, datetime], bool], str]
CALLS: tuple[NoticeKind, ...] = ("desk-new-case", "desk-reply")
CHASES: tuple[NoticeKind, ...] = ("desk-due-soon", "desk-missed", "desk-escalated")
RANKS: Mapping[NoticeKind, int] = {"desk-escalated": 2, "desk-missed": 1, "desk-new-case": 1}
OVERTAKEN: tuple[Row, ...] = (
    ((*CALLS, *CHASES, "desk-alert", "desk-assigned"), _spam, "the case was closed as spam"),
    ((*CALLS, *CHASES, "desk-assigned"), _over, "the case is over"),
    (CALLS, _answered, ANSWERED),
    (("desk-escalated",), _answered_request, ANSWERED),
    (("desk-new-case", "desk-assigned", *CHASES), _taken, "{by} has it"),
    (("desk-assigned",), _somebody_elses, "the case was given to somebody else"),
    (CHASES, _stands_no_more, "the promise runs no more"),
    (("desk-due-soon",), _missed_since, "the promise was missed meanwhile"),
    (("desk-alert",), _triaged, "somebody has looked at the case"),
)


def _same_matter(one: Held, other: Held) -> bool:
    """Whether the later of two notices makes the other one superfluous."""
    if one.notice.kind in CHASES and other.notice.kind in CHASES:
        return one.notice.clock == other.notice.clock
    if one.notice.kind in CALLS and other.notice.kind in CALLS:
        return True
    return one.notice.kind == other.notice.kind and one.notice.text == other.notice.text


def _rank(held: Held) -> tuple[int, int]:
    """What says more: a step of the ladder than a miss, a miss than a reminder, a new case than a mail on it."""
    return RANKS.get(held.notice.kind, 0), held.notice.number


def _both(one: Held, other: Held) -> str:
    return "\n\n".join(each.excerpt for each in (one, other) if each.excerpt)[:EXCERPT]


def of_people(held: Sequence[Held], queue: Mapping[int, str]) -> Iterator[list[Held]]:
    """The notices that may stand in one letter: of one recipient, and never a private queue's with another's.

    `queue` is the private queue of each case, by its id; empty for those that all of the desk may see.
    """
    groups: dict[tuple[str, str], list[Held]] = {}
    for each in held:
        groups.setdefault((each.recipient, queue[each.case_id]), []).append(each)
    yield from groups.values()
