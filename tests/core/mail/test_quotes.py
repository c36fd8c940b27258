"""What the writer added is told from what was quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.quotes import new_text

ATTRIBUTIONS = [
    "On Mon, Nov 2, 2026 at 10:00 AM Support Desk <desk@support.example> wrote:",
    "On Mon, Nov 2, 2026 at 10:00 AM Support Desk with a Long Name\n<desk@support.example>\nwrote:",
    "On 02/11/2026 10:00, Support Desk wrote:",
    "On 2 Nov 2026, at 10:00, Support Desk <desk@support.example> wrote:",
    "Support Desk <desk@support.example> wrote on 2026-11-02 10:00:",
    "Am 02.11.2026 um 10:00 schrieb Support Desk:",
    "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Support Desk <desk@support.example\n>:",
    "Support Desk schrieb am 02.11.2026 um 10:00:",
    "Le lun. 2 nov. 2026 à 10:00, Support Desk <desk@support.example> a écrit :",
    "Le 02/11/2026 à 10:00, Support Desk a écrit\u00a0:",
    "El lun, 2 nov 2026 a las 10:00, Support Desk (<desk@support.example>)\nescribió:",
    "Il giorno lun 2 nov 2026 alle ore 10:00 Support Desk\n<desk@support.example> ha scritto:",
    "Op ma 2 nov. 2026 om 10:00 schreef Support Desk <desk@support.example>:",
    "Op 2 nov. 2026, om 10:00 heeft Support Desk <desk@support.example> het volgende geschreven:",
    "Em seg., 2 de nov. de 2026 às 10:00, Support Desk <desk@support.example>\nescreveu:",
    "pon., 2 lis 2026 o 10:00 Support Desk <desk@support.example> napisał(a):",
    "W dniu 02.11.2026 o 10:00, Support Desk pisze:",
    "Den mån 2 nov. 2026 kl 10:00 skrev Support Desk <desk@support.example>:",
    "2026年11月2日(月) 10:00 Support Desk <desk@support.example>:",
    "2026/11/02 10:00、Support Desk <desk@support.example>のメール:",
    "Пн, 2 нояб. 2026 г. в 10:00, Support Desk <desk@support.example>:",
    "Support Desk wrote:",
    "Quoting Support Desk <desk@support.example>:",
    "Zitat von Support Desk <desk@support.example>:",
    "* Support Desk <desk@support.example> [2026-11-02 10:00]:",
    "Support Desk <desk@support.example> 于2026年11月2日周一 10:00写道：",
    "Support Desk <desk@support.example> ezt írta (időpont: 2026. nov. 2., H, 10:00):",
    "On Mon, 2026-11-02 at 10:00 +0100, Support Desk wrote:",
]
HEADERS = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado", "Para", "Asunto"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("De", "Enviada em", "Para", "Assunto"),
    ("Od", "Wysłane", "Do", "Temat"),
    ("Från", "Skickat", "Till", "Ämne"),
    ("差出人", "送信日時", "宛先", "件名"),
    ("*From*", "*Sent*", "*To*", "*Subject*"),
]
DIVIDERS = [
    "-----Original Message-----",
    "----- Original Message -----",
    "-----Ursprüngliche Nachricht-----",
    "-------- Weitergeleitete Nachricht --------",
    "---------- Forwarded message ---------",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Mensagem original-----",
    "-----Wiadomość oryginalna-----",
    "-----Ursprungligt meddelande-----",
    "-----元のメッセージ-----",
    "##- Please type your reply above this line -##",
    "--- Bitte antworten Sie oberhalb dieser Zeile ---",
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:",
]
FORM = "Server: a.example\nSeverity: 2\nFrom: our gateway\n\nCurrent behaviour:\nIt stops."


def headers(names: tuple[str, str, str, str]) -> str:
    values = ("Support Desk <desk@support.example>", "Monday, 2 November 2026 10:00", "it@hosting.example", "RE: a")
    return "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_the_quote_below_an_answer_is_folded_with_its_introduction(attribution: str) -> None:
    assert new_text(f"Thanks, it works.\n\n{attribution}\n\n> old\n>> older\n> old") == "Thanks, it works."
    assert new_text(f"{FORM}\n{attribution}\n> old\n") == FORM


@pytest.mark.parametrize("attribution", [a for a in ATTRIBUTIONS if "@" in a and "20" in a and a[0] != "*"])
def test_an_attribution_with_an_address_needs_no_quote_signs_below(attribution: str) -> None:
    assert new_text(f"{FORM}\n\n{attribution}\n\nold words\nmore") == FORM


EXACT = [
    "On Mon, Nov 2, 2026 at 10:00 AM Support Desk wrote:",
    "Am Montag, 2. November 2026, 10:00:12 MEZ schrieb Support Desk:",
    "Support Desk schrieb am 02.11.2026 10:00:12:",
    "Support Desk hat am 02.11.2026 10:00:12 geschrieben:",
    "Le lun. 2 nov. 2026 à 10:00, Support Desk a écrit :",
    "Op ma. 2 nov. 2026 om 10:00 schreef Kim van Support:",
]
PLAIN = [
    "On 02/11/2026 10:00, Support Desk wrote:",
    "Am 02.11.2026 um 10:00 schrieb Support Desk:",
    "Support Desk wrote on 2 November 2026 at 10:00:",
    "Support Desk <desk@support.example> schrieb:",
]


@pytest.mark.parametrize("attribution", EXACT)
def test_an_attribution_as_exact_as_programs_write_it_needs_no_address(attribution: str) -> None:
    assert new_text(f"{FORM}\n\n{attribution}\n\nold words\nmore") == FORM
    announced = f"He is right:\n\n{attribution}\n\nold words\n\nThat did not help."
    assert new_text(announced) == announced


@pytest.mark.parametrize("attribution", PLAIN)
def test_one_that_people_write_as_well_counts_below_the_end_of_their_mail(attribution: str) -> None:
    words = "It stops.\n\nRegards\nRobin"
    assert new_text(f"{words}\n\n{attribution}\n\nold words\nmore") == words
    told = f"It stops.\n\n{attribution}\n\nold words\n\nThat did not help."
    assert new_text(told) == told


@pytest.mark.parametrize("who", ["Herr Muster", "Our admin", "Der Support", "Kim from our team"])
def test_who_tells_what_somebody_wrote_keeps_it(who: str) -> None:
    text = f"It stops.\n\n{who} wrote on 02.11.2026 10:00:12:\n\nold words\n\nThat did not help."
    assert new_text(text) == text


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_answer_below_the_quote_is_kept_without_it(attribution: str) -> None:
    assert new_text(f"{attribution}\n> Which version?\n> Please say.\n\n7.10.6\n") == "7.10.6"


@pytest.mark.parametrize("names", HEADERS)
@pytest.mark.parametrize("rule", ["", "________________________________\n"])
def test_headers_in_outlooks_order_begin_a_quote(names: tuple[str, str, str, str], rule: str) -> None:
    assert new_text(f"{FORM}\n\n{rule}{headers(names)}\n\nold words\nSeverity: 3") == FORM


FORWARDS = [each for each in DIVIDERS if "orward" in each or "eitergeleitet" in each]
ACCOUNT = "Since the update on Sunday no calendar opens for anybody. " * 4


@pytest.mark.parametrize("divider", DIVIDERS)
def test_a_divider_begins_a_quote_or_a_forward(divider: str) -> None:
    assert new_text(f"{ACCOUNT}\n\n{divider}\n\nFrom: a\nDate: b\n\nold words") == ACCOUNT


@pytest.mark.parametrize("divider", [each for each in DIVIDERS if each not in FORWARDS])
def test_few_words_above_a_reply_are_all_that_is_new(divider: str) -> None:
    assert new_text(f"It works.\n\n{divider}\n\nFrom: a\nDate: b\n\nold words") == "It works."


@pytest.mark.parametrize("divider", FORWARDS)
def test_a_mail_forwarded_with_few_words_is_the_matter_itself(divider: str) -> None:
    text = f"For your information.\n\n{divider}\n\nFrom: a\nDate: b\n\nold words"
    assert new_text(text) == text


@pytest.mark.parametrize(
    "subject", ["FW: a", "Fwd: a", "WG: a", "TR : a", "RV: a", "ENC: a", "PD: a", "VB: a", "[x] Fw: a"]
)
def test_a_subject_tells_a_forward_of_outlook_from_a_reply(subject: str) -> None:
    text = f"Please help.\n\n{headers(HEADERS[0])}\n\nold words"
    assert new_text(text, subject) == text
    assert new_text(text, "RE: a") == "Please help."
    assert new_text(text, "RE: FW: a") == "Please help."


@pytest.mark.parametrize("divider", DIVIDERS)
def test_a_forward_without_a_word_is_kept(divider: str) -> None:
    text = f"{divider}\nFrom: a\nDate: b\n\n{FORM}"
    assert new_text(text) == text
    assert new_text(f"Sent from my iPhone\n\n{text}") == f"Sent from my iPhone\n\n{text}"


def test_a_bare_quote_is_kept() -> None:
    assert new_text("> a\n> b") == "> a\n> b"


def test_answers_between_quoted_lines_keep_what_they_answer() -> None:
    text = "> Which version?\n7.10.6\n\n> Which module?\n\nmail\n"
    introduction = "On Mon, Nov 2, 2026 at 10:00 AM Desk <desk@support.example> wrote:\n"
    assert new_text(introduction + text) == text.strip()
    assert new_text(f"Hello,\n\n{introduction}{text}> Regards\n> Desk\n") == f"Hello,\n\n{text}".strip()


def test_a_quote_that_the_writer_put_into_the_text_is_kept() -> None:
    text = "The log says\n> ERROR foo\n> ERROR bar\nWhat is it?"
    assert new_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        FORM,
        "From: our gateway\nServer: x\nSeverity: 2\nTo: many users",
        "On Monday 2 users wrote:\nit is slow\n\nPlease help.",
        "At 10:30 on 2026-11-02 our user wrote:\nIt fails.",
        "Log:\n----- begin of log -----\nfoo\n----- end of log -----\nbye",
        "Before\n__________________\nAfter",
        "Steps:\nReturn-Path: <a@b.example>\nFrom: a@b.example\nTo: c@d.example\nSubject: hi\nDate: Mon\n\nfoo",
        "My phone was sent from the factory\nand works",
        "Hello\n\nSent from our gateway: nothing",
        "Option --\nfoo",
        "Hello,\n\nFrom: 10:00\nTo: 12:00\nDate: 2.11.2026\nSubject: outage window\n\nThe server was down.",
        "Sent: 17 mails on 2.11.\nFrom: app1\nTo: app2\nSubject: queue report\n\nnone arrived",
        "Von: 10:00\nBis: 12:00\nDatum: 2.11.2026\nBetreff: Ausfall\n\nServer war weg",
        "Please type your reply above this line of the log.\nfoo",
        "",
        "\n\n",
    ],
)
def test_text_that_only_resembles_a_quote_stays(text: str) -> None:
    assert new_text(text).strip() == text.strip()


@pytest.mark.parametrize("delimiter", ["-- ", "--"])
def test_a_signature_is_folded(delimiter: str) -> None:
    assert new_text(f"{FORM}\n\n{delimiter}\nSome Company\nStreet 1") == FORM
    quote = "On 2026-11-02 10:00 Desk <desk@support.example> wrote:\n> old\n> -- \n> Desk"
    assert new_text(f"{FORM}\n\n{delimiter}\nSome Company\n\n{quote}") == FORM
    assert new_text(f"{quote}\n\n{FORM}\n{delimiter}\nSome Company") == FORM


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Sent from my Samsung Galaxy smartphone.",
        "Get Outlook for iOS",
        "Von meinem iPhone gesendet",
        "Gesendet von Mail für Windows",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden vanaf mijn iPhone",
        "Enviado do meu iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "iPhoneから送信",
    ],
)
def test_the_line_of_a_phone_is_folded(line: str) -> None:
    assert new_text(f"It works now.\n\n{line}\n") == "It works now."
    assert new_text(f"It works now.\n\n{line}\n\nOn 2 Nov 2026, at 10:00, D <d@support.example> wrote:\n\n> old") == (
        "It works now."
    )


def test_lines_of_two_programs_are_folded_both() -> None:
    assert new_text("It works.\n\nSent from my iPhone\n\nGet Outlook for iOS") == "It works."


CARD = "Kind regards,\nRobin\nBeispiel Ltd\nTel.: +44 20 7946 0000"
NOTICE = "This e-mail is confidential and intended for the addressee. If you are not the addressee, delete it."
CLOSINGS = ["Kind regards", "Mit freundlichen Grüßen", "Viele Grüße", "Cordialement", "Saludos", "Saluti",
            "Met vriendelijke groet", "Cumprimentos", "Pozdrawiam", "Hälsningar", "よろしくお願いします。"]  # fmt: skip


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_card_below_a_closing_formula_is_folded_and_the_name_kept(closing: str) -> None:
    text = f"{FORM}\n\n{closing}\nRobin"
    assert new_text(f"{text}\n\nBeispiel Ltd\n+44 20 7946 0000\nwww.hosting.example\n") == text


@pytest.mark.parametrize(
    "line", ["Severity: 1", "PS: it got worse", "Can you call us?", "Since noon nobody can sign in at all.", "x" * 101]
)
def test_what_could_be_part_of_the_matter_is_no_card(line: str) -> None:
    text = f"It stops.\n\nRegards\nRobin\n+44 20 7946 0000\n{line}"
    assert new_text(text) == text


@pytest.mark.parametrize(
    "text", [f"It stops.\n\n{NOTICE}\n\nIt started on Sunday.", "This mail is confidential. Why?", f"{NOTICE}"]
)
def test_a_legal_notice_counts_at_the_end_alone_and_by_more_than_one_word(text: str) -> None:
    assert new_text(text) == text


WORDS = ["the", "server", "stops", "sent", "from", "Monday", "Peter", "wrote", "mail", "to", "subject", "regards",
         "original", "message", "we", "you", "delete", "forwarded", "please", "signature", "phone", "2026", "10:00",
         ",", ".", "?", ":", "-"]  # fmt: skip
PROSE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join)


@given(st.lists(PROSE, min_size=1, max_size=5).map("\n\n".join))
def test_prose_loses_nothing(text: str) -> None:
    assert new_text(text) == text


MAIL = st.lists(
    st.one_of(
        st.sampled_from([*ATTRIBUTIONS, *DIVIDERS, *(headers(names) for names in HEADERS[:3]), *FORM.splitlines()]),
        st.sampled_from(["> old", ">", ">>> a", "-- ", "--", "", "", "Sent from my iPhone", "_" * 32, ">:", "wrote:"]),
        st.sampled_from([CARD, NOTICE, *CLOSINGS[:3], "Robin", "+44 20 7946 0000", "My answers inline.", "FYI"]),
        st.text(max_size=30),
    ),
    max_size=20,
).map("\n".join)


@given(MAIL, st.sampled_from(["", "Fwd: a", "RE: a"]))
def test_folding_only_leaves_out_lines_and_is_done_at_once(text: str, subject: str) -> None:
    folded = new_text(text, subject)
    assert bool(folded.strip()) == bool(text.strip())
    rest = iter(text.splitlines())
    assert all(any(line == other for other in rest) for line in folded.splitlines())
    assert new_text(folded, subject) == folded
    words = iter(text.split())
    assert all(any(word == other for other in words) for word in folded.split())


@pytest.mark.parametrize(
    "piece",
    [
        "From: a\n",
        "On 2026 a@b.example wrote:\n",
        "-" * 160 + "\n",
        "> a\nb\n",
        "-- \na\n",
        "--\na\n",
        "Regards\nR\n",
        "This e-mail is confidential.\n",
        ": ",
        "a@",
        "\n",
        "wrote:\n",
    ],
)
def test_a_text_of_a_million_characters_is_folded(piece: str) -> None:
    assert new_text("Answer\n" + piece * (1_000_000 // len(piece))).startswith("Answer")
