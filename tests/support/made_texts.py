"""Words of many languages, each with the labels under which mail programs send them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """Sentences, and pairs of a label as written in a mail and the Python codec that writes it."""

    sentences: tuple[str, ...]
    charsets: tuple[tuple[str, str], ...]


UTF_8 = (("utf-8", "utf-8"), ("UTF8", "utf-8"), ('"utf-8"', "utf-8"), ("utf-8; format=fixed", "utf-8"))
_LATIN = (
    ("iso-8859-1", "latin-1"),
    ("ISO-8859-15", "iso8859-15"),
    ("windows-1252", "cp1252"),
    ("Cp1252", "cp1252"),
    ("latin1", "latin-1"),
    ("ibm850", "cp850"),
    ("macintosh", "mac_roman"),
    ("x-mac-roman", "mac_roman"),
    ("utf-7", "utf-7"),
    ("utf-16le", "utf-16-le"),
    ("utf-16be", "utf-16-be"),
    ("utf-16", "utf-16"),
    ("iso-8859-1", "utf-8"),
    ("us-ascii", "utf-8"),
    ("unknown-8bit", "utf-8"),
    ("x-user-defined", "utf-8"),
)
TONGUES = {
    "en": Tongue(
        ("The server is down since this morning.", "Please have a look, nobody can log in.", "It says: error 500"),
        (("us-ascii", "ascii"), ("ANSI_X3.4-1968", "ascii"), ("x-user-defined", "ascii"), ("utf-16", "utf-16-le")),
    ),
    "de": Tongue(
        ("Die Oberfläche lädt nicht mehr für alle Benutzer.", "Schöne Grüße aus Köln", "Größe: 3 GB, überall"),
        _LATIN,
    ),
    "fr": Tongue(
        ("Le système est arrêté depuis hier à midi.", "Voilà la réponse, déjà reçue.", "Où est le problème ?"), _LATIN
    ),
    "es": Tongue(("El año pasado funcionó así.", "¿Qué pasó mañana?", "¡No contestó ningún señor!"), _LATIN),
    "pt": Tongue(("As informações não chegam às estações.", "A instalação não avança.", "São João"), _LATIN),
    "sv": Tongue(("Vi kan inte nå servern på några dagar.", "Hälsningar från Åmål", "Ändå går det för sent"), _LATIN),
    "pl": Tongue(
        ("Serwer nie działa od wczoraj, proszę o pomoc.", "Zażółć gęślą jaźń", "Błąd wciąż się powtarza"),
        (("iso-8859-2", "iso8859-2"), ("windows-1250", "cp1250"), ("cp852", "cp852"), ("ISO_8859-2", "iso8859-2")),
    ),
    "cs": Tongue(
        ("Server od včerejška neběží, prosím o pomoc.", "Příliš žluťoučký kůň", "Děkuji, úpěl ďábelské"),
        (("iso-8859-2", "iso8859-2"), ("windows-1250", "cp1250"), ("cp-1250", "cp1250")),
    ),
    "ru": Tongue(
        ("Сервер не запускается со вчерашнего дня.", "Помогите, пожалуйста!", "Ошибка входа: 500"),
        (
            ("koi8-r", "koi8-r"),
            ("windows-1251", "cp1251"),
            ("iso-8859-5", "iso8859-5"),
            ("ibm866", "cp866"),
            ("x-mac-cyrillic", "mac_cyrillic"),
        ),
    ),
    "uk": Tongue(
        ("Сервер не працює, допоможіть, будь ласка.", "Її ключі ґрунтовні", "Дякуємо за відповідь"),
        (("koi8-u", "koi8-u"), ("windows-1251", "cp1251")),
    ),
    "el": Tongue(
        ("Ο διακομιστής δεν ξεκινά από χθες.", "Ευχαριστώ πολύ", "Παρακαλώ βοηθήστε"),
        (("iso-8859-7", "iso8859-7"), ("windows-1253", "cp1253")),
    ),
    "tr": Tongue(
        ("Sunucu dünden beri çalışmıyor.", "Teşekkürler, iyi günler", "Şifre değiştirilemedi"),
        (("iso-8859-9", "iso8859-9"), ("windows-1254", "cp1254"), ("latin5", "iso8859-9")),
    ),
    "lt": Tongue(
        ("Serveris neveikia nuo vakar, prašome padėti.", "Ačiū už žinutę", "Šįryt įvyko klaida"),
        (("iso-8859-13", "iso8859-13"), ("windows-1257", "cp1257")),
    ),
    "he": Tongue(
        ("השרת אינו עולה מאתמול", "תודה רבה", "בבקשה עזרו לנו"),
        (("windows-1255", "cp1255"), ("iso-8859-8-i", "iso8859-8"), ("iso-8859-8", "iso8859-8")),
    ),
    "ar": Tongue(
        ("الخادم لا يعمل منذ أمس", "شكرا جزيلا", "من فضلكم ساعدونا"),
        (("windows-1256", "cp1256"), ("iso-8859-6", "iso8859-6")),
    ),
    "th": Tongue(
        ("เซิร์ฟเวอร์ไม่ทำงานตั้งแต่เมื่อวาน", "ขอบคุณครับ", "กรุณาช่วยด้วย"), (("tis-620", "tis-620"), ("windows-874", "cp874"))
    ),
    "ja": Tongue(
        ("サーバーが昨日から起動しません。", "よろしくお願いいたします。", "エラー番号は500です"),
        (
            ("iso-2022-jp", "iso2022_jp"),
            ("ISO-2022-JP-1", "iso2022_jp_1"),
            ("iso-2022-jp-2", "iso2022_jp_2"),
            ("iso-2022-jp-3", "iso2022_jp_3"),
            ("iso-2022-jp-2004", "iso2022_jp_2004"),
            ("iso-2022-jp-ms", "iso2022_jp"),
            ("shift_jis", "shift_jis"),
            ("Shift-JIS", "cp932"),
            ("x-sjis", "cp932"),
            ("windows-31j", "cp932"),
            ("cp932", "cp932"),
            ("euc-jp", "euc_jp"),
            ("x-euc-jp", "euc_jp"),
            ("eucjp-ms", "euc_jp"),
            ("us-ascii", "iso2022_jp"),
        ),
    ),
    "zh": Tongue(
        ("我们的服务器从昨天起无法启动。", "请帮助我们解决这个问题，谢谢！", "错误代码：500"),
        (
            ("gb2312", "gb2312"),
            ("GB2312", "gbk"),
            ("gbk", "gbk"),
            ("x-gbk", "gbk"),
            ("gb18030", "gb18030"),
            ("cp936", "gbk"),
            ("hz-gb-2312", "hz"),
            ("chinese", "gb2312"),
        ),
    ),
    "tw": Tongue(
        ("我們的伺服器從昨天起無法啟動。", "請幫助我們解決這個問題，謝謝！", "錯誤代碼：500"),
        (("big5", "big5"), ("Big5-HKSCS", "big5hkscs"), ("x-x-big5", "big5"), ("cp950", "cp950")),
    ),
    "ko": Tongue(
        ("서버가 어제부터 시작되지 않습니다.", "도와주시면 감사하겠습니다.", "오류 번호: 500"),
        (
            ("euc-kr", "euc_kr"),
            ("ks_c_5601-1987", "cp949"),
            ("uhc", "cp949"),
            ("cp949", "cp949"),
            ("windows-949", "cp949"),
            ("iso-2022-kr", "iso2022_kr"),
        ),
    ),
    "emoji": Tongue(("Alles gut 👍🏽 – fast 🙂", "naïve café № 5 → ∞", "𝔘nicode ﬁne"), UTF_8),
}
STATEFUL = {
    "iso2022_jp",
    "iso2022_jp_1",
    "iso2022_jp_2",
    "iso2022_jp_3",
    "iso2022_jp_2004",
    "iso2022_kr",
    "hz",
    "utf-7",
}
# Their bytes hold line breaks, NUL and the like: they travel in base64 only.
WIDE = {"utf-16", "utf-16-le", "utf-16-be"}
