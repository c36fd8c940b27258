"""The receipt for an agent's mail: to whom what went out, what was done, what was refused and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from intake.core.answer.letter import Letter
from intake.core.answer.letters import Desk, Thread, to_desk
from intake.core.case.by_mail import Handled
from intake.core.case.case import Case, Customer, Notice
from intake.core.case.commands import COMMANDS
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence, translated


def receipt(
    policy: Policy,
    case: Case,
    handled: Handled,
    agent: Address,
    desk: Desk,
    now: datetime,
    *,
    sent_to: Sequence[str],
    enclosed: Sequence[str],
    files: Sequence[Sentence],
    thread: Thread,
    unique: str,
    language: str,
    zone: str,
    customer: Customer | None,
) -> Letter:
    """The letter to the agent. `sent_to` are the addresses that the answer goes to.

    `enclosed` are names of the files that go along with it, `files` those that do not, with the reason.
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
