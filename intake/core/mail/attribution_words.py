"""The words that mail programs and ticket systems write above a quote or a forward, in many languages."""

import re

# Words between dashes above a whole mail, and lines of their own, as Outlook, Gmail, Apple Mail, Thunderbird,
# Lotus Notes, webmailers and the phone clients write them.
REPLY_WORDS = (
    "original message", "original mail", "reply message",
    "ursprüngliche nachricht", "ursprüngliche mail", "ursprüngliche e-mail", "originalnachricht", "original-nachricht",
    "message d'origine", "message d’origine", "message original", "mail original", "courriel original",
    "mensaje original", "correo original", "messaggio originale", "messaggio originario", "mail originale",
    "oorspronkelijk bericht", "origineel bericht", "mensagem original", "wiadomość oryginalna",
    "oryginalna wiadomość", "ursprungligt meddelande", "originalmeddelande", "oprindelig meddelelse",
    "opprinnelig melding", "alkuperäinen viesti", "původní zpráva", "původní e-mail", "pôvodná správa",
    "исходное сообщение", "оригинальное сообщение", "eredeti üzenet", "mesaj original", "orijinal mesaj",
    "元のメッセージ", "元のメール", "原始邮件", "原始郵件", "邮件原件", "원본 메시지", "원본 메일",
)  # fmt: skip
FORWARD_WORDS = (
    "forwarded message", "forwarded by", "forwarded mail", "weitergeleitete nachricht", "weitergeleitete mail",
    "weitergeleitet von", "message transféré", "courriel transféré", "mensaje reenviado", "correo reenviado",
    "messaggio inoltrato", "doorgestuurd bericht", "mensagem encaminhada", "mensagem reencaminhada",
    "wiadomość przekazana", "przekazana wiadomość", "treść przekazanej wiadomości", "vidarebefordrat meddelande",
    "vidarebefordrat brev", "videresendt meddelelse", "videresendt melding", "välitetty viesti",
    "edelleenlähetetty viesti", "přeposlaná zpráva", "přeposlaný e-mail", "пересылаемое сообщение",
    "пересланное сообщение", "転送メッセージ", "转发的邮件", "轉寄郵件", "转发邮件信息",
)  # fmt: skip
ALONE_WORDS = (
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "début du message réexpédié", "début du message transféré", "inicio del mensaje reenviado",
    "inizio messaggio inoltrato", "begin doorgestuurd bericht", "início da mensagem encaminhada",
    "início da mensagem reencaminhada", "początek przekazywanej wiadomości", "vidarebefordrat brev",
    "start på videresendt besked", "转发的邮件", "転送されたメッセージ", "以下是转发的邮件",
)  # fmt: skip
SENT_WORDS = (
    "sent", "gesendet", "envoyé", "enviado", "inviato", "verzonden", "wysłano", "wysłane", "skickat", "sendt",
    "lähetetty", "отправлено", "надіслано", "odesláno", "odoslané", "elküldve", "trimis", "gönderildi", "enviada",
    "στάλθηκε", "изпратено", "poslano", "poslato", "išsiųsta", "nosūtīts", "saadetud", "enviat", "נשלח", "送信日時",
    "发送时间", "寄件日期", "dikirim", "đã gửi", "ส่ง",
)  # fmt: skip
HEADER_ROLES = {
    word.casefold(): role
    for role, words in {
        "from": "from von de da van od från fra lähettäjä от від feladó kimden gönderen από šalje nuo saatja מאת من "
        "差出人 发件人 寄件者 送信元 보낸사람 expéditeur mittente remetente nadawca dari từ จาก",
        "date": " ".join(SENT_WORDS) + " date datum data fecha dato päivämäärä dátum tarih дата ημερομηνία kuupäev "
        "תאריך التاريخ 日付 日期 날짜",
        "to": "to an à para a aan do till til vastaanottaja komu címzett kime alıcı către кому до προς prima za kam "
        "adressaat adresat אל إلى 宛先 收件人 收件者 받는사람 kepada tới ถึง",
        "cc": "cc kopie copie copia kopia kopi dw bcc másolat bilgi копия копие κοιν kp עותק 抄送 副本 참조",
        "subject": "subject betreff objet sujet asunto oggetto onderwerp assunto temat ämne rubrik emne aihe předmět "
        "predmet tárgy subiect konu тема относно θέμα zadeva naslov tema tēma teema assumpte נושא "
        "الموضوع 件名 主题 主旨 제목 subjek เรื่อง",
    }.items()
    for word in words.split()
} | {
    "enviado el": "date", "enviada em": "date", "enviado em": "date", "от кого": "from", "data wysłania": "date",
    "de la": "from", "enviat el": "date", "per a": "to", "gönderme tarihi": "date", "copie à": "cc",
    "تم الإرسال": "date", "đã gửi": "date", "chủ đề": "subject",
    "보낸 사람": "from", "보낸 날짜": "date", "받는 사람": "to", "主\u3000题": "subject",
}  # fmt: skip
# What Notes and Outlook put below the subject.
MORE_HEADERS = frozenset(
    {"sent by", "gesendet von", "envoyé par", "enviado por", "inviato da", "importance", "wichtigkeit", "priorität",
     "priority", "attachments", "anlagen", "anhänge", "pièces jointes", "datos adjuntos", "allegati", "bijlagen"}
)  # fmt: skip
VERBS = re.compile(
    r"\b(?:wrote|writes|said|schrieb|schrieben|geschrieben|a écrit|escribió|ha scritto|scrisse|schreef|geschreven"
    r"|escreveu|napisał(?:a|\(a\))?|napisana przez|pisze|skrev|skriver|kirjoitti|napsal(?:a|\(a\))?|napísal(?:a|\(a\))?"
    r"|napisala?|napisao(?:\(la\)|la)?|пишет|пише|писали?|написала?|написа|yazdı|írta|a scris|ha escrit|missatge de"
    r"|έγραψε|rašė|rakstīja|kirjutas|đã viết|menulis|quoting|zitat von|citando|citation de|citaat van)(?:\b|(?=\W))"
    r"|написал\(а\)|写道|寫道|のメール|書きました|작성|쓴 글|เขียนว่า",
    re.I,
)
OPENING = re.compile(
    r"(?:on|am|le|el|il|op|em|a|no dia|w dniu|wiadomość|dnia|den|på|kl|dne|vào|în|at|в|在|于|於|\d|[^\W\d]{2,3}[.,] ?\d"
    r"|[^\W\d_]{2,10}[.,] )",
    re.I,
)
# How the webmail of some French providers begins a quote, above its headers.
STAMPED = re.compile(r"message du ?:? \d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:\d{2}", re.I)
# What ticket systems put above their own text.
ABOVE = re.compile(
    r"(?:reply|answer|respond|write|type)\b.{0,20} above this line|(?:oberhalb|über) dieser (?:zeile|linie)"
    r"|au-dessus de cette ligne|encima de esta línea|sopra (?:a )?questa (?:riga|linea)|boven deze (?:regel|lijn)"
    r"|acima desta linha|powyżej tej linii|ovanför (?:denna|den här) (?:rad|linje)|(?:この行|この線)より上",
)
# How these end: a look that spares most lines others.
ABOVE_ENDS = frozenset({"ine", "ile", "nie", "gne", "nea", "iga", "gel", "ijn", "nha", "nii", "rad", "nje", "より上"})
