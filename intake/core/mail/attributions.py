"""Where somebody else's mail begins in a plain text: what mail programs write above a quote or a forward."""

import re
from collections.abc import Sequence

# Words between dashes above a whole mail, and lines of their own, as Outlook, Gmail, Apple Mail, Thunderbird,
# Lotus Notes and the phone clients write them.
_DIVIDER_WORDS = (
    "original message", "forwarded message", "forwarded by", "forwarded mail", "reply message",
    "ursprüngliche nachricht", "originalnachricht", "original-nachricht", "weitergeleitete nachricht",
    "weitergeleitet von", "message d'origine", "message original", "message d’origine", "courriel original",
    "message transféré", "mensaje original", "mensaje reenviado", "messaggio originale", "messaggio inoltrato",
    "messaggio originario", "oorspronkelijk bericht", "origineel bericht", "doorgestuurd bericht",
    "mensagem original", "mensagem encaminhada", "mensagem reencaminhada", "wiadomość oryginalna",
    "oryginalna wiadomość", "wiadomość przekazana", "przekazana wiadomość", "treść przekazanej wiadomości",
    "ursprungligt meddelande", "originalmeddelande", "vidarebefordrat meddelande", "vidarebefordrat brev",
    "oprindelig meddelelse", "videresendt meddelelse", "opprinnelig melding", "videresendt melding",
    "alkuperäinen viesti", "původní zpráva", "přeposlaná zpráva", "исходное сообщение", "пересылаемое сообщение",
    "пересланное сообщение", "元のメッセージ", "元のメール", "転送メッセージ", "forwarded message",
    "原始邮件", "转发的邮件", "原始郵件", "轉寄郵件", "邮件原件", "转发邮件信息",
)  # fmt: skip
_ALONE_WORDS = (
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "début du message réexpédié", "début du message transféré", "inicio del mensaje reenviado",
    "inizio messaggio inoltrato",
    "begin doorgestuurd bericht", "início da mensagem encaminhada", "início da mensagem reencaminhada",
    "początek przekazywanej wiadomości", "vidarebefordrat brev", "start på videresendt besked", "転送されたメッセージ",
    "以下是转发的邮件",
)  # fmt: skip
_HEADER_ROLES = {
    word: role
    for role, words in {
        "from": "from von de da van od från fra lähettäjä от 差出人 发件人 寄件者 送信元 expéditeur mittente remetente",
        "date": "sent date gesendet datum envoyé enviado inviato data verzonden wysłano wysłane skickat sendt fecha "
        "lähetetty отправлено дата 送信日時 日付 发送时间 日期 寄件日期 enviada",
        "to": "to an à para a aan do till til vastaanottaja кому 宛先 收件人",
        "cc": "cc kopie copie kopia kopi dw bcc копия 抄送 副本",
        "subject": "subject betreff objet sujet asunto oggetto onderwerp assunto temat ämne emne aihe тема 件名 "
        "主题 主旨",
    }.items()
    for word in words.split()
} | {"enviado el": "date", "enviada em": "date", "enviado em": "date", "от кого": "from", "data wysłania": "date"}
# A look at a line's first character spares most lines the dearer looks.
_FROM_INITIALS = frozenset(word[0] for word, role in _HEADER_ROLES.items() if role == "from") | {"*", "_"}
_ALONE_INITIALS = frozenset(words[0] for words in _ALONE_WORDS) | {">"}
_VERBS = re.compile(
    r"\b(?:wrote|writes|said|schrieb|schrieben|a écrit|escribió|ha scritto|scrisse|schreef|geschreven|escreveu"
    r"|napisał(?:a|\(a\))?|pisze|skrev|skriver|kirjoitti|napsal(?:a|\(a\))?|написала?|пишет|писал|yazdı|írta"
    r"|a scris)(?:\b|(?=\W))|написал\(а\)|写道|寫道|のメール|書きました",
    re.I,
)
_OPENING = re.compile(
    r"(?:on|am|le|el|il|op|em|a|no dia|w dniu|dnia|den|på|kl|dne|vào|în|at|в|在|于|於|\d|[^\W\d]{2,3}[.,] ?\d"
    r"|[^\W\d_]{2,10}[.,] )",
    re.I,
)
_DASHES = "-_=*~"
_RULE = re.compile(r"\s*(?:_{10,}|-{10,})\s*$")
_HEADER = re.compile(r"\s{0,8}[*_]{0,2}([^\W\d_][^:：*]{0,18}?)\s?[*_]{0,2}\s?[:：][*_]{0,2}\s*(.*)")
_CLOCK = re.compile(r"\d{1,2}[:.hH時点时]\d\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./]\d{1,2}[./]\d\d(?!\d)")
_ADDRESS_END = re.compile(r"[<(\[]?\S{1,100}@\S{1,100}[>)\]]?\s?[:：]$")
_WRAPPED = 4
_LONGEST = 400
_LOOKS = 3_000


def quote_depth(line: str) -> tuple[int, str]:
    """How deep a line is quoted by `>` signs, and the line without them."""
    depth = place = 0
    while True:
        start = place
        while start < len(line) and line[start] in " \t" and start - place < 3:
            start += 1
        if line[start : start + 1] != ">":
            break
        depth += 1
        place = start + 1
    return (depth, line[place + 1 :] if line[place : place + 1] == " " else line[place:]) if depth else (0, line)


def is_quoted(line: str) -> bool:
    """Whether a line carries the quote sign, and is not the tail of an attribution that wrapped before its bracket."""
    start = line[:4]
    return ">" in start and start.lstrip(" \t")[:1] == ">" and line.strip() != ">:"


def quote_starts(lines: Sequence[str]) -> dict[int, int]:
    """The lines at which another mail begins, each with the line after its introduction.

    A start is a divider ("-----Original Message-----"), a block of headers in Outlook's order, or an attribution
    ("On … wrote:", also wrapped over some lines) that a quote follows, or that names an address besides its date.
    """
    starts: dict[int, int] = {}
    looks = 0
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped or len(stripped) > _LONGEST:
            continue
        if _is_divider(stripped):
            starts[number] = number + 1
            continue
        ruled = stripped[0] in "_-" and bool(_RULE.match(stripped))
        headed = stripped[0].casefold() in _FROM_INITIALS and _role(stripped) == "from"
        if not (ruled or headed or stripped[-1] in ":："):
            continue
        looks += 1
        if looks > _LOOKS:
            break
        first = _start_at(lines, number, ruled)
        if first is not None:
            starts[first] = number + 1
    return starts


def _start_at(lines: Sequence[str], number: int, ruled: bool) -> int | None:
    """The first line of an introduction that ends at line `number`, or of headers that begin there."""
    if ruled:
        return number if _headers(lines, _next_text(lines, number + 1), 2) else None
    if _in_outlooks_order(_headers(lines, number, 3)):
        return number
    return _attribution(lines, number) if lines[number].rstrip()[-1] in ":：" else None


def _is_divider(line: str) -> bool:
    if line[0] in _DASHES and line[1:2] in _DASHES and line[-1] in _DASHES:
        return line.casefold().strip(" :" + _DASHES).startswith(_DIVIDER_WORDS)
    initial = line[0].casefold() in _ALONE_INITIALS
    return initial and len(line) < 60 and line.casefold().rstrip(" :：").lstrip("> ") in _ALONE_WORDS


def _next_text(lines: Sequence[str], number: int) -> int:
    """The first line with text among the next few, else the last one looked at."""
    for following in range(number, min(number + 3, len(lines))):
        if lines[following].strip():
            return following
    return min(number + 3, len(lines))


def _role(line: str) -> str | None:
    header = _HEADER.match(line)
    return _HEADER_ROLES.get(header[1].casefold().strip()) if header else None


def _headers(lines: Sequence[str], number: int, least: int) -> list[str]:
    """The roles of the header lines from `number` on, in order; none where there are fewer than `least`.

    A header may wrap (a long list of recipients); blank lines between headers come from HTML.
    """
    roles: list[str] = []
    for line in lines[number : number + 14]:
        if not line.strip():
            continue
        role = _role(line)
        if role is None and not (roles and roles[-1] in ("to", "cc")):
            break
        if role and role not in roles:
            roles.append(role)
    return roles if len(roles) >= least and roles[0] == "from" else []


def _in_outlooks_order(roles: list[str]) -> bool:
    """Outlook puts From, Sent, To, Subject; headers that somebody pasted come in other orders."""
    return [role for role in roles if role != "cc"] in (["from", "date", "to", "subject"], ["from", "date", "subject"])


def _attribution(lines: Sequence[str], last: int) -> int | None:
    """The first line of an attribution that ends at `last`."""
    window = " ".join(lines[max(0, last - _WRAPPED + 1) : last + 1])
    if len(window) > _WRAPPED * _LONGEST or not (_VERBS.search(window) or "@" in window):
        return None
    quoted = _is_quote_next(lines, last + 1)
    joined = ""
    alone: int | None = None
    for first in range(last, max(-1, last - _WRAPPED), -1):
        line = lines[first].strip()
        if not line or len(line) + len(joined) > _LONGEST or is_quoted(line) != is_quoted(lines[last]):
            break
        joined = f"{line} {joined}".strip()
        if _introduces(joined.lstrip("> "), quoted):
            return first
        if quoted and first == last and len(joined) < 120 and _VERBS.search(joined):
            alone = first
    return alone


def _introduces(joined: str, quoted: bool) -> bool:
    """Whether words name a date, and a writer or an act of writing; without a quote below, an address too."""
    verb = bool(_VERBS.search(joined))
    opening = bool(_OPENING.match(joined))
    dated = bool(_YEAR.search(joined) or _CLOCK.search(joined))
    if not quoted:
        return dated and "@" in joined and (verb or opening) and bool(verb or _ADDRESS_END.search(joined))
    return (opening and verb and any(letter.isdigit() for letter in joined)) or (
        dated and "@" in joined and joined[:1] not in "<(["
    )


def _is_quote_next(lines: Sequence[str], number: int) -> bool:
    following = _next_text(lines, number)
    return following < len(lines) and is_quoted(lines[following])
