"""Automatic answers that carry no header saying so: signs are weighed, as a careful person would.

A mail taken for automatic loses a customer's request, one taken for a person's costs a case too many: so one sign is
never enough, and what only people write counts against it.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

from intake.core.mail.automatic import asks_for_silence, takes_no_answers
from intake.core.mail.clues import Clues, token
from intake.core.mail.phrases import (
    ACK_SUBJECT,
    ACK_TEXT,
    AUTOMATIC_TEXT,
    AWAY_SUBJECT,
    AWAY_TEXT,
    AWAY_WORDS,
    FAULT,
    GONE,
    HELPED,
    MEANWHILE,
    REQUEST,
    SUPPOSING,
    THANKS_FOR_MAIL,
    UNREAD,
)
from intake.core.mail.signatures import is_card_line


class Sign(NamedTuple):
    """What speaks for a machine, or by a negative weight against one. `in_text`: looking for it takes long."""

    weight: int
    name: str
    holds: Callable[[Clues], bool]
    in_text: bool = False


_ENOUGH = 4
_LOOKS_AT = 2_000
_LONG = 1_500
_CASE = re.compile(r"\b[A-Z][A-Z0-9]{0,7}-[0-9]{1,12}\b|#\s?[0-9]{3,}")
_TELLS_WHEN = re.compile(
    r"(?:[-–—|(\d]|(?:until|till|from|of|bis|ab|vom|von|jusqu|du|hasta|del|dal|fino|tot|van|até|do|od|till|från)\b)",
    re.IGNORECASE,
)
# (behind a number a full stop may belong to a day: "bis 30.11. nicht im Büro")
_CLAUSE = re.compile(r"(?:\.(?!(?<=\d\.)\s[a-zà-ÿ])|[!?:;])(?:\s|$)|[,，、。！？\n]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FEWEST_WORDS, _FEWEST_WIDE = 4, 12
_ABSENT = (AWAY_TEXT, GONE, THANKS_FOR_MAIL, AUTOMATIC_TEXT, MEANWHILE, UNREAD)
_CITED = re.compile(r"[\"“„«»「][^\"”“»«」\n]{1,200}[\"”“»«」]")
_LABELLED = re.compile(r"[^\W\d_][^:：\n]{0,30}[:：][ \t]*\S")
_ANSWER = re.compile(r"(?:re|aw|sv|vs|rif|odp|antw|ynt|回复|答复)\s?[:：]", re.IGNORECASE)
_TICKET_SYSTEMS = (
    "rt-ticket", "x-rt-loop-prevention", "x-otrs-ticketid", "x-powered-by-otrs", "x-servicenow-generated",
    "x-servicenow-source", "x-jira-fingerprint", "x-freshdesk-ticket-id", "x-zendesk-from-account-id", "x-kayako",
    "x-helpscout-mailid", "x-redmine-host", "x-znuny-ticketid",
)  # fmt: skip


def _text(clues: Clues) -> str:
    """The first of what the writer says, without what stands in quotation marks: that is somebody else's."""
    return _CITED.sub("", clues.new_text[:_LOOKS_AT])


def _is_away(clues: Clues) -> bool:
    """Whether the writer says to be away: "if I am away" says no such thing."""
    said = SUPPOSING.sub("", _text(clues))
    return bool(AWAY_TEXT.search(said) or GONE.search(said))


def _thanks_first(clues: Clues) -> bool:
    """Whether the text begins with thanks for a mail, below a salutation at most."""
    lines = (stripped for line in clues.new_text[:_LOOKS_AT].splitlines() if (stripped := line.strip()))
    return any(THANKS_FOR_MAIL.match(line) for line in islice(lines, 2))


def _gone_for_good(clues: Clues) -> bool:
    return bool(GONE.search(_text(clues)))


def _tells_of_a_fault(clues: Clues) -> bool:
    return bool(FAULT.search(_text(clues)))


def _after(clues: Clues) -> str | None:
    """What follows in the subject behind all that machines put before one; None where they put nothing."""
    rest, begin = clues.subject, AWAY_SUBJECT.match(clues.subject)
    if begin is None:
        return None
    while begin is not None and begin.end():
        rest = rest[begin.end() :].strip()
        begin = AWAY_SUBJECT.match(rest)
    return rest


def _stands_alone(clues: Clues) -> bool:
    """Whether nothing, a colon, or an answer's subject follows: in a sentence it goes on otherwise, and a few words
    people write alone."""
    rest = _after(clues)
    return (
        rest is not None
        and not AWAY_WORDS.fullmatch(clues.subject)
        and (rest[:1] in ("", ":", "：", "(", "[") or bool(_ANSWER.match(rest)))
    )


def _begins(clues: Clues) -> bool:
    """Whether the subject begins as answers of machines do, and does not go on as a sentence."""
    rest = _after(clues)
    return rest is not None and (rest == "" or _stands_alone(clues) or bool(_TELLS_WHEN.match(rest)))


def _says_more(clues: Clues) -> bool:
    """Whether the text has a clause that absence notes do not have, under a subject that no machine has for sure."""
    if _stands_alone(clues) and _after(clues):
        return False
    clauses = _CLAUSE.split(_text(clues))
    return any(_is_clause(each) and not any(known.search(each) for known in _ABSENT) for each in clauses)


def _is_clause(text: str) -> bool:
    return len(text.split()) >= _FEWEST_WORDS or (not text.isascii() and len(_WIDE.findall(text)) >= _FEWEST_WIDE)


def _answers(clues: Clues) -> bool:
    return clues.headers.get("in-reply-to") is not None or clues.headers.get("references") is not None


def _bulk(clues: Clues) -> bool:
    return token(clues.headers.get("precedence")) in {"bulk", "junk"}


def _by_a_rule(clues: Clues) -> bool:
    source = (clues.headers.get("x-ms-exchange-generated-message-source") or "").lower()
    return "rules agent" in source or (clues.headers.get("x-mailer") or "").lower().startswith("vacation")


def _no_answers(clues: Clues) -> bool:
    return clues.from_ is not None and takes_no_answers(clues.from_.address)


def _form(clues: Clues) -> bool:
    """Whether the text has labelled values that no signature has: two of a form's fields, say."""
    lines = [line.strip() for line in _text(clues).splitlines()]
    return sum(1 for line in lines if _LABELLED.match(line) and not is_card_line(line)) > 1


def _attached(clues: Clues) -> bool:
    return any(part.disposition == "attachment" for part in clues.root.walk())


_AGAINST: tuple[Sign, ...] = (
    Sign(-1, "it asks something", lambda c: "?" in _text(c) or "？" in _text(c)),
    Sign(-1, "it asks for something", lambda c: bool(REQUEST.search(_text(c)))),
    Sign(-2, "it gives labelled values", _form),
    Sign(-2, "it tells of a fault", _tells_of_a_fault),
    Sign(-1, "it has an attachment", _attached),
    Sign(-1, "it is long", lambda c: len(c.new_text) > _LONG),
)
_EITHER: tuple[Sign, ...] = (
    Sign(3, "null return path", lambda c: c.return_path == ""),
    Sign(1, "Precedence", _bulk),
    Sign(1, "it answers a mail", _answers),
    Sign(1, "X-Auto-Response-Suppress", lambda c: asks_for_silence(c.headers)),
)
AWAY: tuple[Sign, ...] = (
    Sign(1, "the subject begins as answers of machines do", _begins),
    Sign(1, "set off from what follows", _stands_alone),
    Sign(1, "which names a case", lambda c: _stands_alone(c) and bool(_CASE.search(c.subject))),
    Sign(2, "the text says that somebody is away", _is_away, in_text=True),
    Sign(1, "it begins with thanks for a mail", _thanks_first),
    Sign(1, "the text says that a machine wrote it", lambda c: bool(AUTOMATIC_TEXT.search(_text(c))), in_text=True),
    Sign(1, "and for good", _gone_for_good, in_text=True),
    Sign(1, "and what becomes of the mail", lambda c: bool(UNREAD.search(_text(c))), in_text=True),
    Sign(2, "a mailbox's rule made it", _by_a_rule),
    Sign(-1, "an answer has a new subject", lambda c: _answers(c) and bool(AWAY_WORDS.fullmatch(c.subject))),
    Sign(-1, "it says what came of an answer", lambda c: bool(HELPED.search(_text(c)))),
    Sign(-1, "it says more than that", lambda c: not _gone_for_good(c) and _says_more(c)),
    *_EITHER,
    *_AGAINST,
)
ACKNOWLEDGMENT: tuple[Sign, ...] = (
    Sign(1, "the subject confirms receipt", lambda c: bool(ACK_SUBJECT.search(c.subject))),
    Sign(2, "the text confirms receipt", lambda c: bool(ACK_TEXT.search(_text(c))), in_text=True),
    Sign(1, "the text says that a machine wrote it", lambda c: bool(AUTOMATIC_TEXT.search(_text(c))), in_text=True),
    Sign(1, "a ticket system's header", lambda c: any(c.headers.get(name) is not None for name in _TICKET_SYSTEMS)),
    Sign(2, "X-OTRS-Loop", lambda c: c.headers.get("x-otrs-loop") is not None),
    Sign(1, "the sender takes no answers", _no_answers),
    *_EITHER,
    *_AGAINST,
)


def away(clues: Clues) -> str | None:
    """Why a mail is an out-of-office note, None where it is not or may be a person's."""
    because = _weighed(clues, AWAY)
    return because if because and (AWAY_SUBJECT.match(clues.subject) or _is_away(clues)) else None


def acknowledgment(clues: Clues) -> str | None:
    """Why a mail is a machine's confirmation that something was received, None where it is not or may be a person's."""
    because = _weighed(clues, ACKNOWLEDGMENT)
    return because if because and ACK_TEXT.search(_text(clues)) else None


def _weighed(clues: Clues, signs: tuple[Sign, ...]) -> str | None:
    """The signs that hold, where they weigh enough. Most mails show by their headers that no words could do."""
    likely = [sign for sign in signs if sign.weight > 0 and (sign.in_text or sign.holds(clues))]
    if all(sign.in_text for sign in likely) or sum(sign.weight for sign in likely) < _ENOUGH:
        return None
    found = [sign for sign in signs if sign.holds(clues)]
    enough = sum(sign.weight for sign in found) >= _ENOUGH
    return "; ".join(sign.name for sign in found if sign.weight > 0) if enough else None
