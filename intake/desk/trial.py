"""What would happen, with nothing written: the same decisions as for real, shown with their reasons."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from intake.core.answer.letters import Thread, to_customer, to_desk
from intake.core.answer.permission import judge
from intake.core.case.case import Case, Notice, Wish
from intake.core.case.outcome import Classified, classify
from intake.core.case.reply_fields import fields_of_reply
from intake.core.mail.fields import missing_fields
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.desk import facts, post
from intake.desk.act import find
from intake.desk.house import House
from intake.desk.outside import because_json, clock_json, fields_json, message_json
from intake.desk.reader import Reading
from intake.desk.receive import decide, specs
from intake.desk.settled import Settled
from intake.errors import IntakeError
from intake.outbound.samples import sample
from intake.outbound.templates import Words
from intake.outbound.templateset import FALLBACK, has_language
from intake.store import cases, ledger
from intake.store.ledger import Waiting
from intake.store.spool import KeptMail, RoutedTo

NOT_BORN = "NEW"


@dataclass(frozen=True, slots=True)
class Tried:
    """A mail that is tried out: its bytes, the routes it goes to, the instant of receipt (aware).

    Of cases that `sees` says no to, nothing is told: it is as if they were not there.
    """

    name: str
    raw: bytes
    routes: tuple[RoutedTo, ...]
    received_at: datetime
    envelope_from: str | None = None
    sees: Callable[[Case], bool] = lambda _case: True


def explain(house: House, connection: Connection, tried: Tried) -> list[dict[str, Any]]:
    """What would become of a mail on each of its routes, and why (CONTRACT, `explain`)."""
    read = house.reader.raw(tried.raw, specs(house))
    return [_explain_on(house, connection, tried, routed, read) for routed in tried.routes]


def _explain_on(house: House, connection: Connection, tried: Tried, routed: RoutedTo, read: Reading) -> dict[str, Any]:
    policy = house.policies.get(house.routes[routed.route].policy)
    out: dict[str, Any] = {"file": tried.name, "route": routed.route, "policy": policy.name}
    out["policy_version"] = policy.version
    if read.message is None:
        return out | _parked(f"cannot be read: {read.problem}")
    mail = KeptMail(0, "file", tried.received_at, tried.envelope_from, None, None, None, True, False, None)
    work = Waiting(mail, routed.route, routed.recipient, len(tried.routes))
    known = _seen(connection, facts.load(house, connection, [(work, read)], tried.received_at)[0], tried.sees)
    classified = classify(known.arrival)
    reference = f"{policy.file.prefix}-{NOT_BORN}"
    settled = decide(house, connection, work, known, classified, reference, tried.received_at)
    case = settled.posted.decision.case if settled.posted else None
    arrival = known.arrival
    fields = arrival.fields
    if classified.outcome == "reply":
        fields = fields_of_reply(arrival.message, arrival.our_words, arrival.policy)
    body = {
        "message": message_json(read.message),
        "fields": fields_json(policy, fields),
        "missing": list(missing_fields(policy.specs, case.fields if case else fields)),
        "outcome": classified.outcome,
        "case": _reference(connection, known, case),
        **_decided(classified, case, house.settings.service.language),
        "answer": None,
        "no_answer_because": None,
        "letters": _letters(house, connection, known, settled, tried.received_at),
    }
    return out | body | _answer(house, connection, known, settled, tried.received_at)


def _seen(connection: Connection, known: facts.Known, sees: Callable[[Case], bool]) -> facts.Known:
    """What is known without the cases that are not to be told of."""
    arrival = known.arrival
    candidates = tuple(each for each in arrival.candidates if sees(each.case))
    if len(candidates) < len(arrival.candidates):
        arrival = replace(
            arrival, candidates=candidates, our_words=arrival.our_words if candidates else "", case_text=""
        )
    if arrival.bounced is not None and not sees(arrival.bounced):
        arrival = replace(arrival, bounced=None, bounced_policy=None, bounced_reply=False)
    if arrival.duplicate_of is not None:
        ids = ledger.cases_of(connection, [arrival.duplicate_of]).get(arrival.duplicate_of, ())
        if not all(sees(case) for case in cases.load(connection, ids).values()):
            arrival = replace(arrival, duplicate_of=None)
    return replace(known, arrival=arrival)


def _reference(connection: Connection, known: facts.Known, case: Case | None) -> str | None:
    """The stored case that the mail belongs to; a copy belongs where the first one of it went."""
    if case is not None:
        return case.reference if case.version else None
    first = known.arrival.duplicate_of
    ids = ledger.cases_of(connection, [first]).get(first, ()) if first else ()
    return next((each.reference for each in cases.load(connection, ids).values()), None)


def _parked(reason: str) -> dict[str, Any]:
    return {
        "message": None,
        "fields": {},
        "missing": [],
        "outcome": "parked",
        "case": None,
        "plan": None,
        "severity": None,
        "zone": None,
        "marks": [],
        "because": [{"clause": "house", "text": reason}],
        "clocks": [],
        "answer": None,
        "no_answer_because": "a mail that waits for a person is not answered",
        "letters": [],
    }


def _decided(classified: Classified, case: Case | None, language: str) -> dict[str, Any]:
    because = [Because("house", classified.because), *(case.because if case else ())]
    return {
        "plan": case.plan if case else None,
        "severity": case.severity if case else None,
        "zone": case.zone if case else None,
        "marks": sorted(case.marks) if case else [],
        "because": because_json(because, language),
        "clocks": [clock_json(clock, language) for clock in case.clocks] if case else [],
    }


def _letters(
    house: House, connection: Connection, known: facts.Known, settled: Settled, at: datetime
) -> list[dict[str, Any]]:
    """What would go to whom, the desk's people included; their notices as if each went alone and at once."""
    posted = settled.posted
    if posted is None:
        return []
    case, customer = posted.decision.case, known.arrival.customer
    policy = house.policy_of(connection, case)
    notices = (post.notice_draft(house, policy, case, each, customer, at) for each in posted.held)
    return [
        {
            "template": draft.letter.kind,
            "to": draft.letter.to.address,
            "cc": [each.address for each in draft.letter.cc],
            "subject": draft.rendered.subject,
            "attachments": [each.filename for each in draft.letter.enclosures],
            "withheld": draft.withheld or None,
        }
        for draft in (*posted.drafts, *(each for each in notices if each))
    ]


def _answer(
    house: House, connection: Connection, known: facts.Known, settled: Settled, now: datetime
) -> dict[str, Any]:
    """The letter to the customer, or why there is none."""
    drafts = settled.posted.drafts if settled.posted else ()
    for draft in drafts:
        if not draft.letter.kind.startswith("desk-"):
            answer = {
                "template": draft.letter.kind,
                "language": draft.letter.language,
                "to": draft.letter.to.address,
                "subject": draft.rendered.subject,
                "text": draft.rendered.text,
            }
            return {"answer": answer, "no_answer_because": draft.withheld or None}
    if settled.posted and settled.posted.unanswered:
        return {"no_answer_because": "; ".join(because for _, because in settled.posted.unanswered)}
    case = settled.posted.decision.case if settled.posted else None
    if case is None or known.arrival.message.automatic_because:
        kind = settled.classified.outcome
        return {"no_answer_because": known.arrival.message.automatic_because or f"{kind}: {settled.classified.because}"}
    verdict = judge(facts.asking(house, connection, case, "", now, known))
    if verdict.verdict == "never":
        return {"no_answer_because": verdict.because}
    return {"no_answer_because": "nothing about the case calls for an automatic letter"}


def preview(
    house: House,
    connection: Connection,
    name: str,
    language: str | None,
    reference: str | None,
    now: datetime,
) -> Words:
    """A template filled with a stored case's values, or with samples.

    Without a language it is that of the letter: the case's, the desk's own for a notice, English for samples. Raises
    `IntakeError` also where nothing is in that language.
    """
    known = house.templates.languages
    if language is not None and not has_language(language, known):
        right = ", ".join(known)
        raise IntakeError(f'--language: no template is in "{language}"; right would be one of {right}')
    if language is None and reference is not None:
        desks = name.startswith("desk-")
        language = house.settings.service.language if desks else find(connection, reference).language
    language = language or FALLBACK
    template = house.templates.pick(name, language)
    return template.render(values_for(house, connection, name, language, reference, now))


def values_for(
    house: House, connection: Connection, name: str, language: str, reference: str | None, now: datetime
) -> dict[str, Any]:
    """The values that a template would be filled with. Raises `IntakeError`."""
    values: dict[str, Any] = dict(sample(name, language))
    if reference is not None:
        case = find(connection, reference)
        policy, desk = house.policy_of(connection, case), house.desk(case.route)
        case = replace(case, language=language)
        if name.startswith("desk-"):
            notice = Notice(name, "", clock=1)  # type: ignore[arg-type]
            reader = Address("", case.assignee or desk.route)
            letter = to_desk(
                policy, case, notice, reader, desk, now, unique="preview", language=language, zone=case.zone
            )
        else:
            wish = Wish(name, number=1, text=str(values.get("reply", {}).get("text", "")))  # type: ignore[arg-type]
            letter = to_customer(policy, case, wish, case.contact, desk, now, thread=Thread(), unique="preview")
        values |= letter.values
    return values
