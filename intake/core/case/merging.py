"""Two cases that are one: what becomes of each. Nothing of either is lost."""

from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.act import Refused
from intake.core.case.case import Case, Clock, Decision, Entry
from intake.core.case.work_list import PROMISES
from intake.core.policy.because import HOUSE, Because
from intake.core.sentences import sentence

# what is said of the matter, or of mails that go over; other marks tell how the part itself stood
ON_THE_MATTER = frozenset({"critical", "unverified", "ambiguous-sender"})


@dataclass(frozen=True, slots=True)
class Merged:
    """The case that is over, and the one that goes on."""

    part: Decision
    whole: Decision


def merge(part: Case, whole: Case, by: str, because: str, now: datetime) -> Merged:
    """`part` becomes a part of `whole`: its people, fields and the sooner of two promises go over. Raises `Refused`."""
    two_customers = part.customer_id != whole.customer_id and None not in (part.customer_id, whole.customer_id)
    for wrong, said in (
        (part.id == whole.id, sentence("{part} cannot become a part of itself", part=part.reference)),
        (
            part.merged_into,
            sentence("{part} is a part of {whole} already", part=part.reference, whole=part.merged_into),
        ),
        (
            whole.merged_into,
            sentence("{part} is a part of {whole}; merge into that", part=whole.reference, whole=whole.merged_into),
        ),
        (
            part.policy != whole.policy,
            sentence(
                "{part} is under {policy}, {whole} under {other}",
                part=part.reference,
                policy=part.policy,
                whole=whole.reference,
                other=whole.policy,
            ),
        ),
        (
            two_customers,
            sentence(
                "{part} and {whole} are two customers': what one wrote is not for the other",
                part=part.reference,
                whole=whole.reference,
            ),
        ),
        (
            ("security" in part.marks) != ("security" in whole.marks),
            sentence("one of them is private: what stands in it is for its own role alone"),
        ),
    ):
        if wrong:
            raise Refused(said)
    why = f": {because}" if because else ""
    over = replace(
        clocks.end_all(part, now), state="closed", closed_at=now, changed_at=now, merged_into=whole.reference,
        linked=tuple(dict.fromkeys((*part.linked, whole.reference))),
    )  # fmt: skip
    on, moved = _with_promises(_with_people(whole, part).knowing(part.their_numbers), part)
    on = replace(
        on, changed_at=now, fields={**part.fields, **whole.fields}, marks=whole.marks | (part.marks & ON_THE_MATTER),
        linked=tuple(dict.fromkeys((*whole.linked, part.reference))),
    )  # fmt: skip
    goes = sentence("it is a part of {whole} from now on{why}", whole=whole.reference, why=why)
    comes = sentence("{part} is a part of this case from now on{why}", part=part.reference, why=why)
    return Merged(Decision(over, (Entry("merged", goes, by),)), Decision(on, (Entry("merged", comes, by), *moved)))


def _with_people(whole: Case, part: Case) -> Case:
    number = max((each.number for each in whole.participants), default=0)
    people = list(whole.participants)
    for person in part.participants:
        if whole.participant(person.address) is None:
            number += 1
            people.append(replace(person, number=number))
    return replace(whole, participants=tuple(people))


def _with_promises(whole: Case, part: Case) -> tuple[Case, tuple[Entry, ...]]:
    """Of two promises of a kind the sooner holds; one that the whole lacks goes over as it is."""
    entries = []
    for kind in PROMISES:
        theirs, ours = part.running(kind), whole.running(kind)
        if theirs is None or theirs.due_at is None or (kind == "response" and "reply" in whole.answered):
            continue
        if ours is None:
            whole = whole.with_clock(replace(theirs, number=whole.next_clock))
        elif ours.due_at is None or theirs.due_at < ours.due_at:
            whole = whole.with_clock(_sooner(ours, theirs, part.reference))
        else:
            continue
        entries.append(Entry("promise", f"{kind} falls due as {part.reference} had it"))
    return whole, tuple(entries)


def _sooner(ours: Clock, theirs: Clock, reference: str) -> Clock:
    why = Because.of(HOUSE, sentence("the sooner promise of {reference} holds", reference=reference))
    missed = ours if ours.missed_at else theirs
    return replace(
        theirs,
        number=ours.number,
        because=(*theirs.because, why),
        missed_at=missed.missed_at,
        missed_while=missed.missed_while,
    )
