"""The receipt for an agent's mail: to whom what went out, what was done, what was refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.answer.desk import Desk
from intake.core.answer.letter import Letter
from intake.core.answer.letters import Thread, to_desk
from intake.core.case.by_mail import A_NOTE, COMMANDS_ALONE, Handled
from intake.core.case.case import Case, Customer, Notice
from intake.core.case.commands import COMMANDS
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.core.sentences import NOTHING, Sentence, joined, said, sentence, translated

NAMED = 80
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
    went_to = ", ".join(dict.fromkeys(each.to for each in letters if not each.because))
    values = {
        **letter.values,
        "receipt": {
            "heading": _heading(handled, ", ".join(sent_to), went_to).said(language),
            "to": ", ".join(sent_to),
            "text": handled.answer,
            "because": handled.because.said(language),
            "note": handled.note,
            "as_words": ", ".join(handled.as_words),
            "enclosed": list(enclosed),
            "files": [each.said(language) for each in files],
            "letters_to": went_to,
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


def _heading(handled: Handled, to: str, letters_to: str) -> Sentence:
    """What became of the mail, in a line: where its words went, what was done, what was refused."""
    done, refused = _named(handled, done=True), _named(handled, done=False)
    words = _of_words(handled, to)
    brought = sentence("a letter of ours goes to {to}", to=letters_to) if letters_to else NOTHING
    if handled.stopped:
        return sentence("Nothing was done: {commands}", commands=refused or handled.because)
    parts = (
        words,
        sentence("done: {commands}", commands=done) if done else NOTHING,
        sentence("refused: {commands}", commands=refused) if refused else NOTHING,
        brought,
    )
    said = joined("; ", filter(None, parts)) or sentence("done")
    return said.changed(lambda text: f"{text[:1].upper()}{text[1:]}")


def _of_words(handled: Handled, to: str) -> Sentence:
    """Where the words of the mail went; empty where it had none."""
    if to:
        return sentence("sent to {to}", to=to)
    if handled.answer:
        return sentence("your answer is on the case")
    if handled.help:
        return sentence("what you can do by mail")
    if handled.because == A_NOTE:
        return sentence("kept as a note")
    silent = handled.because and handled.because != COMMANDS_ALONE
    return sentence("nothing was sent to the customer") if silent else NOTHING


def _named(handled: Handled, *, done: bool) -> str:
    """The commands that were done, or refused, without their reasons, short enough for a subject."""
    named = ", ".join(
        each.written.partition(" because ")[0].partition(": ")[0] for each in handled.results if each.done == done
    )
    return named if len(named) <= NAMED else f"{named[: NAMED - 1].rstrip()}…"
