"""A request for escalation in the words that people have for it, in the languages that mails are written in."""

import re

from intake.core.policy import words

_ASKING = (
    "escalat*", "escalad*", "escalar*", "escalac*", "escalaç*", "escalam*", "escale", "escalem", "escalen", "escalez",
    "escalona*", "escaler*", "escaleer*", "geëscaleer*", "eskal*",
)  # fmt: skip
_ROOTS = ("scal", "skal")
"""Each of those words has one of these in it; most mails have neither, which is quickly seen."""
_UNSPACED = re.compile(r"エスカレ")
# the same words of another matter, and denials that phrases of policies do not know
_NO_REQUEST = re.compile(
    r"\b(?:privileges?|rights|locks?)[ -]escalat\w+"
    r"|\bescalat\w+ (?:(?:of|your|their|its) )*(?:privileges?|rights|locks?)\b"
    r"|\bescala(?:de|da|tion) (?:de|dei|di) (?:privil|droit|diritt)\w+|\beskalacj\w+ uprawnień"
    r"|\bescalation[ -](?:polic(?:y|ies)|rules?|chains?|templates?|timers?)\b|\bEskalationsregeln?\b"
    r"|\b(?:niet|não|nie|non|inte|ne|n['’])[ ]?(?:te )?e[sk]\w+|\be[sk]\w+ (?:inte|niet)\b"
    r"|エスカレ\w*(?:不要|必要はありません|必要ありません)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)"
    r"|sehr geehrte[rs]?|liebe[rs]?|grüezi|grüss gott|grüß gott|moin|servus|bonjour|bonsoir|ch[eè]re?s?|madame|monsieur"
    r"|hola|estimad[oa]s?|buenos días|buenas tardes|ciao|buongiorno|gentil[ei]|salve|beste|geachte"
    r"|goede(?:morgen|middag)|olá|bom dia|boa tarde|prezad[oa]s?|car[oa]s?"
    r"|dzień dobry|witam|szanown\w+|cześć|hej|bästa|god (?:morgon|dag))\b"
    r"|(?:いつも)?お世話|こんにちは)[^.!?:。]{0,60}[,!.:。]?|.{1,30}(?:様|御中|さん)[、。]?",
    re.IGNORECASE,
)
_WRAPPED = 50
"""A line of so many characters or more goes on in the next one, where no sentence ends with it."""


def asks_for_escalation(said: str) -> bool:
    """Whether some words ask for it."""
    if not any(root in words.plain_text(said) for root in _ROOTS) and _UNSPACED.search(said) is None:
        return False
    plain = _NO_REQUEST.sub(" ", said)
    return words.found(_ASKING, plain) is not None or _UNSPACED.search(plain) is not None


def first_words(text: str) -> str:
    """The subject of a mail and the first line that says something: not a greeting, and the whole of a wrapped line.

    `text` is the subject, then the new text.
    """
    subject, _, rest = text.partition("\n")
    said = [subject]
    for line in rest.splitlines():
        if line.strip():
            said.append(line.strip())
        if len(said) > 1 and not _GREETING.fullmatch(said[-1]) and not _goes_on(line.strip()):
            break
    return ". ".join((subject, " ".join(said[1:])))


def _goes_on(line: str) -> bool:
    return len(line) >= _WRAPPED and line[-1] not in ".!?:。"
