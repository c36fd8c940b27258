"""Which charset undeclared 8-bit text is most likely in, by the letters that are frequent in its languages."""

import re

_NON_ASCII = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_IDEOGRAPHS = re.compile("[\x00-\x7f\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]+")
_SAMPLE = 8192

# Each codec with the letters most frequent in the languages written in it; the best share wins.
_RUN_CANDIDATES = (
    ("cp1251", "оеаинтсрвлк"),
    ("koi8-u", "оеаинтсрвлк"),
    ("iso-8859-5", "оеаинтсрвлк"),
    ("cp866", "оеаинтсрвлк"),
    ("cp932", "のにはをたがでてとしれさいるすなかまこりアインスルトー"),
    ("euc_jp", "のにはをたがでてとしれさいるすなかまこりアインスルトー"),
    ("cp949", "이다는에을의하고가지를로한은기사도서나어리자인시니"),
    ("gb18030", "的一是不了在有我人这为中大来上国个到说们您好请问题无法服务器邮件"),
    ("big5", "的一是不了在有我人這為中大來上國個到說們您好請問題無法服務器郵件"),
    ("cp1253", "αοιετσνηυρπκ"),
    ("cp1255", "יוהלאמרתבש"),
    ("cp1256", "اليمونرتبدع"),
    ("cp874", "านรอกเงมยลว่้"),
)
_ISOLATED_CANDIDATES = (
    ("cp1252", "äöüßéèêàçñáíóúôîâûëïãõåøæÄÖÜÉÅØÀÇ’‘“”„–—…€ §°«»¿¡´·®©"),
    ("cp1250", "ąęłśżźćńóčšřžýáíéěůúťďňőűľ’„”–… ĄĘŁŚŻŹĆŃÓČŠŘŽ"),
    ("cp850", "äöüßéèàçñáíóúÄÖÜ"),
)
_ENOUGH = 0.3


def likely_charset(data: bytes) -> str:
    """A Python codec for text that is not UTF-8; Windows-1252 where nothing speaks for another."""
    first = _NON_ASCII.search(data)
    start = max(0, first.start() - 64) if first else 0
    sample = data[start : start + _SAMPLE]
    runs = _HIGH_RUN.findall(sample)
    high = sum(map(len, runs))
    in_runs = sum(len(run) for run in runs if len(run) > 1)
    # Latin words have single letters beyond ASCII; the bytes of other scripts stand together.
    if in_runs * 2 > high:
        found = _best(sample, _RUN_CANDIDATES) or _by_ideographs(sample) or _best(sample, _ISOLATED_CANDIDATES)
    else:
        found = _best(sample, _ISOLATED_CANDIDATES) or _best(sample, _RUN_CANDIDATES)
    return found or "windows-1252"


def _best(sample: bytes, candidates: tuple[tuple[str, str], ...]) -> str | None:
    share, codec = max(((_share(sample, codec, letters), codec) for codec, letters in candidates), key=_first)
    return codec if share >= _ENOUGH else None


def _first(pair: tuple[float, str]) -> float:
    return pair[0]


def _by_ideographs(sample: bytes) -> str | None:
    """Short text such as a file's name may hold no frequent character at all."""
    for codec in ("shift_jis", "gb2312"):
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        if _IDEOGRAPHS.fullmatch(text):
            return {"shift_jis": "cp932", "gb2312": "gb18030"}[codec]
    return None


def _share(sample: bytes, codec: str, letters: str) -> float:
    """How much of the non-ASCII text is made of the frequent letters, if `codec` can read the sample at all."""
    text = sample.decode(codec, "replace")
    beyond = [c for c in text if c > "\x7f"]
    if not beyond or beyond.count("\ufffd") > 1 + len(beyond) // 50:
        return 0.0
    return sum(1 for c in beyond if c in letters) / len(beyond)
