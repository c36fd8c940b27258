"""Mails that say nothing but thanks, that it is solved, or that the case may be closed; in ten languages.

A mail is one only where next to nothing else stands in it: who writes more wants more.
"""

import re
import unicodedata
from typing import Literal

Farewell = Literal["thanks", "solved", "close", "yes", ""]

_LONGEST = 600
_LEFT = {"thanks": 1, "solved": 2, "close": 2, "close alone": 0, "nods": 0, "yes": 0}


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{phrase})(?!\w)" for phrase in phrases))


_CASE = (
    r"(?:(?:the|this|my|our|das|den|der|die|dieses?|diesen|mein|meine|meinen|unsere?n?|le|la|ce|cet|cette|mon"
    r"|notre|il|lo|questo|questa|el|este|esta|het|de|dit|deze|mijn|o|a|esse|essa|to|tę|ten|tego|moje|det här|mitt"
    r"|denna) |l')?"
    r"(?:(?:support )?(?:case|ticket|request)|issue|fall|vorgang|anfrage|demande|dossier|incident|caso|incidencia"
    r"|solicitud|richiesta"
    r"|segnalazione|zaak|melding|verzoek|chamado|pedido|solicitação|zgłoszeni[ea]|spraw[ęay]|ticketu|ärendet|ärende"
    r"|it|es|problem|problème|problema|probleem|thema|thing)"
)
# words of asking and allowing, which say nothing of a matter
_ASKING = (
    r"(?:you|we|i|can|may|could|would|like|to|go|ahead|and|now|then|please|pls|kindly|feel|free|just|so|want"
    r"|sie|ihr|du|wir|ich|können|könnt|kannst|dürfen|dürft|darfst|kann|darf|könnten|gerne?|bitte|jetzt|nun|also|daher"
    r"|damit|somit|möchte|vous|tu|on|nous|je|pouvez|peux|peut|pouvons|pourriez|merci|veuillez|prie|donc|maintenant"
    r"|s'il|plaît|plait|de|d'|bien|vouloir|puede[ns]?|podéis|podemos|pueden|podrían|por|favor|ya|ahora|se|si|pido"
    r"|potete|può|puoi|possiamo|potreste|vi|la|ti|prego|di|pure|per|favore|ora|adesso"
    r"|u|je|jullie|kunt|kunnen|kan|mag|mogen|wilt|wil|graag|gerust|gelieve|te|alstublieft|alsjeblieft|aub|nu|dus"
    r"|podem?|pode-se|podemos|já|agora|favor|gostaria|proszę|prosimy|o|można|możecie|mogą|może|możesz|państwo|pan|pani"
    r"|już|teraz|ni|vi|jag|kan|får|gärna|vänligen|snälla|vara?|snäll|och|det|går|bra|att|nu|zu|willen)"
)
_DO = (
    r"(?:close|schliessen|schliesst|zumachen|fermer|fermez|clôturer|clôturez|clore|cerrar|cierren?|cierra|cerrad"
    r"|chiudere|chiuda|chiudete|chiudi|sluiten|sluit|fechar|fechem?|encerrar|encerrem?|zamknąć|zamknięcie|zamknijcie"
    r"|stänga?)"
)
_MAY = r"(?:can|may|could|should|kann|darf|könnte|peut(?:-il|-elle)?|puede|può|kan|mag|pode|może|får)"
_BE = r"(?:be|werden|être|ser|essere|worden|zostać|być|bli)"
_CLOSED = (
    r"(?:closed|geschlossen|fermée?|clôturée?|cerrad[oa]|chius[oa]|gesloten|dicht|fechad[oa]|encerrad[oa]"
    r"|zamknięt[aey]|stängt)"
)
_JA_CASE = (
    r"(?:(?:この|本|当|こちらの|上記の?)?(?:チケット|ケース|件|案件|お?問い?合わ?せ|インシデント|リクエスト|ご?依頼)"
    r"(?:は|を|の|も|について|については|につきましては|に関しては)?、? ?)?"
)
_JA_GOOD = r"(?:結構|大丈夫|よい|良い|いい|よろしい|問題ない)(?:です|と思います|かと思います)"
_JA_YOU = (
    rf"(?:いただ|頂)(?:いても?{_JA_GOOD}|けますか|けますでしょうか|けますと(?:幸い|助かり|ありがたい)\w{{2}}"
    r"|ければ(?:と思います|幸いです)|きたいです|きたく(?:存じます|お願い\w{2,8})|[きけ]ますようお願い\w{2,8})"
)
_JA_CLOSE = (
    rf"(?:\w{{1,30}}(?:ので|ため|から)、?)?{_JA_CASE}"
    r"(?:(?:クローズ|close|(?:完了|解決済み)[にと]|終了[にと]?)(?:し|させ)|閉じ|閉め)"
)
_JA_COULD_YOU = (
    r"(?:(?:いただ|頂)けません(?:か|でしょうか)|(?:もら|貰)え(?:ます|ません)(?:か|でしょうか)"
    r"|(?:いただ|頂)くことは(?:可能|でき)(?:です|ます|でしょう)か)"
)
_TO_CLOSE = (
    rf"{_DO}(?:,? {_ASKING})*? {_CASE}|{_CASE}(?:,? {_ASKING})* {_DO}|(?:le|la|het|den|det) {_DO}",
    rf"{_CASE}(?: {_ASKING})* {_MAY}(?: {_ASKING})*(?: {_BE})? {_CLOSED}(?: {_BE})?",
    rf"{_CASE}(?: {_ASKING})* (?:cerrarse|stängas)|mach\w* {_CASE} zu",
    r"cerrarl[oa]|chiuderl[oa]|fechá-l[oa]|encerrá-l[oa]",
    (
        rf"(?:{_JA_CLOSE}て(?:ください|下さい|も?{_JA_GOOD}|{_JA_YOU})"
        rf"|(?:\w{{1,30}}(?:ので|ため|から)、?)?{_JA_CASE}(?:クローズ|close|完了|終了)(?:を|で|の(?:ほど|程)を?|処理を?|でも)?"
        rf"(?:お願い(?:し|いたし|致し|申し上げ)ます|{_JA_GOOD}|{_JA_YOU}))"
    ),
)
_CLOSE = _any(*_TO_CLOSE)
# how somebody is asked to do a thing
_COULD_YOU = (
    r"(?:(?:could|can|would) (?:you|someone|somebody|anyone)(?: be so kind(?: as)? to)?|(?:could|can|may|shall) we"
    r"|(?:can|could|may|might) i ask you to|(?:is|would) it(?: be)? (?:possible|ok|okay)(?: for you)? to"
    r"|(?:könnten|können|würden|dürfte ich|darf ich) (?:sie|wir)(?: bitten)?|(?:könntet|könnt|würdet) ihr"
    r"|(?:könntest|kannst|würdest) du|wären sie so (?:nett|freundlich|lieb)(?: und)?"
    r"|(?:(?:est-ce que )?(?:vous |tu |on |nous )?(?:pourriez|pouvez|peux|pourrais|peut|pourrait|pouvons)"
    r"(?:[- ](?:vous|tu|on|nous))?|(?:est-il|serait-il|est-ce) possible)"
    r"|(?:(?:me |nos )?(?:puede[ns]?|podéis|podemos|podrían?|podrías|podríais)(?: ustedes| usted)?"
    r"|(?:es|sería) posible)"
    r"|(?:mi |ci )?(?:potete|può|puoi|possiamo|potreste|potrebbe|potresti)|(?:è|sarebbe) possibile"
    r"|(?:kunt|kan|zou|wilt|wil|kunnen|zouden|mogen) (?:u|je|jij|jullie|we|wij)|is het mogelijk(?: om)?"
    r"|(?:vocês? )?(?:podem?|poderiam?|podes|podemos)|(?:é|seria) possível"
    r"|czy (?:mogą|może|możecie|możesz|możemy|można|mógłby|mogłaby|mogliby|moglibyście)(?: państwo| pan| pani)?"
    r"|(?:kan|kunde|skulle) (?:ni|du|vi)(?: kunna)?)"
)
_CLOSED_ASKED = (
    rf"{_MAY} (?:{_CASE}|this|that)(?: {_ASKING})*(?: {_BE})? {_CLOSED}(?: {_BE})?"
    rf"|(?:puede|podría|pode|poderia|può|potrebbe) (?:cerrarse|{_BE} {_CLOSED}) {_CASE}"
    rf"|czy {_CASE} (?:może|mogłoby|mogłaby) {_BE} {_CLOSED}|(?:kan|kunde) {_CASE}(?: {_ASKING})* stängas"
)
_WHEN_OR_HOW = (
    r"(?:quand|comment|pourquoi|cu[aá]ndo|c[oó]mo|quando|come|perch[eé]|por ?qu[eê]|wanneer|hoe|waarom|kiedy|jak"
    r"|dlaczego|när|hur|varför|いつ|なぜ|どう)"
)
# A sentence that asks for the case to be closed, and for nothing else: a reason or thanks may follow.
_CLOSE_ASKED = re.compile(
    rf"(?P<before>(?:^|[?!.。])(?:(?!(?<!\w){_WHEN_OR_HOW})[^?!.。])*?)(?<!\w)"
    rf"(?:{_COULD_YOU}(?:,? {_ASKING})*?,? (?:{'|'.join(_TO_CLOSE[:-1])})|{_CLOSED_ASKED}|{_TO_CLOSE[1]}"
    rf"|would you mind closing {_CASE}|{_JA_CLOSE}て{_JA_COULD_YOU}|{_TO_CLOSE[-1]})"
    rf"(?!\w)(?:,? {_ASKING}|,? for (?:me|us)|,? d'avance)*"
    r"(?P<rest>,? (?:as|since|because|thanks?|thx|da|weil|danke|vielen|car|puisque|porque|ya|gracias|poiché|perché"
    r"|grazie|omdat|want|bedankt|pois|obrigad[oa]|ponieważ|bo|dziękuję|eftersom|tack)(?!\w)[^?!.。]*)? ?[?!.。]"
)
_ASKED = _any(_ASKING)
# without one of these stems no pattern of closing is tried
_CLOSING = re.compile(
    r"clos|clore|schl[io]|\bzu|ferm|clôtur|c[ei]+rr|chiu|slui|sloten|dicht|fech|zamkn|stäng|クローズ|閉|完了|終了"
)
# the bare word, where nothing else stands in the mail
_CLOSE_ALONE = _any(
    r"close|closed|schliessen|clôturer|cerrar|chiudere|sluiten|fechar|zamknąć|stäng|クローズ",
)
_SOLVED = _any(
    rf"(?:{_CASE} |that |this )?(?:is |has been |has |got |'s )?(?:now )?(?:been )?(?:solved|resolved|fixed"
    rf"|sorted)(?: now)?",
    r"(?:it |everything |all |that )?(?:works|is working|worked)(?: again| now| fine| perfectly"
    r"| well)*(?: again| now)?",
    r"problem solved|all (?:good|fine|well)(?: now)?|that did it|that helped|that solved it",
    rf"(?:{_CASE} )?(?:ist |hat sich |wurde |sind )?(?:jetzt |nun |damit |somit |bereits "
    rf"|inzwischen )?(?:erledigt|gelöst|behoben)",
    r"(?:es |alles |das |jetzt )*(?:funktioniert|läuft|klappt|geht)(?: jetzt| nun| wieder| alles"
    r"| einwandfrei| bestens)*",
    rf"(?:{_CASE} |c'est |est |a été |maintenant )*(?:résolue?|réglée?|corrigée?)|(?:ça|cela|tout) (?:marche"
    rf"|fonctionne)"
    r"(?: maintenant| à nouveau| bien| de nouveau)*",
    rf"(?:{_CASE} |ya |está |ha sido |queda |se ha )*(?:resuelt[oa]|solucionad[oa]|arreglad[oa])|(?:ya "
    rf"|todo |ahora )*funciona"
    r"(?: bien| de nuevo| correctamente)*",
    rf"(?:{_CASE} |è |è stato |ora |adesso )*(?:risolt[oa]|sistemat[oa])|(?:ora |adesso |tutto |ora tutto )*funziona"
    r"(?: tutto| bene| di nuovo| perfettamente)*",
    rf"(?:{_CASE} |is |nu |inmiddels )*(?:opgelost|verholpen)|(?:het |alles )*werkt(?: nu| weer| goed)*",
    rf"(?:{_CASE} |está |foi |já |agora )*(?:resolvid[oa]|solucionad[oa])|(?:já |agora |tudo )*(?:funciona"
    rf"|está funcionando)"
    r"(?: bem| agora| de novo)*",
    rf"(?:{_CASE} |już |został[oa]? |jest )*(?:rozwiązan[eya]|naprawion[eya])|(?:już |wszystko "
    rf"|teraz )*działa(?: już| teraz)*",
    rf"(?:{_CASE} |är |har |nu |blivit )*(?:löst|åtgärdat)|(?:det |allt |nu )*(?:fungerar|funkar)(?: nu| igen| bra)*",
    r"(?:問題は?)?(?:無事に?)?(?:解決|解消)(?:しました|いたしました|致しました|済みです|です)|直りました"
    r"|(?:正常に)?動(?:作し|き)ました",
)
_THANKS = _any(
    r"(?:many |lots of )?thanks(?: a lot| so much| very much| again| a million)*(?: for (?:all |everything"
    r"|your |the )*"
    r"(?:quick |great |fast |kind |prompt )*(?:help|support|reply|response|answer|assistance|info"
    r"|information|update)?)?",
    r"thank you(?: very much| so much| again| all)*(?: for (?:all |everything|your |the )*"
    r"(?:quick |great |fast |kind |prompt )*(?:help|support|reply|response|answer|assistance|info"
    r"|information|update)?)?",
    r"thx|ty|cheers|much appreciated|appreciate it",
    r"(?:vielen |herzlichen |besten |lieben |schönen |tausend )*dank(?:e)?(?: sehr| schön| nochmals?| euch"
    r"| ihnen| dir)*"
    r"(?: für (?:die |ihre |eure |deine |den )*(?:schnelle |rasche |tolle |gute )*(?:hilfe|unterstützung|antwort|info"
    r"|rückmeldung|mühe|support))?|dankeschön",
    r"(?:un grand |mille )?merci(?: beaucoup| bien| encore| infiniment| d'avance)*(?: (?:pour|de) (?:votre "
    r"|ton |l'|la |le )*"
    r"(?:aide|réponse|support|rapidité|assistance))?|je vous remercie|nous vous remercions",
    r"(?:muchas |mil )?gracias(?: de nuevo| a todos)*(?: por (?:su |tu |la |todo )*(?:ayuda|respuesta|apoyo"
    r"|rapidez)?)?",
    r"(?:molte |mille |tante )?grazie(?: mille| tante| ancora| di tutto)*(?: per (?:il |la |l')*(?:vostro "
    r"|vostra |suo |tuo )*"
    r"(?:aiuto|supporto|risposta|assistenza))?|vi ringrazio|la ringrazio",
    r"(?:heel |hartelijk |veel )*(?:bedankt|dank(?: u| je)*(?: wel)?|dankjewel|dankuwel)(?: voor (?:de |uw "
    r"|jullie |je )*"
    r"(?:snelle |goede )*(?:hulp|reactie|antwoord|ondersteuning))?",
    r"(?:muito )?obrigad[oa]s?(?: mesmo| novamente)*(?: pela? (?:sua |vossa )*(?:ajuda|resposta|apoio))?"
    r"|agradeço",
    r"(?:bardzo )?dzięk(?:uję|ujemy|i)(?: bardzo| serdecznie| za (?:pomoc|odpowiedź|szybką odpowiedź"
    r"|wsparcie))*",
    r"(?:stort |många )?tack(?: så mycket| igen| för (?:hjälpen|svaret|snabbt svar|er hjälp))*",
    r"(?:どうも)?(?:ご対応|ご回答|ご返信|ご連絡|ご支援)?(?:いただき|頂き|くださり|を)?、?(?:誠に|本当に|大変|どうも)?"
    r"(?:ありがとうございま(?:す|した)|有難うございま(?:す|した)|感謝(?:します|いたします|しております))"
    r"|助かりました|了解(?:です|しました)|承知しました",
)
# said beside thanks, or alone; with another word they are an answer to a question ("Firefox, that's all")
_NODS = _any(
    r"great(?: job| work)?|perfect|excellent|awesome|brilliant|super|ok|okay|prima|perfekt|bestens|in ordnung|passt"
    r"|[👍👌🙏✅✔💯🎉🤝❤😊🙂😀]+\ufe0f?|(?:c'est )?parfait|perfecto|perfetto|ottimo|top|perfeito|toppen",
    r"that(?:'s| is| was) (?:all|it)|das (?:war(?: e)?'?s|wär(?:e| e)?'?s|(?:war|wäre|ist) alles)(?: schon| dann)?"
    r"|(?:c'est|ce sera|c'était) tout|es(?:o es)? todo|è tutto|(?:dat|dit) (?:was|is) (?:het|alles)|é (?:só isso|tudo)"
    r"|to wszystko|det var allt",
)
_YES = _any(r"yes|yes please|please do|ja|ja bitte|oui|sí|si|sì|sim|tak|はい|ja graag|ja tack")
# greetings, farewells and words that add nothing; what follows a farewell is a name
_FILLER = _any(
    r"hi|hello|dear|hey|hallo|guten (?:tag|morgen)|bonjour|hola|buenos días|ciao|buongiorno|salve|beste|olá"
    r"|bom dia|boa tarde"
    r"|dzień dobry|cześć|witam|hej|こんにちは|お世話になっております|team|all|support|zusammen|everyone|alle"
    r"|allemaal|und|and|et|y|e|en|i|och"
    r"|please|bitte|so|now|jetzt|it|that|you|ihr|we|wir|our|your|side|very|much|for|your|help|quick|a|the"
    r"|alles|hello team",
)
_GREETED = re.compile(
    r"(?<![^\W_])(?:hi|hello|dear|hey|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|bonjour|ch[eè]re?|hola|estimad[oa]"
    r"|ciao|buongiorno|gentile|beste|olá|car[oa]|dzień dobry|cześć|witam|hej|bästa)(?: [^\W\d_]+\.?){1,3}(?=\s*[,!])"
)
_WORDS = re.compile(r"[^\W\d_]+")
_MEANT: dict[str, Farewell] = {
    "close": "close", "close alone": "close", "solved": "solved", "thanks": "thanks", "nods": "thanks", "yes": "yes",
}  # fmt: skip
_FAREWELL = re.compile(
    r"^\W*(?:(?:best|kind|warm|many|with (?:best|kind)) ?(?:regards|wishes)?|regards|cheers|sincerely"
    r"|(?:mit |viele |liebe |beste |schöne |freundliche[nm]? )+"
    r"grü(?:ß|ss)en?|mfg|vg|lg|cordialement|bien à vous|salutations|saludos|un saludo|atentamente"
    r"|cordiali saluti|saluti"
    r"|met vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|atenciosamente|cumprimentos|abraços?|z poważaniem"
    r"|pozdrawiam"
    r"|(?:med )?vänliga? hälsning(?:ar)?|mvh|hälsningar"
    r"|(?:何卒|どうぞ)?、?(?:よろ|宜)しくお願い(?:(?:いた|致)?し|申し上げ)ます|以上)\W*$"
)
# words after which a mail is no farewell, whatever else it says
_TURNS = _any(
    r"but|however|not|cannot|no|n't|still|again please|yet|except|unless|only|also|another|question|when|why|how"
    r"|what|could you|can you"
    r"|aber|jedoch|leider|nicht|kein\w*|noch|außer|nur|auch|frage|wann|warum|wie|mais|cependant|pas"
    r"|encore une|toujours|sauf|question"
    r"|pero|sin embargo|todavía|aún|excepto|pregunta|ma|però|non|ancora non|tranne|domanda|maar|echter|niet"
    r"|geen|nog|vraag"
    r"|mas|porém|não|ainda|exceto|pergunta|ale|jednak|nie|jeszcze|pytanie|men|dock|inte|ännu|fortfarande"
    r"|fråga|doesn't|isn't|didn't"
    r"|don't|can't|won't|wasn't|hasn't",
    r"(?:.*?)(?:しかし|ですが|ません|まだ|質問)(?:.*?)",
)
# Japanese negations that allow
_GRANTED = re.compile(r"(?:構い|かまい)ません|(?:問題|差し支え)は?(?:ござい|あり)ません")


def farewell(text: str, writer: str = "") -> Farewell:
    """What a mail's new text says and all that it says; "" for any other mail. `writer` is the name of who wrote it.

    `close`: the case may be closed. `solved`: it is solved, or works. `thanks`: thanks alone. `yes`: a bare yes. A word
    that stands before thanks is an answer and no thanks ("Firefox, thanks"); one behind them is somebody's name.
    """
    asks = "?" in text or "？" in text
    if len(text) > _LONGEST:
        return ""
    plain = _GRANTED.sub("大丈夫です", " . ".join(_before_farewell(_plain(text).splitlines())))
    closing = _CLOSING.search(plain)
    if closing:
        plain = _CLOSE_ASKED.sub(r"\g<before> close the case\g<rest>.", f"{plain} .")
    if (asks and (not closing or "?" in plain)) or _TURNS.search(plain):
        return ""
    plain = _GREETED.sub(_blank, plain)
    patterns: tuple[tuple[str, re.Pattern[str]], ...] = (
        ("close", _CLOSE), ("close alone", _CLOSE_ALONE), ("solved", _SOLVED), ("thanks", _THANKS), ("nods", _NODS),
        ("yes", _YES),
    )  # fmt: skip
    said: list[tuple[str, int]] = []
    for kind, pattern in patterns if closing else patterns[2:]:
        first = pattern.search(plain)
        if first:
            said.append((kind, first.start()))
            plain = pattern.sub(_blank, plain)
    if not said or any(each.isdigit() for each in plain):
        return ""
    names = set(_WORDS.findall(_plain(writer)))
    plain = _FILLER.sub(_blank, plain)
    if said[0][0] == "close":
        plain = _ASKED.sub(_blank, plain)
    left = [word for word in _WORDS.finditer(plain) if word[0] not in names and len(word[0]) > 1]
    kind, place = said[0]
    answers = kind == "thanks" and any(word.start() < place for word in left)
    return "" if answers or len(left) > _LEFT[kind] else _MEANT[kind]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


def _blank(found: re.Match[str]) -> str:
    """As many spaces, so that what is left stays in its place."""
    return " " * len(found[0])


def _before_farewell(lines: list[str]) -> list[str]:
    """The lines above a closing formula, where a name and little else follows it."""
    for number, line in enumerate(lines):
        if _FAREWELL.match(line) and number and len(" ".join(lines[number + 1 :]).split()) <= 8:
            return lines[:number]
    return lines
