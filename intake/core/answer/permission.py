"""Whether an automatic letter may go out, and to whom. The one place that says so (RFC 3834, THREATS last section).

The rules are a table, first match wins: nobody is ever answered who should not be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from intake.core.mail.automatic import takes_no_answers
from intake.core.mail.message import Message
from intake.core.sentences import Sentence, sentence

Verdict = Literal["send", "digest", "withhold", "never"]
ENOUGH = sentence("the address had its letters of the hour")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a judgment is made from: a letter of this kind, to this address.

    `message` is the mail that would be answered, None for a scheduled letter.
    `envelope_from` is "" for `<>`, None where the channel names none.
    `case_kinds` are the kinds of automatic letters that the case had; `sent_last_hour` counts automatic letters to the
    recipient, `digest_last_hour` whether a digest was among them. `unheard`: shadow mode is over, and all that the case
    had to say to the customer while it lasted was held back: what follows that by itself would come as a surprise.
    `by_person`: a person of the desk brought the letter about, by an act: the hour's cap keeps machines from answering
    each other, and is not for that.
    """

    kind: str
    to: str | None
    case_kinds: frozenset[str]
    marks: frozenset[str]
    message: Message | None = None
    envelope_from: str | None = None
    answerable: bool = True
    own_addresses: frozenset[str] = frozenset()
    separator: str = "+"
    undeliverable: bool = False
    known_contact: bool = False
    sent_last_hour: int = 0
    digest_last_hour: bool = False
    cap: int = 3
    shadow: bool = False
    unheard: bool = False
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """A verdict with its reason. `send` and `withhold` make the letter; `digest` makes the digest in its place."""

    verdict: Verdict
    because: str


def recipient(message: Message, *, source: str, envelope_from: str | None) -> str | None:
    """The one address that an answer to the mail goes to; None where there is nobody.

    From where it is authenticated, else the envelope sender, else the topmost Return-Path, and for mail from files a
    single unambiguous From.
    """
    written = message.from_.address if message.from_ and not message.ambiguous_sender else None
    if written and message.authentication == "pass":
        return written
    if envelope_from is not None:
        return envelope_from or None
    if message.return_path is not None:
        return message.return_path or None
    return written if source == "file" else None


def judge(asking: Asking) -> Permission:
    """Whether the letter may go out, by the first rule that applies."""
    for applies, verdict, because in RULES:
        if applies(asking):
            return Permission(verdict, _reason(asking) if because is None else because)
    return Permission("never", ENOUGH)


def _reason(asking: Asking) -> str:
    return (asking.message.automatic_because if asking.message else None) or ""


def _own(asking: Asking) -> bool:
    """Ours, with a token or other tag as well."""
    if asking.to is None:
        return False
    local, _, domain = asking.to.lower().rpartition("@")
    plain = local.split(asking.separator)[0]
    return bool({f"{local}@{domain}", f"{plain}@{domain}"} & asking.own_addresses)


def _has_room(asking: Asking) -> bool:
    return asking.by_person or asking.sent_last_hour < asking.cap


# automatic_because covers: Auto-Submitted, List-*, Precedence, MAILER-DAEMON and its kind, loop marks, other kinds
RULES: tuple[tuple[Callable[[Asking], bool], Verdict, Sentence | None], ...] = (
    (lambda a: "spam" in a.marks, "never", sentence("the case was closed as spam")),
    (lambda a: "backlog" in a.marks, "never", sentence("old mail of a mailbox's first sight is not answered")),
    (lambda a: a.message is not None and bool(a.message.junk_because), "never", sentence("a trusted filter says junk")),
    (lambda a: a.message is not None and bool(a.message.automatic_because), "never", None),
    (lambda a: a.envelope_from == "", "never", sentence("the return path is null")),
    (lambda a: not a.answerable, "never", sentence("the mail is older than a day")),
    (lambda a: not a.to, "never", sentence("there is no address that may be answered")),
    (_own, "never", sentence("the address is one of ours")),
    (lambda a: takes_no_answers(a.to or ""), "never", sentence("the address takes no answers")),
    (lambda a: a.undeliverable, "never", sentence("mail to the address came back")),
    (lambda a: a.kind in a.case_kinds, "never", sentence("the case had this kind of letter already")),
    (lambda a: a.unheard, "never", sentence("the letters before it were held back in shadow mode")),
    (lambda a: _has_room(a) and a.shadow, "withhold", sentence("shadow mode: nothing leaves")),
    (_has_room, "send", sentence("nothing speaks against it")),
    (lambda a: a.known_contact and not a.digest_last_hour, "digest", ENOUGH),
)
