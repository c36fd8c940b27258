"""Cases that are one, and one that is two: decided by the core, stored in one commit, with history on both."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from intake.core.case.act import Refused
from intake.core.case.case import Case, Decision, Entry
from intake.core.case.merging import merge as merged
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.desk import act, facts, post
from intake.desk.house import House
from intake.errors import IntakeError
from intake.store import cases, messages, people
from intake.store.engine import reading


def merge(house: House, part: str, whole: str, by: str, because: str, now: datetime) -> Case:
    """Makes one case a part of another one, which is given back. Raises `IntakeError` where refused."""
    with house.databases.desk.begin() as connection:
        source, target = act.find(connection, part), act.find(connection, whole)
        try:
            decided = merged(source, target, by, because, now)
        except Refused as refused:
            raise IntakeError(str(refused)) from None
        for decision in (decided.part, decided.whole):
            cases.save(connection, decision.case)
            cases.add_history(connection, decision.case.id, now, decision.entries)
        cases.move(connection, source.id, target.id)
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
        policy = house.policy_of(connection, case)
        stored = messages.of_case(connection, case.id)
        own = [each for each in stored if each.direction == "in" and each.mail_id is not None]
        leaving = [each for each in own if each.mail_id in mails]
        known = ", ".join(str(each.mail_id) for each in own) or "none"
        strange = [each for each in mails if each not in {message.mail_id for message in own}]
        if strange or not leaving:
            raise IntakeError(f"{case.reference} has no mail {strange[0] if strange else ''}; it has {known}")
        if len(leaving) == len(own):
            raise IntakeError(f"{case.reference} would be left without a mail; it has {known}")
        first = leaving[0]
        customer = people.customers_of(connection, [first.author_address], policy.name).get(
            first.author_address.lower()
        )
        text = "\n".join(each.text for each in leaving)
        opening = Opening(
            reference=f"{policy.file.prefix}-{number}",
            route=case.route,
            queue=case.queue,
            channel="email",
            customer=customer,
            contact=Address(first.author_name, first.author_address),
            subject=first.subject,
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
        posted = act.letters(house, connection, policy, decision, by, customer, now)
    new = posted.decision.case.reference
    left = replace(case, changed_at=now, linked=tuple(dict.fromkeys((*case.linked, new))))
    said = f"{', '.join(f'mail {each.mail_id}' for each in leaving)} became {new}" + (f": {because}" if because else "")
    with house.databases.desk.begin() as connection:
        new_id = post.save(connection, posted, now)
        post.save(connection, post.Posted(Decision(left, (Entry("split", said, by),))), now)
        cases.move(connection, case.id, new_id, [each.mail_id for each in leaving if each.mail_id is not None])
    with reading(house.databases.reading) as connection:
        return act.find(connection, new)
