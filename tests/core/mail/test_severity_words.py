"""A severity that a reply asks for in a sentence is read where it is unmistakable, in ten languages."""

import pytest

from intake.core.mail.severity_words import severity_in_words

SAID = [
    ("Schweregrad ist jetzt 1, bitte sofort.", 1),
    ("please raise to severity 1", 1),
    ("This is now a severity 1.", 1),
    ("It's now Sev-1!", 1),
    ("Hi Anna, please change the severity from 3 to 2.", 2),
    ("Could you raise this to sev 1?", 1),
    ("The severity is 2 now.", 2),
    ("We need this to be raised.\nPlease treat it as severity 1, all users are cut off.", 1),
    ("You may lower the ticket.\nPlease lower the severity to 3. Thanks", 3),
    ("Bitte setzen Sie den Schweregrad auf 1.", 1),
    ("Bitte auf Schweregrad 1 hochstufen!", 1),
    ("Das ist jetzt Schweregrad 1.", 1),
    ("Merci de passer la gravité à 1.", 1),
    ("La gravité est maintenant 1.", 1),
    ("Por favor, suban la severidad a 1.", 1),
    ("La severidad es ahora 1.", 1),
    ("Per favore portate la gravità a 1.", 1),
    ("La gravità è ora 1.", 1),
    ("Graag de ernst verhogen naar 1.", 1),
    ("De ernst is nu 1.", 1),
    ("Por favor, aumentem a gravidade para 1.", 1),
    ("A severidade é agora 1.", 1),
    ("Proszę podnieść poziom ważności na 1.", 1),
    ("Vänligen höj allvarlighetsgraden till 1.", 1),
    ("Allvarlighetsgraden är nu 1.", 1),
    ("重要度を1に変更してください。", 1),
]
UNSURE = [
    "Please do not raise it to severity 1.",
    "If it fails again, please raise it to severity 1.",
    "Why did you set the severity to 4?",
    "Is this now severity 1?",
    "You said that this is severity 1.",
    "We had a severity 1 last week.",
    "Severity 1 or 2, please set it.",
    "Please see the 4 severity 1 cases.",
    "Please set the number of users to 1; severity stays.",
    "Your colleague wrote “please raise to severity 1”.",
    "> Schweregrad ist jetzt 1",
    "The severity is now 1.\nPlease set severity 2.",
    "Wenn es wieder ausfällt, ist es jetzt Schweregrad 1.",
    "Bitte nicht auf Schweregrad 1 setzen.",
    "The severity 1 page now shows 3 errors.",
    "Please set up severity level filters for folder 2.",
]


@pytest.mark.parametrize(("text", "number"), SAID)
def test_a_sentence_that_asks_for_a_severity_is_a_wish(text: str, number: int) -> None:
    found = severity_in_words(text)
    assert found is not None
    assert found[0] == number


@pytest.mark.parametrize("text", UNSURE)
def test_a_sentence_that_may_mean_something_else_is_none(text: str) -> None:
    found = severity_in_words(text)
    assert found is None or found[0] == 12, found
