"""What turns a phrase of a text round: it is denied, only supposed, or over.

Only words that stand directly around the phrase count, without a mark of punctuation between: where it is not clear,
the phrase stands, because an outage overlooked is worse than one looked at in vain.
"""

import re

LOOKED_BACK, LOOKED_ON = 90, 50


def _any(*words: str) -> str:
    """A pattern for one of these words; `_` stands for a space within one."""
    return "(?:" + "|".join(each.replace("_", " ") for line in words for each in line.split()) + ")"


_NO = _any(
    r"no without neither nor none_of instead_of rather_than",
    r"kein\w* ohne weder sans pas_de pas_d' sin sem geen ingen senza nessun\w*",
)
_AFTER_NO = _any(
    r"an? any more longer further known such other new real actual current complete full total our your the",
    r"need reason wish to for einen? einer weiteren? bekannten? akuten? grund zu un une",
)
_NOT = _any(
    r"not never refus(?:es?|ed|ing) declin(?:es?|ed|ing) withdr[ae]ws? withdrawn withdrawing withheld withhold\w*",
    r"revok(?:es?|ed|ing) reject\w* unwilling unable forbid\w* nicht nie niemals verweiger\w* widerruf\w*",
)
_AFTER_NOT = _any(
    r"an? any the our my us it this that there is to be been currently yet really actually such known completely fully",
    r"have had having want wish need plan intend like think believe say give given giving grant granted",
    r"einen? eine[mrs]? den der die das mehr wirklich zu unsere?[nr]? meine?[nr]?",
)
_DENIED = re.compile(rf"\b(?:{_NO}(?: {_AFTER_NO})*|{_NOT}(?: {_AFTER_NOT})*) $")

_IN_CASE = _any(
    r"in_case(?:_of)? in_the_event(?:_of)? what_(?:happens|do|should)_.{0,30}?\b(?:if|when|during|in)",
    r"suppos(?:e|ing) imagine falls im_falle? bei_einem",
)
# "check if the server is down" is no supposition
_IF = r"(?<!check )(?<!see )(?<!verify )(?<!confirm )(?<!know )(?<!us )(?<!me )(?<!as )(?<!even )\bif"
_AFTER_IF = _any(r"an? any the our your my there is are was were ever eines einer einen? ein der die das unsere?[nrs]?")
_SUPPOSED = re.compile(rf"(?:\b{_IN_CASE}(?: {_AFTER_IF})*|{_IF}(?: {_AFTER_IF})*) $")

# such as monitors write it before a subject
_SETTLED = re.compile(
    r"(?:^|[^\w ] ?|\bre: )(?:resolved|solved|recovered|recovery|behoben|erledigt|gelöst)\]? ?[:-]? ?$"
)
_BEING = _any(
    r"is are was were has have had been ist sind war wurde wurden now already since meanwhile all",
    r"inzwischen bereits jetzt",
)
_ENDED = _any(
    r"over resolved solved fixed gone ended not_(?:needed|necessary|required|given|granted|wanted) unnecessary",
    r"refused denied withdrawn revoked behoben vorbei beendet gelöst nicht_(?:nötig|erforderlich|erteilt|gewünscht)",
)
_OVER = re.compile(rf" (?:{_BEING} )+{_ENDED}\b(?! ?\?)")
_UNTIL = re.compile(r"\b(?:until|till|when|once|after|before|as soon as|bis|sobald|wenn)(?: \w+){0,3} $")

NEGATION = rf"(?:{_NO}|{_NOT})"
"""A pattern for a word that denies what follows."""


def taken_back(plain: str, start: int, end: int) -> bool:
    """Whether the words around `plain[start:end]` turn it round. `plain` is folded, with single spaces."""
    before = plain[max(0, start - LOOKED_BACK) : start]
    if _DENIED.search(before) or _SUPPOSED.search(before) or _SETTLED.search(before):
        return True
    return _OVER.match(plain[end : end + LOOKED_ON]) is not None and not _UNTIL.search(before)
