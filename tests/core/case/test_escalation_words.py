"""A request for escalation in people's own words, in the languages that mails are written in."""

import pytest

from intake.core.case.escalation_words import asks_for_escalation, first_words


@pytest.mark.parametrize(
    "text",
    [
        "Please escalate this case.",
        "Hi team, please escalate",
        "Hallo zusammen,\n\nwir bitten um Eskalation.",
        "Bitte eskalieren Sie den Fall.",
        "Bonjour,\n\nMerci d'escalader ce dossier.",
        "Nous demandons une escalade.",
        "Por favor, escalen este caso.",
        "Solicitamos el escalamiento del caso",
        "Buongiorno,\nchiediamo l'escalation del caso.",
        "Beste team,\n\nDit is nog steeds niet opgelost, graag escaleren.",
        "Por favor, escale este chamado.",
        "Dzień dobry,\nproszę o eskalację zgłoszenia.",
        "Hej,\n\nvi vill eskalera detta.",
        "サポート御中\n\nお世話になっております。\n本件をエスカレーションしてください。",
        "We have been waiting for two days now without any reaction on this one, so\nplease escalate.",
    ],
)
def test_a_request_is_heard_in_the_subject_and_in_the_first_line(text: str) -> None:
    assert asks_for_escalation(first_words(f"No mail\n{text}"))
    assert asks_for_escalation(first_words(f"{text.splitlines()[-1]}\nThe same again."))


@pytest.mark.parametrize(
    "text",
    [
        "We do not want to escalate this.",
        "Niet escaleren, dank.",
        "Não escalar, por favor.",
        "Proszę nie eskalować.",
        "エスカレーション不要です",
        "A privilege escalation in the web UI was found.",
        "It allows escalation of privileges.",
        "The escalation policy page is empty.",
        "Thanks, all is well.\nWe had asked to escalate.",
        "",
    ],
)
def test_what_denies_it_or_is_another_matter_is_no_request(text: str) -> None:
    assert not asks_for_escalation(first_words(f"No mail\n{text}"))
