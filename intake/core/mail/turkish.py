"""Turkish that is declared as Western: six letters of Latin-5 stand where Latin-1 has those of Icelandic."""

import re

# ð ý þ Ð Ý Þ in Latin-1; ğ ı ş Ğ İ Ş in Latin-5
_SIX = re.compile(rb"[\xd0\xdd\xde\xf0\xfd\xfe]")
# letters that Icelandic has and Turkish has not: á é í ó ú æ and their capitals
_ICELANDIC = re.compile(rb"[\xc1\xc9\xcd\xd3\xda\xc6\xe1\xe9\xed\xf3\xfa\xe6]")
_FEWEST_LETTERS, _FEWEST_WORDS = 3, 2
_LOOKS_AT = 20_000
# Everyday words; the first are written with one of the six letters.
_WORDS = frozenset(
    word.encode("cp1254")
    for word in (
        "için", "nasıl", "değil", "ayrıca", "hatası", "çalışmıyor", "olduğu", "olduğunu", "kullanıcı", "iyi", "günler",
        "bir", "ve", "bu", "ile", "ne", "yok", "çok", "daha", "gibi", "olarak", "merhaba", "lütfen", "saygılar",
        "saygılarımla", "teşekkürler", "teşekkür", "ederim", "ederiz", "sayın", "değerli", "giriş", "yardım", "kadar",
        "sonra", "hata", "sunucu", "posta", "gelen", "sorun", "aşağıdaki", "şu", "şekilde", "mı", "mi", "bana", "bize",
    )
)  # fmt: skip
_WORD = re.compile(rb"[a-z\x80-\xff]+")


def is_turkish(data: bytes) -> bool:
    """Whether bytes that are declared as Latin-1 or Windows-1252 are Turkish in Latin-5 or Windows-1254, for sure.

    At least three of the six letters, two everyday words, and no letter that Icelandic has besides.
    """
    looked = data[:_LOOKS_AT]
    if len(_SIX.findall(looked)) < _FEWEST_LETTERS or _ICELANDIC.search(looked):
        return False
    return len(_WORDS.intersection(_WORD.findall(looked.lower()))) >= _FEWEST_WORDS
