"""What gateways and ticket systems put above the text of a mail, by its lines."""

import re
from collections.abc import Sequence

_MOST_BANNERS, _LONGEST_BANNER, _LONGEST_TEXT = 3, 6, 700
_RULED = re.compile(r"[-_=*~ ]{3,}")
_OUTSIDE = re.compile(
    r"\b(?:originat\w+|came|comes|sent|received)\b[^.\n]{0,60}\b(?:outside|external)"
    r"|external (?:e-?mail|sender|message|source)|\[external\]"
    r"|extern(?:e[rn]?|al)?\W{0,3}(?:e-?mail|absender|nachricht|mail)\b|von (?:ausserhalb|außerhalb|extern)"
    r"|(?:expéditeur|courriel|e-?mail|message) externe|provient (?:de l.|d.une source )ext"
    r"|(?:remitente|correo|mensaje) externo|(?:mittente|e-?mail|messaggio) estern[oa]|externe (?:afzender|e-?mail)"
    r"|buiten (?:de|onze|uw) organisatie|(?:remetente|e-?mail) externo|spoza (?:organizacji|firmy)"
    r"|utanför organisationen|(?:社外|外部)(?:から|の)(?:メール|送信者)",
    re.I,
)
_CAUTION = re.compile(
    r"caution|warning|attention|be careful|(?:do not|don.t) (?:click|open)|achtung|vorsicht|klicken sie|öffnen sie"
    r"|ne cliquez|prudence|precaución|atención|no haga clic|attenzione|non (?:cliccare|aprire)|let op|klik niet"
    r"|cuidado|atenção|não clique|uwaga|nie klikaj|varning|klicka inte|this message (?:is|came) from|注意",
    re.I,
)
_SELDOM = re.compile(
    r"(?:you|some people who received this message) don.t often get e-?mail from|zjqcmqryfpfptbanner"
    r"|sie erhalten nicht (?:oft|häufig) e-?mails? von|vous n.obtenez pas souvent d.e-?mail",
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
    return bool(_OUTSIDE.search(words) and _CAUTION.search(words))
