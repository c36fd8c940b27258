"""Cases that are one, and one that is two: decided by the core, stored in one commit, with history on both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from intake.core.case.act import Act, Refused, not_of_erased
from intake.core.case.case import Case, Decision, Entry
from intake.core.case.matching import own_subject
from intake.core.case.merging import merge as merged
from intake.core.case.merging import with_answer, without_answer
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.sentences import Sentence, joined, sentence
from intake.desk import act, facts, post
from intake.desk.house import House
from intake.desk.sight import sight
from intake.errors import IntakeError
from intake.store import cases, messages, people
from intake.store.engine import reading
from intake.store.messages import StoredMessage

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Moved:
    """What merging or splitting does besides the case that was asked about: the other case with its letters.

    `mails` are those that go over there, None for all that the case has.
    """

    other: post.Posted
    mails: tuple[int, ...] | None = None


def merge(house: House, part: str, whole: str, by: str, because: str, now: datetime) -> Case:
    """Makes one case a part of another one, which is given back. Raises `IntakeError` where refused."""
    with house.databases.desk.begin() as connection:
        try:
            both = act.find(connection, part), act.find(connection, whole)
            over, moved = _merged(house, connection, *both, by, because, now)
        except Refused as refused:
            raise IntakeError(str(refused)) from None
        save(house, connection, post.save(house, connection, post.Posted(over), now), moved, now)
    with reading(house.databases.reading) as connection:
        return act.find(connection, whole)


def split(house: House, reference: str, mails: Sequence[int], by: str, because: str, now: datetime) -> Case:
    """Opens a case of its own for some mails of a case, counted from the first one's receipt; gives it back.

    Its letters go to the writer where that is the case's contact, else nowhere until a person says so. Raises
    `IntakeError` for mails that the case does not have, or where none would be left.
    """
    with house.databases.desk.begin() as connection:
        number = cases.reserve(connection, 1)
    with reading(house.databases.reading) as connection:
        case = act.find(connection, reference)
        new = f"{house.policy_of(connection, case).file.prefix}-{number}"
        try:
            left, moved = _split(house, connection, case, new, mails, by, because, now)
        except Refused as refused:
            raise IntakeError(str(refused)) from None
    with house.databases.desk.begin() as connection:
        save(house, connection, post.save(house, connection, post.Posted(left), now), moved, now)
    with reading(house.databases.reading) as connection:
        return act.find(connection, new)


def save(house: House, connection: Connection, case_id: int, moved: Moved, now: datetime) -> None:
    """Stores the other case, and moves there what goes over from the stored case `case_id`. Raises `Stale`."""
    cases.move(connection, case_id, post.save(house, connection, moved.other, now), moved.mails)


class Elsewhere:
    """The merging or splitting that a mail of an agent's asks for: decided, and written with all else that it does.

    `new` is the reference of the case that may be split off. Other cases are those that the agent sees.
    """

    def __init__(self, house: House, connection: Connection, by: str, new: str, now: datetime) -> None:
        self._house, self._connection, self._by, self._now = house, connection, by, now
        self._new = new
        self.moved: list[Moved] = []

    def __call__(self, case: Case, wanted: Act) -> Decision:
        """What becomes of the case. Raises `Refused`."""
        if self.moved:
            raise Refused(sentence("one of /merge and /split is done for a mail; write another one"))
        decision, moved = self._merge(case, wanted) if wanted.what == "merge" else self._split(case, wanted)
        self.moved.append(moved)
        return decision

    def _merge(self, case: Case, wanted: Act) -> tuple[Decision, Moved]:
        ids = cases.by_reference(self._connection, [wanted.value.strip("[]").upper()])
        whole = next(iter(cases.load(self._connection, ids.values()).values()), None)
        if whole is None or not sight(self._house, self._by).sees(whole):
            raise Refused(sentence('no case has the reference "{written}"', written=wanted.value))
        return _merged(self._house, self._connection, case, whole, self._by, wanted.because, self._now)

    def _split(self, case: Case, wanted: Act) -> tuple[Decision, Moved]:
        mails = [int(each) for each in wanted.value.replace(",", " ").replace("#", " ").split()]
        return _split(self._house, self._connection, case, self._new, mails, self._by, wanted.because, self._now)


def _merged(
    house: House, connection: Connection, part: Case, whole: Case, by: str, because: str, now: datetime
) -> tuple[Decision, Moved]:
    policy = house.policy_of(connection, whole)
    customer = people.load(connection, [whole.customer_id]).get(whole.customer_id) if whole.customer_id else None
    decided = merged(policy, part, whole, customer, by, because, now)
    return decided.part, Moved(post.Posted(decided.whole))


def _split(
    house: House,
    connection: Connection,
    case: Case,
    new: str,
    mails: Sequence[int],
    by: str,
    because: str,
    now: datetime,
) -> tuple[Decision, Moved]:
    """The case that is left, and the new one for some of its mails. Raises `Refused`."""
    not_of_erased(case)
    policy = house.policy_of(connection, case)
    stored = messages.of_case(connection, case.id)
    own = [each for each in stored if each.direction == "in" and each.mail_id is not None]
    leaving = _leaving(case, own, mails)
    first = leaving[0]
    customer = people.customers_of(connection, [first.author_address], policy.name).get(first.author_address.lower())
    text = "\n".join(each.text for each in leaving)
    opening = Opening(
        reference=new,
        route=case.route,
        queue=case.queue,
        channel="email",
        customer=customer,
        contact=Address(first.author_name, first.author_address),
        subject=own_subject(first.subject, policy.file.prefix),
        text=f"{first.subject}\n{text}",
        language=case.language,
        opened_at=first.at,
        fields=read_fields(policy.specs, [text]),
        marks=case.marks & {"security"},
        linked=(case.reference,),
        because=f"split off {case.reference}" + (f": {because}" if because else ""),
        by=by,
        record=facts.record(connection, policy, customer, first.at),
    )
    decision = open_case(policy, opening, now)
    same = first.author_address.lower() == case.contact.address.lower()
    decision = replace(decision, case=replace(decision.case, answer_to=case.answer_to if same else None))
    part = _answered_part(connection, case, first)
    if part is not None:
        answered, given = with_answer(policy, decision.case, part, customer)
        decision = replace(decision, case=answered).then(*given)
    words = "\n\n".join(each.new_text for each in leaving if each.author_address == first.author_address)
    posted = act.letters(house, connection, policy, decision, by, customer, now, excerpt=words)
    left = replace(case, changed_at=now, linked=tuple(dict.fromkeys((*case.linked, new))))
    gone = joined(", ", (sentence("mail {number}", number=each.mail_id) for each in leaving))
    said = sentence("{mails} became {case}", mails=gone, case=new)
    entry = Entry("split", joined(": ", (said, because)) if because else said, by)
    owed: tuple[Entry, ...] = ()
    if part is not None and not _answered_since(part, stored):
        left, owed = without_answer(policy, left, part, now)
    numbers = tuple(each.mail_id for each in leaving if each.mail_id is not None)
    return Decision(left, (entry, *owed)), Moved(posted, numbers)


def _answered_part(connection: Connection, case: Case, first: StoredMessage) -> Case | None:
    """The part of a case that a mail had opened and a person had answered before it was merged; None for no such."""
    linked = cases.load(connection, cases.by_reference(connection, case.linked).values()).values()
    parts = (each for each in linked if each.merged_into == case.reference and each.first_answered_at is not None)
    opener = first.author_address.lower()
    return next((each for each in parts if (each.opened_at, each.contact.address.lower()) == (first.at, opener)), None)


def _answered_since(part: Case, stored: Sequence[StoredMessage]) -> bool:
    """Whether a person has answered since a part was merged."""
    return any(each.direction == "out" and part.closed_at is not None and each.at >= part.closed_at for each in stored)


def _leaving(case: Case, own: Sequence[StoredMessage], mails: Sequence[int]) -> list[StoredMessage]:
    """The mails that leave a case, of those that it has. Raises `Refused`."""
    leaving = [each for each in own if each.mail_id in mails]
    strange = [each for each in mails if each not in {message.mail_id for message in own}]
    known = joined(", ", map(_shown, own)) or sentence("none")
    if strange:
        raise Refused(
            sentence("{case} has no mail {number}; it has {known}", case=case.reference, number=strange[0], known=known)
        )
    if not leaving:
        raise Refused(sentence("say which mail of {case}; it has {known}", case=case.reference, known=known))
    if len(leaving) == len(own):
        raise Refused(sentence("{case} would be left without a mail; it has {known}", case=case.reference, known=known))
    return leaving


def _shown(message: StoredMessage) -> Sentence:
    subject = message.subject if len(message.subject) <= SHOWN else f"{message.subject[:SHOWN]}…"
    return Sentence(f'{message.mail_id} ({message.author_address}, "{subject}")')
