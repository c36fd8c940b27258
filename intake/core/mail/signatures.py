"""Where the writer's words end: a signature, a card, a phone's line, a legal notice. Whole lines, by their numbers."""

import re
from collections.abc import Iterable, Sequence

_DELIMITER = re.compile(r"--\s*$")
# Lines of a signature: below a delimiter as RFC 3676 has it, with text right below; below any other one.
_LONG_SIGNATURE, _SHORT_SIGNATURE = 25, 15
_LONGEST_CARD, _LONGEST_CARD_LINE = 14, 100
_SHORTEST_NOTICE = 40
_MOST_NOTICES, _LONGEST_NOTICE, _LONGEST_NOTICE_TEXT = 8, 60, 4_000

_MOBILE = re.compile(
    r"(?:"
    r"sent (?:from|via|by|using|with) (?:my |the )?\S.{0,60}"
    r"|get (?:outlook|\w+) for (?:ios|android|mac).{0,40}"
    r"|(?:von|gesendet von|gesendet mit|gesendet über|gesendet aus)\s(?:meine[mr] |der |dem )?\S.{0,60}"
    r"|diese (?:nachricht|e-mail) wurde von (?:meinem|einem) .{1,60}"
    r"|(?:outlook für (?:ios|android)|holen sie sich outlook für).{0,40}"
    r"|envoyé (?:de |depuis |à partir de |à partir d['’]|avec )(?:mon |ma |l['’])?\S.{0,60}"
    r"|(?:télécharge[rz]|obtenez) outlook pour .{1,40}"
    r"|enviado (?:desde|do|a partir do|de|via|con)\s(?:mi |meu |meu )?\S.{0,60}"
    r"|(?:obtener|obter|obtenha o) outlook para .{1,40}"
    r"|inviato (?:da|dal|con|tramite)\s(?:mio |il mio )?\S.{0,60}"
    r"|(?:ottieni|scarica) outlook per .{1,40}"
    r"|(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via) (?:mijn )?\S.{0,60}"
    r"|(?:download )?outlook voor (?:ios|android).{0,40}"
    r"|wysłan[eoya] z(?:e)? (?:mojego )?\S.{0,60}"
    r"|(?:pobierz|uzyskaj) (?:program )?outlook dla .{1,40}"
    r"|skickat från (?:min |mitt )?\S.{0,60}"
    r"|(?:hämta|skaffa) outlook för .{1,40}"
    r"|sendt fra (?:min |mit )?\S.{0,60}|(?:hent|få) outlook (?:til|for) .{1,40}"
    r"|lähetetty \S.{0,60}|(?:hanki )?outlook for .{1,40}"
    r"|odesláno z (?:mého )?\S.{0,60}|отправлено (?:с|из) \S.{0,60}"
    r"|.{0,20}(?:iphone|ipad|android|スマートフォン)から送信.{0,10}"
    r"|(?:ios|android) ?版?\s?outlook.{0,10}を(?:入手|ダウンロード).{0,10}"
    r"|odoslané z(?:o)? (?:môjho )?\S.{0,60}|надіслано (?:з|із) \S.{0,60}|poslano s(?:a)? (?:mog|mojega )?\S.{0,60}"
    r"|elküldve az? \S.{0,60}|trimis de (?:pe|la) \S.{0,60}|\S.{0,60}(?:dan|den|tan|ten) gönderildi"
    r"|στάλθηκε από τ\w+ \S.{0,60}|נשלח מ\S.{0,60}|أ\W?رسلت? من \S.{0,60}|đã gửi từ \S.{0,60}|dikirim dari \S.{0,60}"
    r"|ส่งจาก ?\S.{0,60}|나의 \S{1,30}에서 보냄|從我的 .{1,30} ?傳送"
    r"|从?我的 ?(?:iphone|ipad).{0,10}发送|发自我的.{1,30}"
    r")\.?",
    re.I,
)
# what stands behind a comma or full stop on such a line; anything else is a person's
_EXCUSE = re.compile(
    r"an? \S.*(?:phone|device)|.*(?:excus|brev|typo|spell|thumb|autocorrect|kürze|kurz|tippfehler|entschuld|verzeih"
    r"|faute|disculp|error|scus|desculp|erros|fout|przepra|ursäkt|undskyld|unnskyld|anteeksi|omluv|失礼|誤字)",
    re.I,
)
_FURTHER = re.compile(r"[.,;!] (?=\S)")
_DEVICE = re.compile(
    r"iphon|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|pixel|oneplus|oppo|xperia|blackberry|nokia|mobil|handy|phone|smartphone|tablet"
    r"|outlook|windows|yahoo|gmail|mail|proton|thunderbird|携帯|手机|スマート",
    re.I,
)
# What a scanner for viruses leaves of its banner in plain text.
_SCANNED = re.compile(r"virus-free\.\s?\S{1,60}|<#[0-9a-f-]{36}>", re.I)
_CLOSING = re.compile(
    r"(?:(?:with )?(?:kind|kindest|best|warm|many|friendly)? ?regards|best(?: wishes)?|cheers"
    r"|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|(?:many )?thanks(?:,? (?:and|&) (?:kind |best )?regards)?"
    r"|thank you|(?:mit )?(?:freundlich|best|viel|lieb|schön|herzlich)(?:e[mn]?|st\w+)? (?:gr(?:u|ü|ue)(?:ß|ss)\w*)"
    r"|gruß|grüße|gruss|mfg|vg|lg|bien (?:cordialement|à vous)|cordialement"
    r"|(?:meilleures|sincères|cordiales) salutations|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente"
    r"|(?:cordiali|distinti) saluti|saluti|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg"
    r"|atenciosamente|(?:com os )?(?:melhores )?cumprimentos|z poważaniem|pozdrawiam|(?:serdecznie )?pozdrowienia"
    r"|(?:med )?vänlig\w* hälsning\w*|hälsningar|mvh|(?:med )?ven(?:lig|nlig) hilsen|hilsen|(?:ystävällisin )?terveisin"
    r"|s pozdravem|с уважением|以上|(?:どうぞ)?(?:宜|よろ)しくお願い\S{0,8}|此致|顺祝商祺)[\s,.!。、]*",
    re.I,
)
_CONTACT = re.compile(
    r"\+?\d[\d ()/.-]{6,}\d|\bwww\.|https?://|\S@\S+\.\S"
    r"|\b(?:gmbh|ltd|llc|inc|s\.?a\.?r\.?l|s\.?r\.?l|b\.v|a/s)\b|〒",
    re.I,
)
_CARD_LABEL = re.compile(
    r"(?:t[ée]l\w*|phone|mob\w*|cell|handy|fax|telefax|e-?mail|mail|web\w*|internet|url|[tmfdpew]|skype|linkedin|direct"
    r"|direkt|durchwahl|office|zentrale|address|anschrift|adresse|hrb|ust\W?id\w*|gesch[äa]ftsf[üu]hr\w*|vorstand|sitz\b.*"
    r"|registergericht|amtsgericht.*|vat.*|siret|tva.*|p\.? ?iva|nif|cif|kvk|bank.*|iban|bic|電話|携帯|住所)\.?",
    re.I,
)
_LABEL = re.compile(r"([^:：]{1,40})[:：](?!//)")
# where a mail program wrote into the plain text that a picture stands there
_PICTURE = re.compile(
    r"\[(?:cid:|image: ?|inline image)[^\]\n]{0,200}\](?:\s?<https?://[^>\s]{1,500}>)?|\[[^\]\n]{1,80}\.(?:png|jpe?g|gif|svg)\]"
    r"|<image\d{3}\.(?:png|jpe?g|gif)>",
    re.I,
)
_ASIDE = re.compile(r"p\.?\s?s\b|n\.?b\.", re.I)
_SENTENCE_WORDS = 7
_LONGEST_FAREWELL = 5
_NAME_WORDS = 3

# A legal notice speaks of itself, and says at least two of these things; a mail about confidentiality seldom does.
_THIS_MAIL = re.compile(
    r"\b(?:this|the|these) (?:e-?mails?|messages?|communication|transmission|information)|the (?:information|content)"
    r"|\bdiese\w? (?:e-?mail|mail|nachricht)|\b(?:ce|le présent) (?:message|courriel|e-?mail)"
    r"|\beste (?:mensaje|correo|e-?mail)|\b(?:il presente|questo|questa) (?:messaggio|e-?mail)"
    r"|\b(?:dit|deze) (?:e-?mail|bericht)|\besta (?:mensagem|comunicação)|\b(?:ta|niniejsza) wiadomość"
    r"|\bdetta (?:meddelande|e-)|\bdenne (?:e-?mail|meddelelse|e-post)|\btämä (?:viesti|sähköposti)|\btat?o zpráva"
    r"|\bbu (?:e-?posta|ileti|mesaj)|\bez az (?:üzenet|e-?mail|levél)|\bacest (?:mesaj|e-?mail)|\btáto (?:správa|e-)"
    r"|\bova (?:poruka|e-)|\bце (?:повідомлення|електронне)|\bτο (?:παρόν )?(?:μήνυμα|e-?mail)"
    r"|(?:본|이) ?(?:이?메일|메시지)"
    r"|\b(?:это|данное) (?:сообщение|письмо)|(?:この|本)(?:電子)?メール|(?:本|此)(?:邮件|郵件)",
    re.I,
)
_SECRET = re.compile(
    r"confidential|privileged|vertraulich|confidentiel|confidencia|riservat|confidenzial|vertrouwelijk|poufn"
    r"|konfidentiell|fortrolig|luottamuksell|důvěrn|dôvern|gizli|bizalmas|confidenţial|confidențial|povjerljiv|конфіденційн|εμπιστευτικ|기밀|비밀|конфиденциальн|機密|秘密|保密|机密",
    re.I,
)
_ADDRESSEE = re.compile(
    r"intended|addressee|adressat|empfänger|bestimmt|destinat|geadresseerde|bestemd|adresat|przeznaczon"
    r"|mottagare|avsedd|modtager|vastaanottaja|příjemc|príjemc|alıcı|címzett|primatelj|адресат|παραλήπτ|수신[인자]|宛先|受信者|收件人",
    re.I,
)
_DESTROY = re.compile(
    r"delete|destroy|vernicht|lösch|supprim|détrui|elimin|borr|cancell|distrugg|verwijder|vernietig|apag|usun|usuń"
    r"|radera|slet|smaz|smažte|vymaž|silin|töröl|şterge|șterge|izbriš|obriš|видал|удалит|διαγρά|삭제|削除|破棄|删除",
    re.I,
)
_FORBIDDEN = re.compile(
    r"unauthori[sz]ed|prohibit|unbefugt|nicht gestattet|untersagt|interdit|vietat|verboden|proibid|zabronion"
    r"|förbjud|forbudt|kielletty|yasak|tilos|interzis|zakázan|zabranjen|запрещ|заборон|απαγορε|금지|禁止|禁じ",
    re.I,
)
_LEGAL = (_SECRET, _ADDRESSEE, _DESTROY, _FORBIDDEN)
_PRINTING = re.compile(
    r"(?:please )?(?:consider|think (?:of|about)) the environment"
    r"|(?:bitte )?(?:denken|prüfen|schonen) .{0,60}(?:druck|umwelt)|(?:pensez à|respectez|protégeons) l.environnement"
    r"|.{0,30}(?:antes|avant|prima) d[ei] .{0,10}(?:imprimir|imprimer|stampare)",
    re.I,
)
# of more than these the last ones count
_MOST_DELIMITERS = 50
_RULED = re.compile(r"[-_=*~ ]{3,}")


def signature(lines: Sequence[str], kept: Sequence[int], quoted: Sequence[bool]) -> tuple[int, int] | None:
    """The places in `kept` between which a signature stands, its delimiter included; None without one.

    It ends where lines are left out or quoted. Two delimiters without the space (RFC 3676) part other things, and so
    does one below which the writer asks something at the end.
    """
    found = [p for p, n in enumerate(kept) if lines[n][:2] == "--" and not quoted[n] and _DELIMITER.match(lines[n])][
        -_MOST_DELIMITERS:
    ]
    if not found:
        return None
    bare = sum(1 for place in found if lines[kept[place]] != "-- ")
    for place in found:
        exact = lines[kept[place]] == "-- "
        end = _signature_end(lines, kept, quoted, place, exact=exact) if exact or bare == 1 else None
        if end is not None and (exact or not _asks(lines[number] for number in kept[place + 1 : end])):
            return place, end
    return None


def _asks(lines: Iterable[str]) -> bool:
    """Whether the last line with words is a question."""
    filled = [line.rstrip() for line in lines if line.strip()]
    return bool(filled) and filled[-1].endswith(("?", "？"))


def _signature_end(
    lines: Sequence[str], kept: Sequence[int], quoted: Sequence[bool], place: int, *, exact: bool
) -> int | None:
    """The place after the signature that begins at `place`; None where it is too long to be one."""
    below = kept[place + 1] if place + 1 < len(kept) else None
    most = _LONG_SIGNATURE if exact and below is not None and lines[below].strip() else _SHORT_SIGNATURE
    length = 0
    for after in range(place + 1, len(kept)):
        if kept[after] != kept[after - 1] + 1 or quoted[kept[after]]:
            return after
        length += bool(lines[kept[after]].strip())
        if length > most:
            return None
    return len(kept)


def is_mobile_line(line: str) -> bool:
    """Whether a phone or a mail program put a line there for itself ("Sent from my iPhone")."""
    line = line.strip()
    if len(line) >= _LONGEST_CARD_LINE:
        return False
    if _MOBILE.fullmatch(line) and (_DEVICE.search(line) or "://" in line):
        further = _FURTHER.search(line)
        return further is None or _EXCUSE.match(line, further.end()) is not None
    return bool(_SCANNED.fullmatch(line))


def card_start(lines: Sequence[str]) -> int | None:
    """The line at which a card begins that follows a closing formula and a name at the end; None without one.

    Each of its lines is short, none is a sentence, a question, an aside or a labelled value of another kind, and at
    least one says how to reach somebody: what could be part of the matter stays.
    """
    last = len(lines)
    for closing in range(last - 1, max(-1, last - 2 * _LONGEST_CARD), -1):
        line = lines[closing].strip()
        if not _CLOSING.fullmatch(line):
            if line and not _on_card(line):
                return None
            continue
        below = [number for number in range(closing + 1, last) if lines[number].strip()]
        # a name with all that is known of it in one line, or a frame around the card
        in_one = len(below) == 1 and lines[below[0]].count("|") > 1
        framed = bool(below) and _RULED.fullmatch(lines[below[0]].strip()) is not None
        card = below if in_one or framed else below[1:]
        if not card or len(card) > _LONGEST_CARD:
            return None
        reaches = any(_CONTACT.search(lines[number]) or _PICTURE.search(lines[number]) for number in card)
        return card[0] if reaches else None
    return None


def farewell_start(lines: Sequence[str]) -> int | None:
    """The line with a closing formula near the end, which at most a name and a few short lines follow; None without."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for closing in reversed(filled[-_LONGEST_FAREWELL:]):
        line = lines[closing].strip()
        if len(line) > _LONGEST_CARD_LINE:
            return None
        formula, comma, name = line.partition(",")
        if _CLOSING.fullmatch(line) or (comma and _CLOSING.fullmatch(formula) and len(name.split()) <= _NAME_WORDS):
            return closing
    return None


def is_card_line(line: str) -> bool:
    """Whether a line with a label is one that cards have (a telephone, an address), or has no label."""
    label = _LABEL.match(line)
    return label is None or bool(_CARD_LABEL.fullmatch(label[1].strip(" *_|")))


def _on_card(line: str) -> bool:
    line = _PICTURE.sub("", line).strip() if "[" in line or "<" in line else line
    if not line:
        return True
    if len(line) > _LONGEST_CARD_LINE or line[-1] in "?!？！" or _ASIDE.match(line) or not is_card_line(line):
        return False
    return not (line[-1] in ".。" and len(line.split()) >= _SENTENCE_WORDS)


def notice_start(lines: Sequence[str]) -> int | None:
    """The line at which the legal notices at the end begin, with a rule above them; None where there are none."""
    end = len(lines)
    found: int | None = None
    for _ in range(_MOST_NOTICES):
        while end > 0 and not lines[end - 1].strip():
            end -= 1
        start = end
        while start > 0 and lines[start - 1].strip() and not _RULED.fullmatch(lines[start - 1].strip()):
            start -= 1
        if start == end or end - start > _LONGEST_NOTICE or not _is_notice(lines[start:end]):
            break
        above = start - 1 if start > 0 and _RULED.fullmatch(lines[start - 1].strip()) else start
        found = end = above
    return found


def _is_notice(lines: Sequence[str]) -> bool:
    paragraph = " ".join(line.strip() for line in lines)
    if len(paragraph) > _LONGEST_NOTICE_TEXT:
        return False
    if len(paragraph) < 200 and _PRINTING.match(paragraph.lstrip("*_ P\N{DECIDUOUS TREE}")):
        return True
    if len(paragraph) < _SHORTEST_NOTICE and paragraph.isascii():
        return False
    itself = _THIS_MAIL.search(paragraph[:200])
    return itself is not None and sum(1 for words in _LEGAL if words.search(paragraph)) > 1
