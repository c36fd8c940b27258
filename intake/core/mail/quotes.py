"""Tells what the writer added from what was quoted.

Own code, as the library at hand folds all that follows the first attribution, answers below a quote included.
"""

import re

from intake.core.mail.attributions import is_quoted, quote_starts

_DELIMITER = re.compile(r"--\s*$")
_SHORT_SIGNATURE = 15
_PASSES = 20
_MOST_LINES = 100_000
_MOBILE = re.compile(
    r"(?:"
    r"sent (?:from|via|by|using) (?:my |the )?\S.{0,60}"
    r"|get (?:outlook|\w+) for (?:ios|android|mac).{0,40}"
    r"|(?:von|gesendet von|gesendet mit|gesendet über|gesendet aus)\s(?:meine[mr] |der |dem )?\S.{0,60}"
    r"|diese (?:nachricht|e-mail) wurde von (?:meinem|einem) .{1,60}"
    r"|(?:outlook für (?:ios|android)|holen sie sich outlook für).{0,40}"
    r"|envoyé (?:de|depuis|à partir de) (?:mon |ma |l')?\S.{0,60}"
    r"|(?:télécharge[rz]|obtenez) outlook pour .{1,40}"
    r"|enviado (?:desde|do|a partir do|de|via)\s(?:mi |meu |meu )?\S.{0,60}"
    r"|(?:obtener|obter|obtenha o) outlook para .{1,40}"
    r"|inviato (?:da|dal|con|tramite)\s(?:mio |il mio )?\S.{0,60}"
    r"|(?:ottieni|scarica) outlook per .{1,40}"
    r"|(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via) (?:mijn )?\S.{0,60}"
    r"|outlook voor (?:ios|android).{0,40}"
    r"|wysłan[eoya] z(?:e)? (?:mojego )?\S.{0,60}"
    r"|(?:pobierz|uzyskaj) (?:program )?outlook dla .{1,40}"
    r"|skickat från (?:min |mitt )?\S.{0,60}"
    r"|(?:hämta|skaffa) outlook för .{1,40}"
    r"|.{0,20}(?:iphone|ipad|android|スマートフォン)から送信.{0,10}"
    r"|(?:ios|android) ?版?\s?outlook.{0,10}を(?:入手|ダウンロード).{0,10}"
    r"|从?我的 ?(?:iphone|ipad).{0,10}发送|发自我的.{1,30}"
    r")\.?",
    re.I,
)
_DEVICE = re.compile(
    r"iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|blackberry|nokia|mobil|handy|phone|smartphone|tablet"
    r"|outlook|windows|yahoo|gmail|mail|proton|thunderbird|携帯|手机|スマート",
    re.I,
)


def new_text(text: str) -> str:
    """What the writer of `text` added: quotes and signature folded away.

    Only whole lines are left out. Answers between quoted lines are kept with those lines. Where nothing would
    be left (a bare quote, a forward without a word), all of it is returned. The signature is what follows the
    line "-- " (RFC 3676, 4.3), besides the line that a phone adds. More than 100,000 lines are returned as they are.
    """
    if text.count("\n") > _MOST_LINES:
        return text
    for _ in range(_PASSES):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def _fold(text: str) -> str:
    lines = text.splitlines()
    quoted = _quoted(lines)
    kept = _without_signature(lines, _choose(lines, quoted), quoted)
    kept = _trimmed(_without_mobile_line(kept, lines), lines)
    return "\n".join(lines[number] for number in kept) if kept else text


def _quoted(lines: list[str]) -> list[bool]:
    """Which lines belong to somebody else's mail, its introduction included."""
    quoted = [is_quoted(line) for line in lines]
    for first, after in quote_starts(lines).items():
        following = after
        while following < len(lines) and not lines[following].strip():
            following += 1
        if following < len(lines) and quoted[following] and not quoted[first]:
            quoted[first:after] = [True] * (after - first)
        elif not quoted[first]:
            quoted[first:] = [True] * (len(lines) - first)
            break
    return quoted


def _choose(lines: list[str], quoted: list[bool]) -> list[int]:
    """The writer's lines, or those and the quoted lines that they answer."""
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
    for place, number in enumerate(kept):
        if not quoted[number] and _DELIMITER.match(lines[number]):
            after = _signature_end(lines, kept, quoted, place)
            if after is not None:
                return kept[:place] + kept[after:]
    return kept


def _signature_end(lines: list[str], kept: list[int], quoted: list[bool], place: int) -> int | None:
    """The place after the signature that begins at `place`; None where it is too long to be one."""
    length = 0
    for after in range(place + 1, len(kept)):
        if kept[after] != kept[after - 1] + 1 or quoted[kept[after]]:
            return after
        length += bool(lines[kept[after]].strip())
        if length > _SHORT_SIGNATURE and lines[kept[place]] != "-- ":
            return None
    return len(kept)


def _without_mobile_line(kept: list[int], lines: list[str]) -> list[int]:
    kept = _trimmed(kept, lines)
    last = lines[kept[-1]].strip() if kept else ""
    if len(last) < 100 and _MOBILE.fullmatch(last) and _DEVICE.search(last):
        return kept[:-1]
    return kept


def _trimmed(kept: list[int], lines: list[str]) -> list[int]:
    start, end = 0, len(kept)
    while start < end and not lines[kept[start]].strip():
        start += 1
    while end > start and not lines[kept[end - 1]].strip():
        end -= 1
    return kept[start:end]
