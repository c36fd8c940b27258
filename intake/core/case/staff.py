"""Who of the desk wrote a mail, and how far that is believed."""

from collections.abc import Callable
from dataclasses import dataclass

from intake.core.mail.message import Message
from intake.core.sentences import NOTHING, Sentence, sentence


@dataclass(frozen=True, slots=True)
class Clue:
    """What a mail shows of its writer: whether From is one of the desk's people, and for whom its token was signed.

    `name` is the person's. `holder` is None without a token of ours; `shared`: the holder is a role's own mailbox,
    which several people read. `old`: it is no mail of today, such as a mailbox's backlog.
    """

    message: Message
    member: bool
    name: str = ""
    holder: str | None = None
    shared: bool = False
    old: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the desk, as whom a mail came. `doubt` is why the mail is not obeyed, empty where it is.

    `authenticated`: From is theirs, and proven; the token may still be missing. `old`: nobody needs to be told.
    `gone`: the token is theirs, and they are none of the desk's people any more.
    """

    address: str
    name: str
    doubt: Sentence
    authenticated: bool
    old: bool = False
    gone: bool = False

    @property
    def believed(self) -> bool:
        """Whether both the token and the sender hold."""
        return not self.doubt


def _sender(clue: Clue) -> str:
    return clue.message.from_.address.lower() if clue.message.from_ else ""


def _named(clue: Clue) -> str:
    return _sender(clue) or sentence("nobody")


def _why(clue: Clue) -> str:
    return clue.message.authentication_because or sentence("no host or signature was there to say so")


def _unproven(clue: Clue) -> bool:
    return clue.message.ambiguous_sender or clue.message.authentication != "pass"


# first match is the reason that is told
DOUBTS: tuple[tuple[Callable[[Clue], bool], Callable[[Clue], Sentence]], ...] = (
    (lambda clue: clue.old, lambda _: sentence("it is old mail")),
    (
        lambda clue: not clue.member,
        lambda clue: sentence("it came from {sender}, who is none of the desk's people", sender=_named(clue)),
    ),
    (lambda clue: clue.message.ambiguous_sender, lambda _: sentence("its From can be read in more than one way")),
    (
        _unproven,
        lambda clue: sentence("nothing proves that {sender} sent it ({why})", sender=_named(clue), why=_why(clue)),
    ),
    (lambda clue: clue.holder is None, lambda _: sentence("it carries no token: answer a notice by replying to it")),
    (
        lambda clue: clue.holder != _sender(clue) and not clue.shared,
        lambda clue: sentence(
            "it came from {sender} with the token of {holder}", sender=_named(clue), holder=clue.holder
        ),
    ),
)


def staff(clue: Clue) -> Staff | None:
    """The person of the desk as whom the mail came: by From, else by its token; None for anybody else's mail."""
    sender = _sender(clue)
    if not clue.member and clue.holder is None:
        return None
    doubt = next((said(clue) for applies, said in DOUBTS if applies(clue)), NOTHING)
    address = sender if clue.member else str(clue.holder)
    proven = clue.member and not clue.old and not _unproven(clue)
    gone = not clue.member and address == sender
    return Staff(address, clue.name or address, doubt, authenticated=proven, old=clue.old, gone=gone)
