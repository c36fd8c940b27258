"""Two cases that are one: what becomes of each. Nothing of either is lost."""

from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.act import Refused, not_of_erased
from intake.core.case.case import Case, Clock, Customer, Decision, Entry
from intake.core.case.people_acts import with_copy
from intake.core.case.work_list import OVER, PROMISES
from intake.core.mail.message import Address
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.policy import Policy
from intake.core.sentences import sentence, translated

# what is said of the matter, or of mails that go over; other marks tell how the part itself stood
ON_THE_MATTER = frozenset({"critical", "unverified", "ambiguous-sender"})


@dataclass(frozen=True, slots=True)
class Merged:
    """The case that is over, and the one that goes on."""

    part: Decision
    whole: Decision


def merge(
    policy: Policy, part: Case, whole: Case, customer: Customer | None, by: str, because: str, now: datetime
) -> Merged:
    """`part` becomes a part of `whole`: its people, fields, first answer and the sooner of two promises go over.

    `policy` is the whole's. Raises `Refused`.
    """
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
    not_of_erased(part)
    not_of_erased(whole)
    why = f": {because}" if because else ""
    over = replace(
        clocks.end_all(part, now), state="closed", closed_at=now, changed_at=now, merged_into=whole.reference,
        linked=tuple(dict.fromkeys((*part.linked, whole.reference))),
    )  # fmt: skip
    on, copied = _with_people(whole, part)
    on, answered = with_answer(policy, on.knowing(part.their_numbers), part, customer)
    on, moved = _with_promises(on, part)
    on, woken = _woken(policy, on, part, customer)
    on = replace(
        on, changed_at=now, fields={**part.fields, **whole.fields}, marks=whole.marks | (part.marks & ON_THE_MATTER),
        linked=tuple(dict.fromkeys((*whole.linked, part.reference))),
    )  # fmt: skip
    goes = sentence("it is a part of {whole} from now on{why}", whole=whole.reference, why=why)
    comes = sentence("{part} is a part of this case from now on{why}", part=part.reference, why=why)
    return Merged(
        Decision(over, (Entry("merged", goes, by),)),
        Decision(on, (Entry("merged", comes, by), *copied, *answered, *moved, *woken)),
    )


def with_answer(policy: Policy, case: Case, part: Case, customer: Customer | None) -> tuple[Case, tuple[Entry, ...]]:
    """The case with the first answer that a person gave on a part of it: one matter has one first answer.

    It counts at its own instant, or at the case's opening where it came before; what the customer wrote since is owed
    the next answer. A target that was missed stays missed.
    """
    given = part.first_answered_at
    if given is None or "reply" in case.answered:
        return case, ()
    at, over = max(given, case.opened_at), case.state in OVER
    case = clocks.end(case, "response", at, _answered_on(part))
    waits = over or (part.state == "waiting" and case.opened_at <= given)
    case = clocks.answered(policy, case, at, customer, waits=waits)
    case = replace(case, answered=case.answered | {"reply"}, state="open" if case.state == "new" else case.state)
    return case, (Entry("answered", _answered_on(part).sentence),)


def without_answer(policy: Policy, whole: Case, part: Case, now: datetime) -> tuple[Case, tuple[Entry, ...]]:
    """The case that is left where a part goes whose answer was its first one: its own response is owed again."""
    response = whole.latest("response")
    ended_so = response is not None and bool(response.because) and response.because[-1].same_as(_answered_on(part))
    if response is None or not ended_so or whole.state in OVER:
        return whole, ()
    left = clocks.end(whole, "update", now).with_clock(clocks.reopened(policy, whole, response))
    said = sentence(
        "the first response is owed again: it was given on {case}, which is no part any more", case=part.reference
    )
    return replace(left, answered=left.answered - {"reply"}), (Entry("promise", said),)


def _answered_on(part: Case) -> Because:
    return Because.of(HOUSE, sentence("the first response was given on {case}", case=part.reference))


def _woken(policy: Policy, whole: Case, part: Case, customer: Customer | None) -> tuple[Case, tuple[Entry, ...]]:
    """The whole after the part's mail, where nobody has answered that: as after any mail of the customer's."""
    given = whole.first_answered_at
    if part.running("response") is None or (given is not None and part.opened_at <= given):
        return whole, ()
    before = whole.state
    if before in ("waiting", *OVER):
        whole = replace(whole, state="open", closed_at=None)
    whole = clocks.customer_wrote(policy, whole, part.opened_at, customer)
    text = sentence("{before} becomes {after}", before=translated(before), after=translated(whole.state))
    return whole, (Entry("state", text),) if whole.state != before else ()


def _with_people(whole: Case, part: Case) -> tuple[Case, tuple[Entry, ...]]:
    """The whole with the part's people. Whose the part was gets a copy of answers, where both are one customer's."""
    for person in (*part.participants, *part.taken_off):
        if whole.participant(person.address) is None and not whole.was_taken_off(person.address):
            whole = whole.joined(Address(person.name, person.address), person.role)
    whole = whole.without({each.address.lower() for each in whole.participants if each.role == "off"})
    theirs = part.contact.address
    if whole.customer_id is None or part.customer_id is None or theirs.lower() in ("", whole.contact.address.lower()):
        return whole, ()
    said = sentence("{who} gets a copy of answers from now on", who=theirs)
    return with_copy(whole, part.contact), (Entry("participant", said),)


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
