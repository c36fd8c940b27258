"""How often the characters beyond ASCII stand in the languages of the old charsets: what guessing goes by."""

from collections.abc import Iterable
from math import log
from typing import NamedTuple

_WESTERN = "’“”„‘–—… €°«»§·´®©™"
_WESTERN_SIGNS = "•µ½¼¾×÷±²³¹£¥¢¿¡ªº¶†‰ÿ"
# From the most frequent letter to the rarest.
_LATIN = {
    "de": "üäößÜÖÄéèàêô",
    "fr": "éèàêçôîâûùïëœÉÀÈÊÎÇÔŒæÂÛ",
    "es": "óáíñéúü¿¡ÁÉÍÓÚÑªº",
    "pt": "ãçáéõíóêúâôàÁÉÓÍÃÇÂÕºª",
    "it": "èàòùìéÈÀÒÙÌÉ",
    "ca": "óèàéíçòúïüÀÈÉÍÓ",
    "nl": "ëéïèöüóáêËÉ",
    "fi": "äöåÄÖšžÅŠŽ",
    "nordic": "äåöøæÅÄÖØÆéü",
    "is": "ðáíþéóöúæýÞÍÁÓÖÉÚÆÝÐ",
    "tr": "ıİşğüöçŞÜÇÖâĞî",
    "pl": "łąęóżśćńźŁŻŚÓĆŹĄĘŃ",
    "cs": "íáéýěžřčšůúóťňďČŠŘŽÚÁÍÝÉĎ",
    "sk": "áíéčýžšúťôľóňďäČŠŽÚÁĽ",
    "hu": "áéőöóüűíúÁÉÓÖŐÜÍÚ",
    "hr": "čšžćđŠČŽĆĐ",
    "ro": "ăîţşâŢŞÎĂÂ",
    "lt": "ėšąžųįčūęŠŽČĖŪĮ",
    "lv": "āīēšķūļžņģčĀŠĪŽĒĶČ",
}
_OTHER = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё№«»–",
    "uk": "оаинвіертслкдумпязьбгчйхцжїщюєшґфыэ№«»’",
    "bg": "аиоентсрвлкдпмзгъубчяжцщхшйюфьИ№„“–",
    "el": "αοιετσνηυρπκμλςωγδάίόέθύχήφώβξζψϊΐϋ«»·’",
    "he": "יוהלאמרתבשנעחדכקפםסצגטזןךףץ־׳״",
    "ar": "الينمتربدعفهسكقحةجشطصخىأضذثزغظإءآئؤ،؟ـ",
    "th": "านรอกเงมยลวดทตสะิ่ปีคหแ้ัจพุชบขไใ์็ืโูถซผึธฟณภศษญำฐฎฏฑฒฌฆฉฝฬฮฯๆ",
}
_CAPITALS = {"ru", "uk", "bg", "el"}
_ZH = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日意无力与长把机十民第公"
    "此已工使情明性知全三关点正业外将两高间由问很最重并物手应文体相见利什二等或新制身果加月话合回特代内信表化给位次度"
    "门任常先通教原提立及比员解水名真论处各入认条平系气题更别变四总何电数安少报结受目量再务做接必件计管期市直资金指统"
    "区保至便空决书非则白界放强即难权完设式色路记住告类求据程北边该交规万取望领共确传清今让识候带请您好谢服器邮户登录"
    "错误启助帮贵司联系客址网络密码软版更附"
)
_TW = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然"
    "家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日意無力與長把機十民第公"
    "此已工使情明性知全三關點正業外將兩高間由問很最重並物手應文體相見利什二等或新制身果加月話合回特代內信表化給位次度"
    "門任常先通教原提立及比員解水名真論處各入認條平系氣題更別變四總何電數安少報結受目量再務做接必件計管期市直資金指統"
    "區保至便空決書非則白界放強即難權完設式色路記住告類求據程北邊該交規萬取望領共確傳清今讓識候帶請您好謝服器郵戶登錄"
    "錯誤啟助幫貴司聯繫客址網絡密碼軟版附伺測試"
)
_KANA = "のにはをたがでてとしれさいるすなかまこりっきくせらもうけおよそつあめだ"
_KATAKANA = "ーンスルトリアイラクッドシタフレマジサバロ"
_KO = "이다는에을의하고가지를로한은기사도서나어리자인시니스습해요부대정수보주제안일여게전있"
_BEFORE = {"cp1252": 0.0, "cp1257": -3.0}
_EAST = "，。、：！？；（）“”《》「」『』・　〜～．０１２３４５６７８９①②③ａｓ"


class Language(NamedTuple):
    """A language in one charset: log-probabilities of its characters, of the others, and beforehand."""

    codec: str
    characters: dict[str, float]
    others: tuple[tuple[range, float], ...]
    before: float


def _falling(letters: str, share: float) -> dict[str, float]:
    """Probabilities that fall from letter to letter and add up to `share`."""
    weights = [0.87**rank for rank in range(len(letters))]
    return {c: log(share * w / sum(weights)) for c, w in zip(letters, weights, strict=True)}


def _even(letters: Iterable[str], share: float) -> dict[str, float]:
    letters = list(letters)
    return dict.fromkeys(letters, log(share / len(letters)))


def _latin(name: str) -> dict[str, float]:
    return _even(_WESTERN, 0.1) | _falling(_LATIN[name], 0.88)


def _western(name: str) -> dict[str, float]:
    """As Windows-1252 has it: where nothing speaks for another charset, a sign alone is most likely in this one."""
    return _even(_WESTERN_SIGNS, 0.1) | _even(_WESTERN, 0.25) | _falling(_LATIN[name], 0.64)


def _other(name: str) -> dict[str, float]:
    lower = _falling(_OTHER[name], 0.85)
    capitals = {c.upper(): p - log(12) for c, p in lower.items() if c.upper() != c} if name in _CAPITALS else {}
    return _even(_WESTERN, 0.03) | capitals | lower


def _mixed(*groups: tuple[str, float]) -> dict[str, float]:
    return {c: p for letters, share in groups for c, p in _even(dict.fromkeys(letters), share).items()}


def _level(codec: str, first: int, last: int, share: float) -> dict[str, float]:
    """The everyday characters of an Eastern charset stand in rows of their own."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)] if codec == "cp950" else range(0xA1, 0xFF)
    pairs = (bytes((lead, trail)).decode(codec, "ignore") for lead in range(first, last + 1) for trail in trails)
    return _even([c for c in pairs if c], share)


_HAN = range(0x4E00, 0xA000)
_RARE_HAN = ((_HAN, log(0.02 / 14_000)),)


def _eastern() -> list[Language]:
    ja = (
        _level("euc_jp", 0xB0, 0xCF, 0.27)
        | _even(map(chr, range(0x3041, 0x3094)), 0.08)
        | _even(map(chr, range(0x30A1, 0x30F7)), 0.06)
        | _mixed((_KANA, 0.4), (_KATAKANA, 0.1), (_EAST, 0.08))
    )
    others = (*_RARE_HAN, (range(0xFF61, 0xFFA0), log(0.001 / 63)))
    chinese = _level("gb2312", 0xB0, 0xD7, 0.45) | _mixed((_ZH, 0.43), (_EAST, 0.08))
    traditional = _level("cp950", 0xA4, 0xC6, 0.45) | _mixed((_TW, 0.43), (_EAST, 0.08))
    korean = _level("euc_kr", 0xB0, 0xC8, 0.55) | _mixed((_KO, 0.4), (_EAST, 0.03))
    return [
        Language("cp932", ja, others, -1.0),
        Language("euc_jp", ja, others, -2.0),
        Language("gb18030", chinese, _RARE_HAN, -1.0),
        Language("big5", traditional, _RARE_HAN, -1.0),
        Language("cp949", korean, ((range(0xAC00, 0xD7A4), log(0.01 / 8_800)), *_RARE_HAN), -1.0),
    ]


def languages() -> tuple[Language, ...]:
    """All that can be guessed. Old charsets that hardly anybody sends undeclared count for less beforehand."""
    latin = {"cp1254": ("tr",), "cp1257": ("lt", "lv"), "cp1250": ("pl", "cs", "sk", "hu", "hr", "ro")}
    latin["cp1252"] = ("de", "fr", "es", "pt", "it", "ca", "nl", "fi", "nordic", "is")
    found = [
        Language(codec, _western(name) if codec == "cp1252" else _latin(name), (), _BEFORE.get(codec, -1.5))
        for codec, names in latin.items()
        for name in names
    ]
    found += [Language("iso8859-2", _latin(name), (), -2.5) for name in ("pl", "cs", "sk", "hu")]
    found += [Language("cp850", _latin(name), (), -3.5) for name in ("de", "fr", "es", "pt", "nordic")]
    found += [Language("cp852", _latin(name), (), -4.5) for name in ("pl", "cs")]
    single = (
        ("cp1251", "ru", -1.0), ("cp1251", "uk", -1.5), ("cp1251", "bg", -1.5), ("koi8-r", "ru", -1.5),
        ("koi8-u", "uk", -2.0), ("cp866", "ru", -3.5), ("iso-8859-5", "ru", -4.0), ("cp1253", "el", -1.5),
        ("cp1255", "he", -1.5), ("cp1256", "ar", -1.5), ("cp874", "th", -1.5),
    )  # fmt: skip
    found += [Language(codec, _other(name), (), before) for codec, name, before in single]
    return (*found, *_eastern())
