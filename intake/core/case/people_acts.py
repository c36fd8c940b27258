"""A person's acts on who takes part in a case: a copy for somebody, and whose case it is."""

import re
from dataclasses import replace

from intake.core.case.act import Act, Refused, Setting
from intake.core.case.case import Case, Decision, Entry, Wish
from intake.core.case.owed import owed
from intake.core.case.replies import belonging
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.core.sentences import sentence

_WORD = r"[^\s<>,;:()\[\]\\\"@.]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
ADDRESS = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")
MOST = 10


def copy(_setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """Answers of people go to these addresses, too, from now on."""
    case, named = decision.case, _addresses(wanted.value)
    fresh = [each for each in dict.fromkeys(named) if not _gets_answers(case, each)]
    if not fresh:
        raise Refused(sentence("answers go to {who} already", who=", ".join(named)))
    for each in fresh:
        case = with_copy(case, Address("", each))
    text = sentence("{who} gets a copy of answers from now on", who=", ".join(fresh))
    return replace(decision, case=case).then(Entry("participant", text, wanted.by))


def no_copy(_setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """Answers of people go to these addresses no more; whoever was in copy takes no part in the case from now on."""
    case, named = decision.case, _addresses(wanted.value)
    theirs = case.contact.address.lower()
    copied = [each.address for each in case.participants if each.role == "cc" and each.address.lower() != theirs]
    off = {each.lower() for each in named}
    if theirs in off:
        raise Refused(
            sentence(
                "{case} is {whose}'s; first hand it over to somebody else",
                case=case.reference,
                whose=case.contact.address,
            )
        )
    strange = next((each for each in named if each.lower() not in map(str.lower, copied)), None)
    if strange is not None:
        none = sentence("{who} gets no copy of the answers on {case}; nobody does", who=strange, case=case.reference)
        known = sentence(
            "{who} gets no copy of the answers on {case}; copies go to {known}",
            who=strange,
            case=case.reference,
            known=", ".join(copied),
        )
        raise Refused(known if copied else none)
    gone = ", ".join(each for each in copied if each.lower() in off)
    text = sentence("{who} gets no more copies of answers, and takes no part from now on", who=gone)
    return replace(decision, case=case.without(off)).then(Entry("participant", text, wanted.by))


def hand_over(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """The case is the customer's whose address is named; letters go there from now on."""
    if not ADDRESS.fullmatch(wanted.value):
        raise Refused(
            sentence('"{written}" is no mail address; right would be kim@hosting.example', written=wanted.value)
        )
    before, customer = decision.case, setting.customer
    contact = Address("", wanted.value)
    if before.contact.address.lower() == wanted.value.lower():
        raise Refused(sentence("{case} is {whose}'s already", case=before.reference, whose=wanted.value))
    case = replace(before, contact=contact, answer_to=wanted.value)
    if customer is not None:
        case = belonging(setting.policy, case.unmarked("unentitled"), customer, contact)
    if case.participant(wanted.value) is None:
        case = case.joined(contact, setting.policy.file.writers)
    whose = wanted.value
    if customer:
        said = sentence("the case is {whose}'s, a contact of {customer}", whose=whose, customer=customer.name)
    else:
        said = sentence("the case is {whose}'s, whom nobody knows", whose=whose)
    letter = _first_letter(setting.policy, case)
    return replace(decision, case=case).then(Entry("customer", said, wanted.by), wishes=(letter,))


def _addresses(written: str) -> list[str]:
    """The mail addresses that an act names. Raises `Refused`."""
    named = [each.strip("<>,;") for each in re.split(r"[\s,;]+", written) if each.strip("<>,;")]
    bad = next((each for each in named if not ADDRESS.fullmatch(each)), None)
    if bad is not None or not named or len(named) > MOST:
        few = sentence("name one to {most} mail addresses, such as kim@hosting.example", most=MOST)
        raise Refused(sentence('"{written}" is no mail address', written=bad) if bad else few)
    return named


def _first_letter(policy: Policy, case: Case) -> Wish:
    """What somebody is told whose case it is from now on."""
    if "unentitled" in case.marks:
        return Wish("not-entitled")
    return Wish("missing-information" if owed(policy, case) else "acknowledgment")


def _gets_answers(case: Case, address: str) -> bool:
    person = case.participant(address)
    return address.lower() == case.contact.address.lower() or (person is not None and person.role == "cc")


def with_copy(case: Case, person: Address) -> Case:
    """The case with somebody who gets a copy of answers, also where they take part already."""
    if case.participant(person.address) is None:
        return case.joined(person, "cc")
    same = person.address.lower()
    people = (replace(each, role="cc") if each.address.lower() == same else each for each in case.participants)
    return replace(case, participants=tuple(people))
