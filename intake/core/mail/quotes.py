"""Tells what the writer added from what was quoted.

Own code, as the library at hand folds all that follows the first attribution, answers below a quote included.
"""

import re
from collections.abc import Mapping
from itertools import pairwise

from intake.core.mail.attributions import Start, is_quoted, quote_starts
from intake.core.mail.banners import banner_end
from intake.core.mail.quote_marks import with_plain_marks
from intake.core.mail.signatures import card_start, is_mobile_line, notice_start, signature

_PASSES = 20
_MOST_LINES = 100_000
# lines looked at in all passes together: a text of many is folded in few
_MOST_WORK = 150_000
_TOP = 40
_NEAR = 3
_RULE = re.compile(r"\s*[-_=*~–—][-_=*~–—\s]{2,}")
# Such a rule right above a quote is what a webmailer put there.
_LONG_RULE = re.compile(r"[-_]{10,}")
# Somebody who forwards a mail with so few words lets it speak.
_FEW_WORDS = 20
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{1,2}|[^\W_]+")
_FORWARDS = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)*(?:fwd?|wg|tr|rv|i|enc|pd|vb|vl|doorst|přep|转发|轉寄|転送)\s?[:：]", re.IGNORECASE
)
# What people write above a quote of Outlook's kind, into which they put their answers.
_INLINE = re.compile(
    r"\b(?:my|our) (?:answers?|repl(?:y|ies)|comments?|responses?|remarks?)\b[^.\n]{0,30}"
    r"\b(?:in-?line|below|in (?:red|blue|green|bold|caps|the text))"
    r"|\b(?:answers|replies|comments|responses) (?:are )?(?:in-?line|below|in (?:red|blue|green|the text))"
    r"|\b(?:antwort|kommentar|anmerkung)\w*[^.\n]{0,40}\b(?:inline|unten|im text|in (?:rot|blau|grün)|dazwischen)"
    r"|\b(?:réponses?|commentaires?)[^.\n]{0,40}(?:ci-dessous|dans le (?:texte|corps|message)|en (?:rouge|bleu|vert))"
    r"|\b(?:respuestas?|comentarios?)[^.\n]{0,40}(?:abajo|en el texto|en (?:rojo|azul|verde)|entre líneas)"
    r"|\b(?:rispost[ae]|comment[io])[^.\n]{0,40}(?:sotto|nel testo|in (?:rosso|blu|verde))"
    r"|\b(?:antwoord|opmerking)\w*[^.\n]{0,40}(?:hieronder|in de tekst|in het (?:rood|blauw|groen)|inline)"
    r"|\b(?:respostas?|comentários?)[^.\n]{0,40}(?:abaixo|no texto|em (?:vermelho|azul|verde))"
    r"|\b(?:odpowied\w+|komentarz\w*)[^.\n]{0,40}(?:poniżej|w tekście|na (?:czerwono|niebiesko|zielono))"
    r"|\bsvar\w*[^.\n]{0,40}(?:nedan|i texten|i (?:rött|blått|grönt))"
    r"|(?:回答|返信|コメント)[^。\n]{0,20}(?:以下|下記|インライン|赤字|青字)|(?:以下|下記|インライン)[^。\n]{0,10}(?:回答|返信|コメント)",
    re.IGNORECASE,
)


def new_text(text: str, subject: str = "") -> str:
    """What the writer of `text` added: quotes and signature folded away.

    Only whole lines are left out. Answers between quoted lines are kept with those lines, and so is a quote of
    Outlook's kind where the writer says that answers stand in it. A forwarded mail is no quote but the matter itself,
    unless the writer tells it in more than a few words; `subject` helps to know one. Where nothing would be left (a
    bare quote), all of it is returned. The signature is what follows the line "-- " (RFC 3676, 4.3), a card below a
    closing formula, and the lines that phones and legal departments add. More than 100,000 lines are returned as they
    are.
    """
    if text.count("\n") > _MOST_LINES:
        return text
    forwards = bool(_FORWARDS.match(subject))
    text = with_plain_marks(text)
    for _ in range(_passes(text)):
        folded = _fold(text, forwards=forwards)
        if folded == text:
            break
        text = folded
    return text


def _passes(text: str) -> int:
    return min(_PASSES, 1 + _MOST_WORK // (1 + text.count("\n")))


def own_words(text: str) -> str:
    """What the writer of `text` wrote besides quotes and signature; empty where there is nothing else.

    Unlike `new_text` it never gives a quote back for want of other words. More than 100,000 lines give nothing.
    """
    if text.count("\n") > _MOST_LINES:
        return ""
    text = with_plain_marks(text)
    for _ in range(_passes(text)):
        lines = text.splitlines()
        quoted = _quoted(lines, quote_starts(lines))
        if not any(line.strip() and not quoted[number] for number, line in enumerate(lines)):
            return ""
        chosen = _without_banner(lines, _choose(lines, quoted))
        kept = _without_endings(lines, _without_signature(lines, chosen, quoted), quoted)
        folded = _joined(lines, _trimmed(kept, lines))
        if folded == text:
            break
        text = folded
    return text


def is_forward(text: str, subject: str) -> bool:
    """Whether a mail passes somebody else's mail on, by its subject or by what stands above that mail."""
    starts = quote_starts(text.splitlines()[:_MOST_LINES])
    return bool(_FORWARDS.match(subject)) or any(start.forward for start in starts.values())


def _fold(text: str, *, forwards: bool) -> str:
    lines = text.splitlines()
    starts = quote_starts(lines)
    quoted = _quoted(lines, starts)
    kept = _without_banner(lines, _choose(lines, quoted))
    words = _without_endings(lines, _without_signature(lines, kept, quoted), quoted)
    if _is_the_matter(lines, quoted, words, starts, forwards=forwards):
        words = list(range(len(lines)))
    return _joined(lines, _trimmed(words, lines)) or text


def _quoted(lines: list[str], starts: Mapping[int, Start]) -> list[bool]:
    """Which lines belong to somebody else's mail, its introduction included."""
    quoted = [">" in line and is_quoted(line) for line in lines]
    if any(quoted):
        for first in [n for n, (above, sign) in enumerate(pairwise(quoted), 1) if sign and not above]:
            quoted[first - 1] = _LONG_RULE.fullmatch(lines[first - 1].strip()) is not None
    for first, start in starts.items():
        if start.pointed:
            quoted[first] = False
        following = start.after
        while following < len(lines) and not lines[following].strip():
            following += 1
        if following < len(lines) and quoted[following] and not quoted[first]:
            quoted[first : start.after] = [True] * (start.after - first)
        elif not quoted[first]:
            begin = _rule_above(lines, first)
            quoted[begin:] = [True] * (len(lines) - begin)
            break
    return quoted


def _rule_above(lines: list[str], first: int) -> int:
    """The line of a rule right above another mail, else that mail's first line."""
    above = first - 1
    while above > 0 and not lines[above].strip() and first - above < _NEAR:
        above -= 1
    return above if above >= 0 and _RULE.fullmatch(lines[above]) else first


def _is_the_matter(
    lines: list[str], quoted: list[bool], words: list[int], starts: Mapping[int, Start], *, forwards: bool
) -> bool:
    """Whether what looks like a quote is forwarded with few words, or has the writer's answers in it."""
    first = next(iter(starts), None)
    if first is None:
        return False
    written = "\n".join(lines[number] for number in words if not quoted[number])
    if (starts[first].forward or forwards) and len(_WORD.findall(written)) <= _FEW_WORDS:
        return True
    unmarked = not any(is_quoted(line) for line in lines)
    return unmarked and bool(_INLINE.search(written))


def _choose(lines: list[str], quoted: list[bool]) -> list[int]:
    """The writer's lines, or those and the quoted lines that they answer."""
    if not any(quoted):
        return list(range(len(lines)))
    written = [number for number, line in enumerate(lines) if line.strip() and not quoted[number]]
    if not written:
        return list(range(len(lines)))
    answered = _answered_runs(lines, quoted, written[-1])
    if answered:
        return [n for n in range(written[-1] + 1) if not quoted[n] or is_quoted(lines[n])]
    return [number for number in range(len(lines)) if not quoted[number]]


def _answered_runs(lines: list[str], quoted: list[bool], last: int) -> bool:
    """Whether text follows quotes in more than one place, or a quote without introduction stands in the text."""
    runs = 0
    inside = False
    text_before = False
    introduced = False
    for number in range(last + 1):
        if not lines[number].strip():
            continue
        if quoted[number]:
            introduced = introduced or not is_quoted(lines[number])
        elif inside:
            runs += 1
        text_before = text_before or (not quoted[number] and not inside and runs == 0)
        inside = quoted[number]
    return runs > 1 or (runs == 1 and text_before and not introduced)


def _without_signature(lines: list[str], kept: list[int], quoted: list[bool]) -> list[int]:
    """`kept` without what follows the signature's delimiter, up to the next quote."""
    found = signature(lines, kept, quoted)
    return kept if found is None else kept[: found[0]] + kept[found[1] :]


def _without_banner(lines: list[str], kept: list[int]) -> list[int]:
    """`kept` without the warning that a gateway put above a mail, where something is left."""
    end = banner_end(lines[:_TOP]) if kept and kept[0] == 0 else 0
    if not end:
        return kept
    left = [number for number in kept if number >= end]
    return left if any(lines[number].strip() for number in left) else kept


def _without_endings(lines: list[str], kept: list[int], quoted: list[bool]) -> list[int]:
    """`kept` without the line of a phone, legal notices or a card at its end."""
    kept = _trimmed(kept, lines)
    if kept and is_mobile_line(lines[kept[-1]]):
        return kept[:-1]
    first = len(kept)
    while first > 0 and not quoted[kept[first - 1]]:
        first -= 1
    own = [lines[number] for number in kept[first:]]
    for start in (notice_start(own), card_start(own)):
        if start is not None:
            return kept[: first + start]
    return kept


def _trimmed(kept: list[int], lines: list[str]) -> list[int]:
    start, end = 0, len(kept)
    while start < end and not lines[kept[start]].strip():
        start += 1
    while end > start and not lines[kept[end - 1]].strip():
        end -= 1
    return kept[start:end]


def _joined(lines: list[str], kept: list[int]) -> str:
    """The lines that are kept; where others were left out between blank ones, one blank line is enough."""
    if kept and len(kept) == kept[-1] - kept[0] + 1:
        return "\n".join(lines[kept[0] : kept[-1] + 1])
    out: list[str] = []
    before = -1
    for number in kept:
        line = lines[number]
        if number != before + 1 and out and not out[-1].strip() and not line.strip():
            before = number
            continue
        out.append(line)
        before = number
    return "\n".join(out)
