"""Cases and clocks as rows, and back. Their lists stand as JSON: they are read and written whole."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from intake.core.case.case import Case, Clock, Escalation, Participant, Pause, Step, Task
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because


def case_row(case: Case) -> dict[str, Any]:
    """A case as its row, without id and version."""
    return {
        "reference": case.reference,
        "policy": case.policy,
        "policy_version": case.policy_version,
        "plan": case.plan,
        "route": case.route,
        "queue": case.queue,
        "customer_id": case.customer_id,
        "contact_name": case.contact.name,
        "contact_address": case.contact.address,
        "answer_to": case.answer_to,
        "subject": case.subject,
        "language": case.language,
        "zone": case.zone,
        "state": case.state,
        "severity": case.severity,
        "wished_severity": case.wished_severity,
        "because": reasons_row(case.because),
        "marks": sorted(case.marks),
        "fields": {key: [value.written, value.value, value.valid] for key, value in case.fields.items()},
        "waived": sorted(case.waived),
        "linked": list(case.linked),
        "assignee": case.assignee,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "closed_at": case.closed_at,
        "answered": sorted(case.answered),
        "channel": case.channel,
        "region": case.region,
        "country": case.country,
        "tags": sorted(case.tags),
        "held": _reason_row(case.held) if case.held else None,
        "worst": case.worst,
        "escalation": _escalation_row(case.escalation),
        "tasks": [_task_row(task) for task in case.tasks],
        "merged_into": case.merged_into,
        "private": case.private,
        "their_numbers": list(case.their_numbers),
    }


def case_of(row: Mapping[str, Any], people: Sequence[Participant], clocks: Sequence[Clock]) -> Case:
    return Case(
        id=row["id"],
        reference=row["reference"],
        version=row["version"],
        policy=row["policy"],
        policy_version=row["policy_version"],
        plan=row["plan"],
        route=row["route"],
        queue=row["queue"],
        customer_id=row["customer_id"],
        contact=Address(row["contact_name"], row["contact_address"]),
        answer_to=row["answer_to"],
        subject=row["subject"],
        language=row["language"],
        zone=row["zone"],
        state=row["state"],
        severity=row["severity"],
        wished_severity=row["wished_severity"],
        because=reasons_of(row["because"]),
        marks=frozenset(row["marks"]),
        fields=fields_of(row["fields"]),
        waived=frozenset(row["waived"]),
        linked=tuple(row["linked"]),
        assignee=row["assignee"],
        opened_at=row["opened_at"],
        changed_at=row["changed_at"],
        closed_at=row["closed_at"],
        answered=frozenset(row["answered"]),
        participants=tuple(each for each in people if each.role != "off"),
        clocks=tuple(clocks),
        channel=row["channel"],
        region=row["region"],
        country=row["country"],
        tags=frozenset(row["tags"]),
        held=_reason_of(row["held"]) if row["held"] else None,
        worst=row["worst"],
        escalation=_escalation_of(row["escalation"]),
        tasks=tuple(_task_of(each) for each in row["tasks"]),
        merged_into=row["merged_into"],
        their_numbers=tuple(row["their_numbers"]),
        taken_off=tuple(each for each in people if each.role == "off"),
    )


def _escalation_row(escalation: Escalation | None) -> list[Any] | None:
    if escalation is None:
        return None
    return [escalation.level, escalation.at.isoformat(), escalation.owner, escalation.asked, escalation.by_hand]


def _escalation_of(stored: Sequence[Any] | None) -> Escalation | None:
    if stored is None:
        return None
    # what an older version kept ends with `asked`
    level, at, owner, asked, *by_hand = stored
    return Escalation(level, datetime.fromisoformat(at), owner, asked, any(by_hand))


def _task_row(task: Task) -> list[Any]:
    done = task.done_at.isoformat() if task.done_at else None
    return [task.number, task.name, task.title, task.owner, task.opened_at.isoformat(), done]


def _task_of(stored: Sequence[Any]) -> Task:
    number, name, title, owner, opened_at, done_at = stored
    done = datetime.fromisoformat(done_at) if done_at else None
    return Task(number, name, title, owner, datetime.fromisoformat(opened_at), done)


def fields_of(stored: Mapping[str, Any]) -> dict[str, FieldValue]:
    return {
        key: FieldValue(written, tuple(value) if isinstance(value, list) else value, valid)
        for key, (written, value, valid) in stored.items()
    }


def clock_row(clock: Clock) -> dict[str, Any]:
    return {
        "number": clock.number,
        "kind": clock.kind,
        "severity": clock.severity,
        "calendar": clock.calendar,
        "target": clock.target,
        "started_at": clock.started_at,
        "aim_at": clock.aim_at,
        "due_at": clock.due_at,
        "state": clock.state,
        "ended_at": clock.ended_at,
        "missed_at": clock.missed_at,
        "because": reasons_row(clock.because),
        "missed_calendar": clock.missed_calendar,
        "missed_while": clock.missed_while,
        "pauses": [
            [pause.start.isoformat(), pause.end.isoformat() if pause.end else None, pause.because]
            for pause in clock.pauses
        ],
        "steps": [
            [step.at.isoformat(), step.what, step.role, step.number, step.tells_customer] for step in clock.steps
        ],
        "next_at": clock.next_at,
    }


def clock_of(row: Mapping[str, Any]) -> Clock:
    return Clock(
        number=row["number"],
        kind=row["kind"],
        severity=row["severity"],
        target=row["target"],
        calendar=row["calendar"],
        started_at=row["started_at"],
        aim_at=row["aim_at"],
        due_at=row["due_at"],
        because=reasons_of(row["because"]),
        state=row["state"],
        ended_at=row["ended_at"],
        missed_at=row["missed_at"],
        missed_calendar=row["missed_calendar"],
        missed_while=row["missed_while"],
        pauses=pauses_of(row["pauses"]),
        # steps of an older version lack their last value
        steps=tuple(Step(datetime.fromisoformat(at), *rest) for at, *rest in row["steps"]),
    )


def pauses_of(stored: Iterable[Sequence[Any]]) -> tuple[Pause, ...]:
    return tuple(
        Pause(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None, because)
        for start, end, because in stored
    )


def reasons_row(reasons: Iterable[Because]) -> list[list[Any]]:
    return [_reason_row(each) for each in reasons]


def reasons_of(stored: Iterable[Sequence[Any]]) -> tuple[Because, ...]:
    return tuple(_reason_of(each) for each in stored)


def _reason_row(reason: Because) -> list[Any]:
    others = [dict(reason.others)] if reason.others else []
    return [reason.clause, reason.text, *others]


def _reason_of(stored: Sequence[Any]) -> Because:
    """Older versions kept the sentence alone, in the language of the case."""
    clause, text, *others = stored
    return Because(clause, text, tuple(others[0].items()) if others else ())
