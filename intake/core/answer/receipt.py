"""The receipt for an agent's mail: to whom what went out, what was done, what was refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.answer.desk import Desk
from intake.core.answer.letter import Letter
from intake.core.answer.letters import Thread, to_desk
from intake.core.case.by_mail import Handled
from intake.core.case.case import Case, Customer, Notice
from intake.core.case.commands import COMMANDS
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence, said, sentence, translated

UNSENT: Mapping[str, Sentence] = {
    "acknowledgment": sentence("the acknowledgment"),
    "missing-information": sentence("the question for what is missing"),
    "not-entitled": sentence("the letter that there is no right to support"),
    "unverified": sentence("the letter that asks for a registered address"),
    "escalated": sentence("the letter that the case was escalated"),
    "severity-set": sentence("the letter about the severity"),
    "resolved": sentence("the letter that the case is resolved"),
}
"""What letters are called that an agent's commands may bring about, where they do not go out."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A letter to the customer that a command brought about, besides the answer: to whom, and its text.

    `because` is why it does not go out, empty where it does.
    """

    kind: str
    to: str = ""
    subject: str = ""
    text: str = ""
    because: str = ""


def receipt(
    policy: Policy,
    case: Case,
    handled: Handled,
    agent: Address,
    desk: Desk,
    now: datetime,
    *,
    sent_to: Sequence[str],
    letters: Sequence[Brought],
    enclosed: Sequence[str],
    files: Sequence[Sentence],
    thread: Thread,
    unique: str,
    language: str,
    zone: str,
    customer: Customer | None,
) -> Letter:
    """The letter to the agent. `sent_to` are the addresses that the answer goes to.

    `letters` are the others to the customer. `enclosed` are names of the files that go along with the answer, `files`
    those that do not, with the reason.
    """
    notice = Notice("desk-receipt", agent.address)
    letter = to_desk(
        policy, case, notice, agent, desk, now, unique=unique, language=language, zone=zone, customer=customer
    )
    values = {
        **letter.values,
        "receipt": {
            "to": ", ".join(sent_to),
            "text": handled.answer,
            "because": handled.because.said(language),
            "note": handled.note,
            "enclosed": list(enclosed),
            "files": [each.said(language) for each in files],
            "letters_to": ", ".join(dict.fromkeys(each.to for each in letters if not each.because)),
            "letters": [
                {
                    "name": UNSENT.get(each.kind, translated(each.kind)).said(language),
                    "to": each.to,
                    "subject": each.subject,
                    "text": each.text,
                    "because": said(each.because, language),
                }
                for each in letters
            ],
        },
        "commands": [
            {"written": each.written, "done": "yes" if each.done else "", "text": each.text.said(language)}
            for each in handled.results
        ],
        "help": [{"form": each.form, "about": translated(each.about).said(language)} for each in COMMANDS]
        if handled.help
        else [],
    }
    return replace(letter, values=values, in_reply_to=thread.in_reply_to, references=thread.after())
