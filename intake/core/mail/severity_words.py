"""A severity that a reply asks for in a sentence: "please raise this to severity 1", "Schweregrad ist jetzt 1".

Read in the languages of the letters that people write, and only where nothing else can be meant.
"""

import re

_LABEL = re.compile(
    r"\b(?:severity(?: level)?|sev|schweregrad"
    r"|(?:niveau de )?(?:gravité|sévérité)|severidad|gravedad|severit[àa]|gravità"
    r"|ernst(?:niveau|graad)?|severidade|gravidade|poziom\w* (?:ważności|istotności|krytyczności)|ważność|istotność"
    r"|allvarlighets(?:grad|nivå))(?:en)?(?![^\W\d_])|(?:重要|重大|深刻)度",
    re.IGNORECASE,
)
# How a sentence begins that asks for something, and the act that it asks for, language by language.
_ASKS = tuple(
    (re.compile(rf"(?:{begins})(?!\w)", re.IGNORECASE), re.compile(rf"\b{act}", re.IGNORECASE))
    for begins, act in (
        (
            (
                r"please|pls|kindly|(?:can|could|would) you|(?:we|i) (?:need|want|ask|request|would like)"
                r"|we'd like|i'd like|raise|increase|change|set|lower|reduce|upgrade|downgrade|treat"
            ),
            r"(?:raise|increase|upgrade|change|set|lower|reduce|downgrade|bump|move|treat|handle|escalate)\b",
        ),
        (
            (
                r"bitte|könn(?:en|ten) sie|(?:kannst|könntest) du"
                r"|(?:wir|ich) (?:bitten|bitte|möchten?|wollen|will)|setzen sie"
            ),
            r"(?:erhöh|änder|setz|stuf|heb|senk|behandel|hochsetz|hochstuf|herabsetz)",
        ),
        (
            (
                r"merci de|veuillez|(?:pouvez|pourriez)-vous|nous (?:souhait|demand)\w+|je (?:souhait|demand)\w+"
                r"|s'il vous plaît"
            ),
            r"(?:pass|augment|mont|relev|chang|modifi|mett|baiss|abaiss|rédui)",
        ),
        (
            (
                r"por favor|pued(?:en?|es)|podrían?|podem|pode|poderiam?|favor|rogamos|ruego|solicit\w+|queremos"
                r"|gostar\w+"
            ),
            r"(?:sub|aument|cambi|elev|baj|pong|poner|pas|modifi|alter|mud|baix|defin)",
        ),
        (
            r"per favore|potete|potreste|può|si prega|chied\w+|vi chied\w+|vorremmo|vorrei",
            r"(?:aument|alz|port|cambi|impost|abbass|modific|elev)",
        ),
        (
            r"graag|gelieve|kunt u|kun je|wilt u|verhoog|wij willen|we willen",
            r"(?:verho+g|wijzig|zet|verla+g|aanpass)",
        ),
        (
            r"proszę|prosimy|czy mo\w+",
            r"(?:podnie|podwyż|zwięk|zmien|zmian|ustaw|obniż)",
        ),
        (
            r"vänligen|snälla|kan (?:ni|du)|var god|höj|ändra",
            r"(?:höj|ändra|sänk|sätt)",
        ),
    )
)
_ASKS_AT_THE_END = re.compile(r"(?:変更|引き上げ|上げ|下げ|に)(?:して|て)?(?:ください|下さい|お願い|いただ)")
# How it says that it has become so.
_NOW = re.compile(
    r"\b(?:is|it's|'s|are|has become|becomes) now\b|\bnow (?:is |a |an |at )?(?=sev)|\bis \d now\b"
    r"|\b(?:ist|sind) (?:jetzt|nun|inzwischen|mittlerweile)\b"
    r"|\b(?:jetzt|nun) (?:ein(?:e|en)? )?(?=schweregrad|severity)|\best (?:désormais|maintenant)\b"
    r"|\b(?:ahora es|es ahora|pasa a ser)\b|(?<!\w)(?:è (?:ora|adesso)|(?:ora|adesso) è)\b"
    r"|\bis (?:nu|inmiddels)\b|(?<!\w)(?:é agora|agora é|passou a ser)\b"
    r"|\b(?:jest teraz|teraz jest|to teraz)\b|\bär nu\b|になりました|(?:今|現在)は",
    re.IGNORECASE,
)
# Words beside which it may mean something else: denied, supposed, asked about, told of another day.
_DOUBT = re.compile(
    r"\b(?:not|no longer|never|if|unless|when|whenever|once|until|why|was|were|had|did|does|instead|or|maybe|perhaps"
    r"|nicht|kein\w*|nie|wenn|falls|sobald|bevor|bis|warum|wieso|war|waren|oder|vielleicht|statt"
    r"|pas|jamais|s'il (?!vous)|si (?!prega)|quand|pourquoi|était|ou|nunca|cuando|por qué|fue|non|mai|quando"
    r"|perché|oppure"
    r"|niet|geen|wanneer|waarom|als (?:het|de|dit|er|we|wij|u)|não|caso|porque|jeśli|jeżeli|gdy|gdyby|dlaczego|lub"
    r"|inte|ej|om (?:det|ni|vi|du)|när|varför|eller)\b|n't\b|ない|ません|もし|場合|なぜ|[\"“”„«»「」]",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao|olá|hej)\b[^,:!]{0,40}[,:!]\s*)?(?:(?:so|and|also)\W+)?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]?")
_NUMBER = re.compile(r"(?<![A-Za-z0-9.,:/])(\d{1,9})(?![A-Za-z0-9:/%]|[.,]\d)", re.ASCII)
# The few words that may stand between the label and its number.
_BETWEEN = re.compile(
    r"[\s:=–-]*(?:(?:to|is|now|at|as|level|auf|ist|jetzt|nun|inzwischen|mittlerweile|zu|à|est|désormais|maintenant|a|es"
    r"|ahora|al|è|ora|adesso|naar|op|nu|inmiddels|verhogen|verlagen|wijzigen|para|é|agora|na|do|jest|teraz|till|är"
    r"|erhöhen|has|become|becomes|[をはがに今現在]+)[\s:=–-]*){0,4}",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|von|de|da|van|z|från)\s(?:\S+\s)?\d\b|\dから", re.IGNORECASE)
_LONGEST = 160
_LOOKS_AT = 3_000


def severity_in_words(text: str) -> tuple[int, str] | None:
    """The one severity that a person's new text asks for in a sentence, with the sentence; None where none is sure.

    Quoted lines are not theirs. Two sentences that name different ones say nothing sure.
    """
    own = "\n".join(line for line in text[:_LOOKS_AT].splitlines() if not line.lstrip().startswith(">"))
    found: dict[int, str] = {}
    for sentence in _SENTENCE.findall(own.replace("’", "'")) if _LABEL.search(own) else ():
        plain = " ".join(sentence.split())
        number = _asked(plain) if len(plain) <= _LONGEST else None
        if number is not None:
            found.setdefault(number, plain)
    return next(iter(found.items())) if len(found) == 1 else None


def _asked(sentence: str) -> int | None:
    if not _LABEL.search(sentence) or _DOUBT.search(sentence):
        return None
    begin = _GREETING.match(sentence)
    said = sentence[begin.end() if begin else 0 :]
    asks = bool(_ASKS_AT_THE_END.search(said)) or any(b.match(said) and act.search(said) for b, act in _ASKS)
    if not asks and (sentence.endswith(("?", "？")) or not _NOW.search(sentence)):
        return None
    sentence = _FROM.sub(" ", sentence)
    label, numbers = _LABEL.search(sentence), list(_NUMBER.finditer(sentence))
    if label is None or len(numbers) != 1 or numbers[0].start() < label.end():
        return None
    beside = _BETWEEN.fullmatch(sentence, label.end(), numbers[0].start())
    return int(numbers[0][1]) if beside else None
