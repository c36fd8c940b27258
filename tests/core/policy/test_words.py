"""Phrases in what people write: found where they are said, not where the words around take them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.policy.words import all_found, found, plain_text, without

OUTAGE = ["outage", "outages", "Ausfall", "server* is * down", "server* are * down", "cannot * log in"]


@pytest.mark.parametrize(
    "text",
    [
        "There is an outage",
        "OUTAGE",
        "The server's down",
        "Our servers are all down",
        "Server is completely down",
        "the server\nis down",
        "the mail-server is down",
        "we can't log in",
        "Users can not even log in",
        "they cant log in",
        "Wir haben einen Ausfall",
        "No mail. Outage!",
        "no, outage goes on",
        "an unplanned outage",
        "Mail not working server is down",
        "not only the server is down",
        "I don't know why, but the server is down",
        "check if the server is down",
        "please update us when the outage is resolved",
        "Is the outage resolved?",
        "get the outage fixed",
    ],
)
def test_a_phrase_is_found_as_people_write_it(text: str) -> None:
    assert found(OUTAGE, text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "The server is not down",
        "the server is no longer down",
        "the server isn't down any more",
        "no outage",
        "There's no known outage",
        "without any further outage",
        "this is not an outage",
        "this isn't an outage",
        "I do not think there is an outage",
        "we have never had an outage",
        "kein Ausfall",
        "what happens if the server is down",
        "in case of an outage",
        "if there is an outage",
        "Was tun Sie bei einem Ausfall?",
        "[Resolved] Server is down",
        "the outage is over",
        "the outage has been resolved",
        "Der Ausfall ist behoben",
        "the outageous price",
    ],
)
def test_a_phrase_that_the_words_around_take_back_does_not_count(text: str) -> None:
    assert found(OUTAGE, text) is None


@pytest.mark.parametrize(
    ("phrases", "text"),
    [
        (["escalat*"], "please do not escalate"),
        (["escalat*"], "we don't want to escalate this"),
        (["escalat*"], "there is no need to escalate"),
        (["escalat*"], "escalation is not necessary"),
        (["escalat*"], "thanks for de-escalating this"),
        (["eskalier*"], "Bitte nicht eskalieren"),
        (["consent"], "we do not consent"),
        (["consent"], "we refuse to consent"),
        (["consent"], "We withdraw our consent."),
        (["consent"], "our consent was refused"),
        (["agree"], "we can't agree"),
    ],
)
def test_who_does_not_want_something_does_not_ask_for_it(phrases: list[str], text: str) -> None:
    assert found(phrases, text) is None


def test_a_star_alone_stands_for_up_to_three_words_and_for_no_denial() -> None:
    phrases = ["server is * down"]
    assert found(phrases, "server is down")
    assert found(phrases, "server is now completely down")
    assert not found(phrases, "server is, as you said, going down")
    assert not found(phrases, "server is not down")
    assert not found(phrases, "server is the one reason why slow and down")


def test_one_mention_that_stands_is_enough() -> None:
    assert found(["outage"], "There was no outage yesterday. Today there is an outage.")


def test_all_phrases_that_stand_are_given() -> None:
    assert all_found(frozenset(OUTAGE), plain_text("An outage: the server is down, and no Ausfall")) == {
        "outage",
        "server* is * down",
    }


STARRED = ["e-mail*", "c*", "log in*", "server* is * down", "can not log* in", "how to", "how-to", "naïve*"]
SAID = ["e-mails", "e mail", "c", "cc", "servers", "is", "down", "no", "can't", "logging", "in", "e-", "mail", "How-To"]


@given(words=st.lists(st.sampled_from([*STARRED, *SAID, "NAÏVETÉ", "the"])))
def test_looking_for_all_phrases_together_finds_what_looking_for_each_finds(words: list[str]) -> None:
    text = " ".join(words).replace("*", "")
    assert all_found(frozenset(STARRED), plain_text(text)) == {each for each in STARRED if found([each], text)}


def test_what_says_nothing_is_taken_out_of_a_text() -> None:
    left = without(("planned outage", "outage handling"), "Planned outage and outage\nhandling; an outage")
    assert found(["planned outage", "outage handling"], left) is None
    assert found(["outage"], left)
    assert found(["outage"], without(("planned outage",), "the planned outage")) is None
