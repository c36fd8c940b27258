"""When something is due by a policy, for a case that nobody stored (CONTRACT, `due`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from intake.core.hours import zone_named
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.counting import BEGAN
from intake.core.policy.policy import Policy
from intake.core.policy.promise import ContractTargets, Promise, Terms, contract_mistakes, promise, stated
from intake.desk.outside import because_json
from intake.errors import IntakeError

ENGLISH = "en"
KINDS = ("response", "update", "resolution")


@dataclass(frozen=True, slots=True)
class Answer:
    """The promises of a case's first clocks; None where a clock starts later or has no target, with the reason."""

    promises: Mapping[str, Promise | None]
    because: tuple[Because, ...]


def due(policy: Policy, asked: Mapping[str, Any]) -> dict[str, Any]:
    """One line of `intake due`. Raises `IntakeError` for what cannot be answered."""
    answer = reckoned(policy, asked)
    shown = {kind: _shown(made) for kind, made in answer.promises.items()}
    return {"id": asked.get("id"), **shown, "because": because_json(answer.because, ENGLISH)}


def reckoned(policy: Policy, asked: Mapping[str, Any]) -> Answer:
    """What is promised to the case that a line tells of. Raises `IntakeError`."""
    opened, severity = _instant(asked.get("opened")), _severity(policy, asked.get("severity"))
    terms = _terms(policy, asked)
    try:
        response = promise(policy, "response", severity, opened, terms)
        resolution, why = _resolution(policy, severity, opened, terms, response)
    except ValueError as error:
        raise IntakeError(str(error)) from None
    except OverflowError as error:
        raise IntakeError(f"opened: {asked.get('opened')} is too far away: {error}") from None
    because = (*response.because, _update(policy, severity, terms), *why)
    return Answer({"response": response, "update": None, "resolution": resolution}, because)


def _update(policy: Policy, severity: int, terms: Terms) -> Because:
    part = stated(policy, "update", severity, terms)
    if part is None:
        return Because(HOUSE, "update: the policy has no such target here")
    said = "starts later, with each answer of ours, or else at the customer's first unanswered message after it"
    return Because(part.clause, f"update: {said}; {part.said}")


def _resolution(
    policy: Policy, severity: int, opened: datetime, terms: Terms, response: Promise
) -> tuple[Promise | None, tuple[Because, ...]]:
    """The promise of a resolution that counts from the opening, and how it came about."""
    part = stated(policy, "resolution", severity, terms)
    if part is None:
        return None, (Because(HOUSE, "resolution: the policy has no such target here"),)
    if part.starts == "opening":
        made = promise(policy, "resolution", severity, opened, terms)
        return made, _named(made)
    said = "resolution: starts later, with the first response or when that is due, whichever comes first"
    if response.due is None:
        return None, (Because(part.clause, f"{said}; {part.said}"),)
    made = promise(policy, "resolution", severity, response.due, terms, BEGAN)
    if made.due is None:
        return None, _named(made)
    provisional = f"{said}; provisional due time, if the response comes when it is due: {made.due.isoformat()}"
    return None, (Because(part.clause, provisional), *_named(made))


def _named(made: Promise) -> tuple[Because, ...]:
    return tuple(each.changed(lambda said: f"resolution: {said}") for each in made.because)


def _shown(made: Promise | None) -> dict[str, Any] | None:
    if made is None or made.due is None:
        return None
    aim = {"aim": made.aim.isoformat()} if made.aim else {}
    return aim | {"due": made.due.isoformat(), "calendar": made.calendar}


def _terms(policy: Policy, asked: Mapping[str, Any]) -> Terms:
    plan, zone, tags = asked.get("plan"), asked.get("zone"), asked.get("tags")
    if plan is not None and policy.file.plans and plan not in policy.file.plans:
        known = ", ".join(policy.file.plans)
        raise IntakeError(f"plan: {plan!r} is none of {policy.name}; right would be one of {known}")
    if zone is not None:
        try:
            zone_named(str(zone))
        except ValueError as error:
            raise IntakeError(f"zone: {error}") from None
    if tags is not None and not (isinstance(tags, list) and all(isinstance(each, str) for each in tags)):
        raise IntakeError(f'tags: {tags!r} is no list of tags; right would be ["critical"]')
    for written in tags or ():
        near = get_close_matches(written, {each for part in policy.file.targets for each in part.tags}, n=1)
        if near and near[0] != written:
            raise IntakeError(f'tags: {policy.name} has no targets for "{written}"; did you mean "{near[0]}"?')
    targets, hours = _contract(policy, asked.get("targets"), asked.get("hours"))
    return Terms(plan, zone, targets, hours, frozenset(tags or ()))


def _severity(policy: Policy, severity: Any) -> int:
    levels = [part.level for part in policy.file.severities]
    if not isinstance(severity, int) or isinstance(severity, bool) or severity not in levels:
        known = ", ".join(map(str, levels))
        raise IntakeError(f"severity: {severity!r} is none of {policy.name}; right would be one of {known}")
    return severity


def _contract(policy: Policy, targets: Any, hours: Any) -> tuple[ContractTargets, Mapping[str, str]]:
    targets, hours = ({} if each is None else each for each in (targets, hours))
    if not isinstance(targets, dict) or not all(isinstance(each, dict) for each in targets.values()):
        raise IntakeError('targets: right would be {"response": {"1": "1 hour, 24x7"}}')
    if not isinstance(hours, dict):
        raise IntakeError('hours: right would be {"1": "24x7"}')
    contract = {kind: {str(level): str(text) for level, text in each.items()} for kind, each in targets.items()}
    calendars = {str(level): str(name) for level, name in hours.items()}
    if mistakes := contract_mistakes(policy, contract, calendars):
        raise IntakeError("; ".join(mistakes))
    return contract, calendars


def _instant(written: Any) -> datetime:
    """An instant from ISO 8601 with an offset, in UTC. Raises `IntakeError`."""
    try:
        at = datetime.fromisoformat(str(written))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        what = "is no instant" if at is None else "has no offset from UTC"
        raise IntakeError(f"opened: {written!r} {what}; right would be 2026-11-23T09:00:00+01:00")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise IntakeError(f"opened: {written} is too far away: {error}") from None
