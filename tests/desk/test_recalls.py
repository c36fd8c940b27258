"""A client's notice that its user wants a mail back, and other receipts: kept on their case, and nothing follows."""

from house import NOW, Home, mail

RECALL = 'Kim Kunde would like to recall the message, "The inbox stays empty".\n'


def recall(**more: str) -> bytes:
    return mail(RECALL, message_id="two@hosting.example", **{"subject": "Recall: The inbox stays empty"} | more)


def test_a_recall_on_the_thread_is_kept_on_the_case_and_changes_and_answers_nothing(desk: Home) -> None:
    desk.take(mail())
    before, letters = desk.case(), len(desk.outbox())
    (taken,) = desk.take(recall(In_Reply_To="<one@hosting.example>"), NOW)
    assert taken["outcome"] == "automatic"
    shown = desk.shown(before.reference)
    assert "would like to recall the message" in shown["history"][-1]["text"]
    assert [each["kind"] for each in shown["messages"] if each["direction"] == "in"] == ["person", "receipt"]
    after = desk.case()
    assert (after.state, after.severity, after.clocks) == (before.state, before.severity, before.clocks)
    assert len(desk.outbox()) == letters


def test_a_recall_that_names_no_case_opens_none(desk: Home) -> None:
    (taken,) = desk.take(recall(), NOW)
    assert taken["outcome"] == "automatic"
    assert desk.cases() == []
    assert desk.outbox() == []


def test_a_strangers_recall_is_not_kept_on_a_case_that_it_names(desk: Home) -> None:
    desk.take(mail())
    reference = desk.case().reference
    desk.take(recall(sender="Eve <eve@elsewhere.example>", In_Reply_To="<one@hosting.example>"), NOW)
    assert len([each for each in desk.shown(reference)["messages"] if each["direction"] == "in"]) == 1
