"""What a mail of one of the desk's people does to a case: commands, an answer to the customer, or a note."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.case.act import Act, Refused
from intake.core.case.acts import act
from intake.core.case.case import Case, Customer, Decision, Entry
from intake.core.case.commands import Instructions, Line, instructions
from intake.core.mail.attributions import quote_depth
from intake.core.mail.known_lines import KnownLines, plain
from intake.core.policy.policy import Policy
from intake.core.sentences import NOTHING, Sentence, joined, sentence, translated

ELSEWHERE = ("merge", "split")
A_NOTE = sentence("it is a note, as /note says")
COMMANDS_ALONE = sentence("it has commands alone")
# shorter lines of ours may be the writer's own words by chance
OURS_WORDS, OURS_CHARACTERS = 3, 20


@dataclass(frozen=True, slots=True)
class AgentMail:
    """A mail of somebody of the desk who is believed.

    `text` is their own words, without quotes they do not answer and without signature. `notices` is what we wrote to
    the desk on the case, `customer_words` what the participants wrote, `sent_before` the answers that went out.
    `unreadable` says why the text cannot be read. `copied`: the customer has the mail already. `files`: it has some.
    `roles` are those that the person answers for; `ours` tells whether an address is one of the desk's people;
    `customers` finds the record of an address; `elsewhere` does the acts that touch another case as well (`ELSEWHERE`),
    and raises `Refused`.
    """

    agent: str
    text: str
    received_at: datetime
    notices: str = ""
    customer_words: str = ""
    sent_before: tuple[str, ...] = ()
    unreadable: str = ""
    forward: bool = False
    copied: bool = False
    files: bool = False
    roles: frozenset[str] = frozenset()
    ours: Callable[[str], bool] = lambda _address: True
    customers: Callable[[str], Customer | None] = lambda _address: None
    elsewhere: Callable[[Case, Act], Decision] = lambda case, _act: Decision(case)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a command: done or not, and what is said of it."""

    written: str
    done: bool
    text: Sentence


@dataclass(frozen=True, slots=True)
class Handled:
    """The decision with what the receipt tells: `answer` went to the customer, `note` was kept, `because` is why

    nothing went out. `help`: the table of commands was asked for. `stopped`: nothing of the mail was done. `as_words`
    are commands that went out as words of the answer.
    """

    decision: Decision
    results: tuple[Result, ...] = ()
    answer: str = ""
    note: str = ""
    because: Sentence = NOTHING
    help: bool = False
    stopped: bool = False
    as_words: tuple[str, ...] = ()


def handle(policy: Policy, case: Case, mail: AgentMail, customer: Customer | None, now: datetime) -> Handled:
    """Commands are carried out in their order, the answer goes out, and what tells how the case stands then follows.

    A command that nobody knows, or that stands further down, stops all of it: the mail is kept as a note. What is not
    clearly an answer is a note: private text never goes to a customer by default.
    """
    told = instructions(mail.text)
    begun = Decision(replace(case, changed_at=now), (Entry("agent-mail", f"a mail of {mail.agent}", mail.agent),))
    stopped = _stopped(told)
    if stopped:
        decision, note = _noted(policy, begun, mail, mail.text, customer, now)
        results = _refused(told, sentence("not done, since the mail was stopped"))
        return Handled(decision, results, note=note, because=stopped, stopped=True)
    text, leak = quotable(told.text, mail)
    because = _no_answer(told, mail, text, leak)
    work = _Work(policy, mail, customer, now, begun)
    known = [(line, line.command) for line in told.lines if line.command is not None]
    work.commands(line for line, command in known if not command.after and command.act not in ("note", ""))
    answer = "" if because else work.answer(text, waits=told.has("waiting"))
    because = because or work.problem
    work.commands(line for line, command in known if command.after and command.act not in ELSEWHERE)
    private = "\n\n".join(each for each in (*_note_words(told), told.text) if each)
    note = ""
    if not answer and private:
        work.decision, note = _noted(policy, work.decision, mail, private, customer, now)
    # a part of another case takes no more acts
    work.commands(line for line, command in known if command.act in ELSEWHERE)
    as_words = told.as_words if answer else ()
    return Handled(work.decision, tuple(work.results), answer, note, because, told.has("help"), as_words=as_words)


class _Work:
    """The acts of one mail, one after the other."""

    def __init__(
        self, policy: Policy, mail: AgentMail, customer: Customer | None, now: datetime, begun: Decision
    ) -> None:
        self.policy, self.mail, self.customer, self.now = policy, mail, customer, now
        self.decision = begun
        self.results: list[Result] = []
        self.problem = NOTHING
        self.asked = False

    def commands(self, lines: Iterable[Line]) -> None:
        """Does the acts of commands, in order."""
        for line in lines:
            self._command(line)

    def _command(self, line: Line) -> None:
        """Does a command's act, or notes why it was refused."""
        assert line.command is not None
        if line.command.name == "waiting" and self.asked:
            self.results.append(Result(line.written, True, sentence("the customer has the next turn")))
            return
        if line.command.after and self.problem:
            why = sentence("not done, since the answer was not sent: {problem}", problem=self.problem)
            self.results.append(Result(line.written, False, why))
            return
        before = len(self.decision.entries)
        try:
            value = self._person(line.value) if line.command.takes == "person" else line.value
            self.do(Act(line.command.act, value, self.mail.agent, line.because, self.mail.roles))
        except Refused as refused:
            self.results.append(Result(line.written, False, refused.text))
        else:
            said = joined("; ", (entry.text for entry in self.decision.entries[before:]))
            self.results.append(Result(line.written, True, said or sentence("done")))

    def _person(self, written: str) -> str:
        """The address or role that is meant, empty for nobody. Raises `Refused` for no name, and for a stranger's."""
        value = {"me": self.mail.agent, "nobody": ""}.get(written.lower(), written.lower())
        if not written:
            raise Refused(sentence("say who gets the case: me, an address, a role, or nobody"))
        if "@" in value and not self.mail.ours(value):
            raise Refused(sentence("{who} is none of the desk's people; `intake agent add` adds them", who=value))
        return value

    def answer(self, text: str, *, waits: bool) -> str:
        """The answer sent, or noted as sent where the customer has it already; its text, empty where refused."""
        what = "answered" if self.mail.copied else ("ask" if waits else "reply")
        try:
            self.do(Act(what, text, self.mail.agent, roles=self.mail.roles))
        except Refused as refused:
            self.problem = refused.text
            return ""
        self.asked = what == "ask"
        return text

    def do(self, wanted: Act) -> None:
        """One act on the case as it is by now. Raises `Refused`."""
        if wanted.what in ELSEWHERE:
            done = self.mail.elsewhere(self.decision.case, wanted)
        else:
            customer = self.mail.customers(wanted.value) if wanted.what == "customer" else self.customer
            done = act(self.policy, self.decision.case, wanted, customer, self.now)
        merged = self.decision.then(*done.entries, wishes=done.wishes, notices=done.notices)
        self.decision = replace(merged, case=done.case)


def _stopped(told: Instructions) -> Sentence:
    """Why nothing of the mail is done."""
    if told.unknown:
        line = told.unknown[0]
        if not line.near:
            return sentence('"{written}" is no command; /help lists them', written=line.written)
        meant = joined(sentence(" or "), (f"/{name}" for name in line.near))
        return sentence('"{written}" is no command; perhaps {meant} was meant', written=line.written, meant=meant)
    if told.stray:
        return sentence(
            '"{written}" stands below other words; commands stand in the first lines', written=told.stray[0]
        )
    return NOTHING


def _refused(told: Instructions, why: Sentence) -> tuple[Result, ...]:
    unknown = {line.written: sentence("no such command") for line in told.unknown}
    return tuple(Result(line.written, False, unknown.get(line.written, why)) for line in told.lines)


def _no_answer(told: Instructions, mail: AgentMail, text: str, leak: str) -> Sentence:
    """Why the mail's text does not go to the customer, by the first reason that applies; empty where it does."""
    checks: Iterable[tuple[object, Sentence]] = (
        (mail.unreadable, translated(mail.unreadable)),
        (told.has("note"), A_NOTE),
        (told.has("help"), sentence("/help asks for the table of commands")),
        (told.has("spam"), sentence("a case that is spam gets no answer")),
        (mail.forward, sentence("it passes on somebody else's mail")),
        (
            not text and mail.files,
            sentence(
                "it has no words for the customer; a file goes out with an answer only, so write a line above it and "
                "send it again"
            ),
        ),
        (not text and told.lines, COMMANDS_ALONE),
        (not text, sentence("it has no words for the customer")),
        (leak, sentence('it still holds a line of our notice, "{leak}"; delete what you quote', leak=leak)),
        (not mail.copied and plain(text) in map(plain, mail.sent_before), sentence("the same words went out before")),
    )
    return next((because for holds, because in checks if holds), NOTHING)


def _note_words(told: Instructions) -> tuple[str, ...]:
    return tuple(line.value for line in told.lines if line.command is not None and line.command.name == "note")


def _noted(
    policy: Policy, decision: Decision, mail: AgentMail, text: str, customer: Customer | None, now: datetime
) -> tuple[Decision, str]:
    if not text.strip():
        return decision, ""
    done = act(policy, decision.case, Act("note", text, mail.agent), customer, now)
    return replace(decision.then(*done.entries), case=done.case), text


def quotable(text: str, mail: AgentMail) -> tuple[str, str]:
    """The text as the customer may read it, and a line of our notices to the desk that is still in it, else "".

    Quoted lines stay where the participants wrote them; others, our notices' own among them, are cut.
    """
    theirs, ours = KnownLines(mail.customer_words), KnownLines(mail.notices)
    kept, leak, own = [], "", False
    for line in text.splitlines():
        depth, content = quote_depth(line)
        words = plain(content)
        if not depth:
            kept.append(line)
            own = own or bool(words)
            leak = leak or (line.strip()[:80] if _telling(words) and words in ours and words not in theirs else "")
        elif words in theirs:
            kept.append(f"> {content}")
    return ("\n".join(kept).strip() if own else ""), leak


def _telling(words: str) -> bool:
    return len(words) >= OURS_CHARACTERS and words.count(" ") >= OURS_WORDS - 1
