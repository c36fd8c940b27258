"""The commands that people of the desk write in the first lines of a mail: the table, and how lines are read by it."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from intake.core.case.have_it import says_have_it

Takes = Literal["nothing", "reason", "value", "words", "numbers", "person", "people", "text"]


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table: how it is written, what it does, and which act that is.

    `act` is the act's name (`intake.core.case.acts`), empty for help; `value` its fixed argument. `takes`: what follows
    the name. `after`: done once the answer in the same mail is on its way.
    """

    name: str
    form: str
    about: str
    act: str = ""
    value: str = ""
    takes: Takes = "reason"
    after: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("note", "/note", "the whole mail is a note; nothing goes to the customer", "note", takes="text"),
    Command("severity", "/severity 2 because REASON", "sets the severity", "severity", takes="value"),
    Command("assign", "/assign me", "gives the case to you, an ADDRESS, a role, or nobody", "assign", takes="person"),
    Command("have-it", "/have-it", "you have it: notices are not repeated", "have-it"),
    Command("cc", "/cc ADDRESS", "answers of people go to this address, too", "cc", takes="people"),
    Command("uncc", "/uncc ADDRESS", "answers of people go to this address no more", "uncc", takes="people"),
    Command("customer", "/customer ADDRESS", "the case is this customer's", "customer", takes="value"),
    Command("waive", "/waive FIELD", "does without a field of the form", "waive", takes="words"),
    Command("waiting", "/waiting", "the customer has the next turn", "status", "waiting", after=True),
    Command("open", "/open", "the next turn is ours", "status", "open", after=True),
    Command("workaround", "/workaround", "a workaround was given", "workaround", after=True),
    Command("restored", "/restored", "the service is back", "restored", after=True),
    Command("cannot-go-on", "/cannot-go-on", "the customer cannot go on with it now", "cannot-go-on", after=True),
    Command("not-ours", "/not-ours because REASON", "the cause is not ours", "not-ours", after=True),
    Command("agreed", "/agreed TEXT", "records what was agreed with the customer", "agreed", takes="text", after=True),
    Command("done", "/done NAME", "a follow-up is done", "done", takes="value", after=True),
    Command("escalate", "/escalate because REASON", "moves the case one level up", "escalate", after=True),
    Command("resolved", "/resolved", "the case is resolved; the customer is told", "status", "resolved", after=True),
    Command("close", "/close", "the case is closed", "status", "closed", after=True),
    Command("merge", "/merge CASE", "this case becomes a part of that one", "merge", takes="value", after=True),
    Command(
        "split",
        "/split MAIL",
        "that mail becomes a case of its own; without a number, the mails are listed",
        "split",
        takes="numbers",
        after=True,
    ),
    Command("spam", "/spam", "closes it as spam; nothing more is answered", "spam", after=True),
    Command("help", "/help", "this table comes back; nothing goes to the customer", takes="nothing"),
)
BY_NAME = {command.name: command for command in COMMANDS}
# clients put other dashes and wide slashes where a person types the plain ones
_LINE = re.compile(r"[\s\u200b\ufeff]*[/／]\s?([^\W\d_][\w‐‑–-]*)(?=\s|[:：.,;]|$)[:：.,;]?\s*(.*)")
# another sign in place of the slash; or the signs of bold words or of quotation before it
_AROUND = r"*_~`\"'“”„‘’«»"
_SLIP = re.compile(
    rf"[\s\u200b\ufeff]*(?:[\\＼!#|]\s?|[{_AROUND}]{{1,3}}[/／])([^\W\d_][\w‐‑–-]*?)(?=[\s:：.,;{_AROUND}]|$)"
)
_WITHIN = re.compile(r"(?<=\s)[/／]([^\W\d_][\w‐‑–-]*)(?=[\s.,;:!?)]|$)")
_DASHES = str.maketrans("‐‑–_", "----")
_BECAUSE = re.compile(r"\s*[:,;–-]?\s*(?:because\b)?\s*[:,]?\s*", re.IGNORECASE)
_NUMBERS = re.compile(r"(?:#?[0-9]{1,18}(?:\s*,\s*|\s+|$))+")
NEAR = 0.55


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is a command, or means to be one: `command` is None for a name that nobody knows, `near` the names

    that may have been meant. `value` and `because` are what followed.
    """

    written: str
    command: Command | None
    value: str = ""
    because: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instructions:
    """The first lines of a mail as commands, and the text below. `stray` are commands that stand further down.

    `as_words` are those within the sentences of the text, such as "please /close this": words, and no commands.
    """

    lines: tuple[Line, ...]
    text: str
    stray: tuple[str, ...] = ()
    as_words: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[Line, ...]:
        """The lines whose command nobody knows."""
        return tuple(line for line in self.lines if line.command is None)

    def has(self, name: str) -> bool:
        """Whether a command is among the lines."""
        return any(line.command is not None and line.command.name == name for line in self.lines)


def instructions(text: str) -> Instructions:
    """The commands in the first lines of a mail's own words, and what follows them.

    They end at the first line with text that is no command. A path such as `/etc/hosts` is none. A mail that says
    nothing but "I have it" is that command.
    """
    if says_have_it(text):
        return Instructions((Line(text.strip(), BY_NAME["have-it"]),), "")
    lines = text.splitlines()
    found: list[Line] = []
    place = 0
    while place < len(lines):
        if lines[place].strip():
            line = _read(lines[place])
            if line is None:
                break
            found.append(line)
        place += 1
    rest = lines[place:]
    stray = tuple(line.strip() for line in rest if (read := _read(line)) is not None and read.command is not None)
    own = (_WITHIN.finditer(line) for line in rest if not line.lstrip().startswith(">"))
    named = dict.fromkeys(f"/{name}" for line in own for each in line if (name := _name(each[1])) in BY_NAME)
    return Instructions(tuple(found), "\n".join(rest).strip(), stray, tuple(named))


def _read(written: str) -> Line | None:
    shown = written.strip()[:200]
    slip = _SLIP.match(written)
    if slip is not None and (name := _name(slip[1])) in BY_NAME:
        return Line(shown, None, near=(name,))
    match = _LINE.match(written)
    if match is None:
        return None
    command = BY_NAME.get(_name(match[1]))
    if command is None:
        near = get_close_matches(_name(match[1]), BY_NAME, n=3, cutoff=NEAR)
        return Line(shown, None, near=tuple(near))
    value, because = _argument(command, match[2].strip())
    return Line(shown, command, value, because)


def _name(written: str) -> str:
    return written.casefold().translate(_DASHES)


def _argument(command: Command, rest: str) -> tuple[str, str]:
    """What the act takes as its value, and the reason."""
    if command.takes in ("text", "people"):
        return rest, ""
    if command.takes == "words":
        value, _, reason = rest.partition(" because ")
        return value.strip("<>,;: "), reason.strip()
    if command.takes == "numbers":
        numbers = _NUMBERS.match(rest)
        return (numbers[0] if numbers else ""), _BECAUSE.sub("", rest[numbers.end() if numbers else 0 :], count=1)
    if command.takes in ("value", "person"):
        value, _, reason = rest.partition(" ")
        return value.strip("<>,;:"), _BECAUSE.sub("", reason, count=1)
    return command.value, _BECAUSE.sub("", rest, count=1)
