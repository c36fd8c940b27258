import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.charset import Decoded, clean_text, codec_for, decode


@pytest.mark.parametrize(
    ("text", "written", "declared"),
    [
        ("„Größe“ €", "cp1252", "iso-8859-1"),
        ("„Größe“", "cp1252", '"ISO-8859-1"; format=flowed'),
        ("镕基", "gbk", "GB2312"),
        ("①髙橋", "cp932", "shift_jis"),
        ("뷁", "cp949", "EUC-KR"),
        ("İstanbul ğüş", "cp1254", "iso-8859-9"),
        ("žluťoučký", "iso-8859-2", "ISO_8859-2"),
        ("Привет", "koi8-r", "koi8-r"),
        ("Привет", "cp866", "cp866"),
        ("שלום", "cp1255", "iso-8859-8-i"),
        ("สวัสดี", "cp874", "tis-620"),
        ("Grüße", "utf-16", "utf-16"),
        ("Grüße", "utf-8-sig", "utf-8"),
        ("Grüße", "cp850", "cp850"),
        ("こんにちは", "euc_jp", "euc-jp"),
        ("カタカナ", "iso2022_jp", "iso-2022-jp"),
        ("안녕하세요", "iso2022_kr", "iso-2022-kr"),
        ("你好", "hz", "hz-gb-2312"),
        ("Grüße +", "utf-7", "UTF-7"),
    ],
)
def test_declared_charsets_are_read_with_their_supersets(text: str, written: str, declared: str) -> None:
    decoded = decode(text.encode(written), declared)
    assert decoded.text == text
    assert decoded.defect is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Störung im Büro, für uns überraschend", "cp1252"),
        ("Le système est arrêté, réponse à venir", "iso-8859-15"),
        ("Сервер не запускается", "cp1251"),
        ("Сервер не запускается", "koi8-r"),
        ("Тест", "cp1251"),
        ("サーバーが起動しません。よろしくお願いします。", "cp932"),
        ("サーバーが起動しません。よろしくお願いします。", "euc_jp"),
        ("サーバーが起動しません。", "iso2022_jp"),
        ("서버가 시작되지 않습니다", "cp949"),
        ("我们的服务器无法启动，请帮助我们", "gb18030"),
        ("我們的伺服器無法啟動，請幫助我們", "big5"),
        ("Ο διακομιστής δεν ξεκινά", "cp1253"),
        ("Serwer nie działa, proszę o pomoc, błąd wciąż się powtarza", "cp1250"),
        ("Der Kalender lädt nicht", "utf-8"),
        ("The server is down", "utf-16"),
    ],
)
@pytest.mark.parametrize("declared", [None, "x-unknown", "us-ascii"])
def test_undeclared_text_is_recognised(text: str, written: str, declared: str | None) -> None:
    assert decode(text.encode(written), declared).text == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("für", "cp1252"),
        ("Öl", "cp1252"),
        ("Grüße", "cp1252"),
        ("Größe: 5 €", "cp1252"),
        ("déjà", "cp1252"),
        ("à bientôt", "cp1252"),
        ("Île", "cp1252"),
        ("RÉFÉRENCÉE", "cp1252"),
        ("Suíça", "cp1252"),
        ("ação", "cp1252"),
        ("¿Qué?", "cp1252"),
        ("África", "cp1252"),
        ("ÑANDÚ", "cp1252"),
        ("Perù", "cp1252"),
        ("perché è così", "cp1252"),
        ("jäätelö", "cp1252"),
        ("Ækvator", "cp1252"),
        ("Indonesië", "cp1252"),
        ("it’s “done” – 5 €", "cp1252"),
        ("“done”", "cp1252"),
        ("„so“ – §\xa05", "cp1252"),
        ("§", "cp1252"),
        ("5 µs ± 1", "cp1252"),
        ("3 × 4", "cp1252"),
        ("± 1", "cp1252"),
        ("½", "cp1252"),
        ("• one", "cp1252"),
        ("£ 5", "cp1252"),
        ("10 m²", "cp1252"),
        ("î", "cp1252"),
        ("Zoë", "cp1252"),
        ("año", "cp1252"),
        ("så", "cp1252"),
        ("não", "cp1252"),
        ("hasło", "cp1250"),
        ("Łukasz", "cp1250"),
        ("święto", "cp1250"),
        ("Łódź", "cp1250"),
        ("błąd wciąż trwa", "cp1250"),
        ("Děkuji, úpěl kůň", "cp1250"),
        ("Işık", "cp1254"),
        ("Да, есть", "cp1251"),
        ("Сервер", "koi8-r"),
        ("ПОМОГИТЕ", "cp1251"),
        ("Ναι, βοήθεια", "cp1253"),
        ("テスト", "cp932"),
        ("御見積書", "cp932"),
        ("障害の報告です", "euc_jp"),
        ("你好", "gb18030"),
        ("发票", "gb18030"),
        ("測試", "big5"),
        ("안녕하세요", "cp949"),
    ],
)
def test_a_few_undeclared_words_are_enough(text: str, written: str) -> None:
    assert decode(text.encode(written)).text == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1251", "utf-8", "gb2312", "us-ascii", "utf-16"])
def test_text_in_utf_8_is_read_whatever_is_declared(declared: str) -> None:
    text = "Schöne Grüße aus Köln – für alle Ämter"
    decoded = decode(text.encode(), declared)
    if declared != "utf-16":
        assert decoded.text == text


def test_one_bad_byte_does_not_cost_the_rest() -> None:
    assert decode("Größe und Übel".encode() + b"\xff!", "utf-8").text == "Größe und Übel\ufffd!"
    assert decode("服务器无法启动，请帮助我们解决这个问题".encode("gb18030") + b"\xff!", "gb2312").text.startswith(
        "服务器"
    )


def test_nec_characters_and_half_width_kana_of_windows_clients_are_read() -> None:
    data = b"\x1b$B-!-j\x1b(I6E\x1b(B ok"
    assert decode(data, "iso-2022-jp").text == "①㈱ｶﾅ ok"


def test_labels_of_no_charset_say_nothing() -> None:
    assert codec_for("x-unknown") is None
    assert codec_for("undefined") is None
    assert codec_for("") is None
    assert codec_for("idna") is None


_LABELS = st.sampled_from(["utf-7", "hz", "utf-16", "iso-2022-jp", "big5", "idna"])


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=20), _LABELS))
def test_any_bytes_become_text_fit_for_a_database(data: bytes, declared: str | None) -> None:
    text = clean_text(decode(data, declared).text)
    assert "\0" not in text
    assert "\r" not in text
    text.encode("utf-8")


@given(st.text(alphabet="äöüßéèàçñ abcdefghijklmnop", min_size=1))
def test_text_that_is_declared_rightly_comes_back(text: str) -> None:
    for codec in ("utf-8", "iso-8859-1", "utf-7"):
        data = text.encode(codec)
        if codec == "utf-8" or not _reads_as_utf8(data):
            assert decode(data, codec).text == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "iso-8859-15"])
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Merhaba, sunucuya giriş yapılamıyor, hata aşağıdaki gibi.", "cp1254"),
        ("Sayın yetkili, kullanıcı şifresini değiştiremiyor.", "iso-8859-9"),
        ("Góðan dag, þetta er ekki að virka, ég fæ villu við að skrá mig inn.", "cp1252"),
        ("Það þarf að laga þetta. Við fáum villu.", "cp1252"),
        ("Þórður ýtti við ýmsu", "cp1252"),
    ],
)
def test_turkish_under_a_western_name_is_told_from_icelandic(text: str, written: str, declared: str) -> None:
    assert decode(text.encode(written), declared).text == text


def test_who_tries_umlauts_alone_is_read_as_declared() -> None:
    for text in ("äöüÄÖÜß äöüÄÖÜß éèà", "ßßßßßßßßßßßßßß"):
        assert decode(text.encode("iso-8859-1"), "iso-8859-1").text == text


def _reads_as_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.isascii()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xc3\xa9 is closed \xe9", "café is closed \ufffd"),
        (b"caf\xc3\xa9 \x81 down", "café \ufffd down"),
        (b"na\xc3\xafve caf\xe9", "naïve caf\ufffd"),
        (b"the in\x9dbox stays empty", "the in\ufffdbox stays empty"),
        (b"Gr\xc3\xbc\xc3\xdfe aus K\xc3\xb6ln", "Grü\ufffd\ufffde aus Köln"),
    ],
)
def test_a_stray_byte_in_utf_8_is_replaced_and_the_rest_is_read_as_declared(data: bytes, text: str) -> None:
    assert decode(data, "utf-8") == Decoded(text, "some bytes are not utf-8")


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"caf\xe9", "café"), (b"it\x92s broken", "it’s broken"), (b"Gr\xfc\xdfe", "Grüße"), (b"5 \x80", "5 €")],
)
def test_western_text_that_is_wrongly_declared_as_utf_8_is_read_as_it_was_written(data: bytes, text: str) -> None:
    assert decode(data, "utf-8").text == text


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "cp866", "gb18030", "shift_jis", "euc-kr"])
def test_text_of_another_charset_that_is_declared_as_utf_8_is_not_read_with_holes(charset: str) -> None:
    said = {"gb18030": "收件箱是空的，请帮忙", "shift_jis": "受信箱が空です", "euc-kr": "받은 편지함이 비어 있습니다"}
    text = said.get(charset, "Почтовый ящик пуст, помогите")
    assert "\ufffd" not in decode(text.encode(charset), "utf-8").text
