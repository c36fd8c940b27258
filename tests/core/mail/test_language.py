"""The language of a mail decides the language of its answer, where it is sure."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.language import detect

SENTENCES = {
    "en": "Our mail server has not answered since this morning, please help us.",
    "de": "Unser Mailserver antwortet seit heute früh nicht mehr, bitte helfen Sie uns.",
    "fr": "Notre serveur de messagerie ne répond plus depuis ce matin, aidez-nous.",
    "es": "Nuestro servidor de correo no responde desde esta mañana, ayúdennos por favor.",
    "it": "Il nostro server di posta non risponde da stamattina, aiutateci per favore.",
    "nl": "Onze mailserver reageert sinds vanochtend niet meer, help ons alstublieft.",
    "pt": "O nosso servidor de correio não responde desde esta manhã, ajudem-nos por favor.",
    "pl": "Nasz serwer poczty nie odpowiada od dzisiejszego rana, prosimy o pomoc.",
    "sv": "Vår e-postserver har inte svarat sedan i morse, vänligen hjälp oss.",
    "ja": "今朝からメールサーバーが応答しません。助けてください。",
    "zh": "我们的邮件服务器从今天早上开始没有响应，请帮助我们。",
    "ru": "Наш почтовый сервер не отвечает с самого утра, помогите, пожалуйста.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_shows_its_language(language: str) -> None:
    assert detect(SENTENCES[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Hello",
        "7.10.6",
        "Serveren svarer ikke siden i morges",
        "https://ox.example/a/b",
        "a@b.example " * 20,
        "> " + SENTENCES["de"],
    ],
)
def test_what_is_too_short_or_no_prose_stays_unsure(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize("language", ["de", "fr", "es", "ja"])
def test_the_free_text_decides_over_the_labels_of_a_form(language: str) -> None:
    form = "Server: a.example\nServer Version: 7.10.6\nModule: mail\nSeverity: 2\n\nSteps to reproduce:\n"
    assert detect(f"{form}{SENTENCES[language]}\n\nExpected behaviour:\n") == language


def test_only_the_beginning_counts() -> None:
    assert detect((SENTENCES["de"] + "\n") * 40 + (SENTENCES["en"] + "\n") * 4_000) == "de"


def test_threads_share_one_model() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect, list(SENTENCES.values()) * 4)) == list(SENTENCES) * 4


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    found = detect(text)
    assert found is None or len(found) == 2
