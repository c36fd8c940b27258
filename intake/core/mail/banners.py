"""What gateways and ticket systems put above the text of a mail, by its lines."""

import re
from collections.abc import Sequence

_MOST_BANNERS, _LONGEST_BANNER, _LONGEST_TEXT = 3, 6, 700
_RULED = re.compile(r"[-_=*~ ]{3,}")
# that a mail came from outside: it, or that there is such a thing
_CAME = re.compile(
    r"\b(?:this|the following) (?:e-?mail|message|mail)\b[^.\n]{0,60}\b(?:outside|external)"
    r"|\bdiese (?:e-?mail|mail|nachricht)\b[^.\n]{0,60}\b(?:extern|au(?:ss|ß)erhalb)"
    r"|\bce (?:courriel|message|mail)\b[^.\n]{0,60}\bext[ée]ri"
    r"|\b(?:este|el) (?:correo|mensaje)\b[^.\n]{0,60}\b(?:fuera|extern)"
    r"|\b(?:questa|questo) (?:e-?mail|messaggio)\b[^.\n]{0,60}\bestern"
    r"|\b(?:deze|dit) (?:e-?mail|bericht)\b[^.\n]{0,60}\bbuiten"
    r"|\b(?:este|esta) (?:e-?mail|mensagem)\b[^.\n]{0,60}\b(?:fora|extern)|\bwiadomość\b[^.\n]{0,40}\b(?:spoza|zewn)"
    r"|\bdet(?:ta|te) (?:mejl|meddelande|e-)[^.\n]{0,60}\but(?:anför|ifrån)"
    r"|\bdenne (?:e-?mail|e-?post)\b[^.\n]{0,60}\buden ?for"
    r"|\btämä viesti\b[^.\n]{0,60}ulkopuol|\btent?o (?:e-?mail|zpráv\w)\b[^.\n]{0,60}\b(?:vnějš|extern|mimo)"
    r"|\bэто (?:письмо|сообщение)\b[^.\n]{0,60}\b(?:внешн|извне)|(?:この|本)メールは[^。\n]{0,20}(?:社外|外部)"
    r"|(?:此|本)(?:邮件|郵件)[^。\n]{0,10}(?:来自|來自)[^。\n]{0,10}外",
    re.I,
)
_OUTSIDE = re.compile(
    r"\b(?:originat\w+|came|comes|sent|received)\b[^.\n]{0,60}\b(?:outside|external)"
    r"|external (?:e-?mail|sender|message|source)|\[external\]|^external:"
    r"|extern(?:e[rn]?|al)?\W{0,3}(?:e-?mail|absender|nachricht|mail)\b|von (?:ausserhalb|außerhalb|extern)"
    r"|(?:expéditeur|courriel|e-?mail|message) externe|provient (?:de l.|d.une source )ext"
    r"|(?:remitente|correo|mensaje) externo|(?:mittente|e-?mail|messaggio) estern[oa]|externe (?:afzender|e-?mail)"
    r"|buiten (?:de|onze|uw) organisatie|(?:remetente|e-?mail) externo|spoza (?:organizacji|firmy)"
    r"|utanför organisationen|(?:社外|外部)(?:から|の)(?:メール|送信者)",
    re.I,
)
# One of these stands in all of them: a look that spares most mails the dearer ones.
_MARKS = (
    "ext", "outside", "ausserhalb", "estern", "fuera", "fora", "buiten", "spoza", "zewn", "utanför", "utifrån", "uden",
    "ulkopuol", "vnějš", "mimo", "внешн", "извне", "外", "this message",
)  # fmt: skip
# what it tells its reader to do
_BIDS = re.compile(
    r"(?:do not|don.t|never) (?:click|open|follow)|(?:be|exercise|use) (?:extra )?(?:careful|caution|vigilan\w+)"
    r"|think before|(?:trust|recogni[sz]e|know) (?:the|this) (?:sender|source)|klicken sie|öffnen sie"
    r"|vorsicht (?:beim?|vor)\b"
    r"|ne cliquez|n.ouvrez|soyez prudent|prudence|no haga clic|no abra|precaución|non (?:cliccare|aprire)|klik niet"
    r"|wees voorzichtig|não (?:clique|abra)|nie (?:klikaj|otwieraj)|klicka inte|öppna inte|klik ikke|åbn ikke|åpne ikke"
    r"|älä (?:avaa|klikkaa|napsauta)|neklikejte|neotv[ií]rejte|не (?:переходите|открывайте|нажимайте)"
    r"|開かない|クリックしない|请勿|請勿|不要(?:点击|打开)|this message (?:is|came) from",
    re.I,
)
_CAUTION = re.compile(
    r"\W*(?:caution|warning|attention|achtung|vorsicht|warnung|atención|precaución|attenzione|let op|cuidado|atenção"
    r"|uwaga|varning|advarsel|varoitus|upozornění|внимание|注意)",
    re.I,
)
# a line of its own, in capitals or brackets
_TAG = re.compile(
    r"\W*\[(?i:ext(?:ern(?:al|e)?)?(?: (?:sender|e-?mail|message))?)\]\W*"
    r"|\W*EXT(?:ERN(?:AL|E)?)?(?: (?:E-?MAIL|SENDER|MESSAGE))?\W*"
)
_SELDOM = re.compile(
    r"(?:(?:you|some people who received this message) don.t often get e-?mail from|zjqcmqryfpfptbanner"
    r"|sie erhalten nicht (?:oft|häufig) e-?mails? von|vous n.obtenez pas souvent d.e-?mail"
    r"|no suele recibir correos? electrónicos? de|non si ricevono spesso messaggi di posta elettronica da"
    r"|u ontvangt niet vaak e-?mail van|nie otrzymujesz często wiadomości e-?mail z"
    r"|(?:você )?não costuma receber e-?mails de|du får inte ofta e-?post från|\S{3,80} からのメールを受け取る頻度は)",
    re.I,
)
_ABOVE = re.compile(
    r"\W{2,}[^\n]{0,60}(?:\babove this line|(?:über|oberhalb) dieser (?:zeile|linie))[^\n]{0,30}\W{2,}", re.I
)


def banner_end(lines: Sequence[str]) -> int:
    """The line below what a gateway put above a mail: a warning that it came from outside; 0 where it put nothing."""
    place = 0
    for _ in range(_MOST_BANNERS):
        start = place
        while start < len(lines) and (not lines[start].strip() or _RULED.fullmatch(lines[start].strip())):
            start += 1
        end = start
        while end < len(lines) and end - start <= _LONGEST_BANNER and lines[end].strip():
            end += 1
        words = " ".join(line.strip() for line in lines[start:end])
        if start == end or end - start > _LONGEST_BANNER or len(words) > _LONGEST_TEXT or not _warns(words):
            return place
        place = end
    return place


def _warns(words: str) -> bool:
    if _ABOVE.fullmatch(words) or _SELDOM.match(words.lstrip("[* ")):
        return True
    small = words.casefold()
    if not any(mark in small for mark in _MARKS):
        return False
    if _TAG.fullmatch(words):
        return True
    came = _CAME.search(words)
    return bool((came or _OUTSIDE.search(words)) and _BIDS.search(words)) or bool(came and _CAUTION.match(words))
