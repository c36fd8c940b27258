"""A case's page: what it shows, acts and who gets a mail, drafts, two people at once, mails as they came."""

import re
from email import message_from_bytes
from email.message import EmailMessage, Message
from pathlib import Path

import pytest
from console import ADA, BO, HOSTILE, Desk, desk, formatted_mail
from house import FORM, mail


def test_a_note_stays_here_and_is_the_default(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    page = ada.get(f"/cases/{reference}").text
    assert 'value="note" id="as-note" checked' in page
    before = here.home.outbox()
    shown = ada.act(reference, "note", "Rang twice.").text
    assert "Rang twice." in shown
    assert "private note" in shown
    assert here.home.outbox() == before


def test_the_page_says_who_gets_a_reply_and_they_get_it(here: Desk) -> None:
    reference, ada = here.case(Cc="boss@hosting.example"), here.person()
    assert "Goes to <b>Kim &lt;kim@hosting.example&gt;</b> and nobody else" in ada.get(f"/cases/{reference}").text
    shown = ada.act(reference, "reply", "Please restart it.\r\nAda")
    assert shown.status_code == 200
    sent = [each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply"]
    assert [each["to"] for each in sent] == ["kim@hosting.example"]
    assert b"Please restart it.\r\nAda" in here.home.sent(sent[0]["id"])
    assert here.home.case(reference).assignee == ADA


def test_reply_and_wait_hands_the_turn_to_the_customer(here: Desk) -> None:
    reference = here.case()
    here.person().act(reference, "ask", "Which version?")
    assert here.home.case(reference).state == "waiting"


@pytest.mark.parametrize(
    ("what", "value", "because", "said"),
    [
        ("have-it", "", "", "has it"),
        ("assign", BO, "", f"assigned to {BO}"),
        ("severity", "1", "nobody can work", "nobody can work"),
        ("status", "waiting", "", "open becomes waiting"),
        ("status", "resolved", "restarted", "becomes resolved"),
        ("workaround", "", "use the old client", "use the old client"),
        ("escalate", "", "the customer rang", "the customer rang"),
        ("spam", "", "", "closed as spam"),
    ],
)
def test_each_act_of_the_page_is_done_under_the_persons_name(
    here: Desk, what: str, value: str, because: str, said: str
) -> None:
    reference, ada = here.case(), here.person()
    ada.act(reference, "reply", "We are looking.")
    shown = ada.act(reference, what, value, because)
    assert shown.status_code == 200, shown.text
    assert any(
        said in entry["text"] or said in str(entry["because"]) for entry in here.home.shown(reference)["history"]
    )
    assert here.home.shown(reference)["history"][-1]["actor"] in (ADA, "intake")
    assert "banner done" in shown.text


def test_a_policys_warning_is_shown_when_somebody_raises_a_case(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    warnings = here.home.house.policies.get("open-xchange").file.warnings
    shown = ada.act(reference, "severity", "1", "nobody can work").text
    assert ("<b>Mind:</b>" in shown) == any(1 in part.severity for part in warnings)


def test_an_act_that_cannot_be_done_is_one_line_and_keeps_the_text(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    refused = ada.act(reference, "severity", "9")
    assert refused.status_code == 400
    assert "no severity &#34;9&#34;" in refused.text
    empty = ada.act(reference, "reply", "   ")
    assert empty.status_code == 400
    assert "an empty reply would be sent" in empty.text
    assert ada.act(reference, "nothing").status_code == 400


def test_spam_gets_no_answer_and_what_was_written_stays(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    ada.act(reference, "spam")
    refused = ada.act(reference, "reply", "Please restart.")
    assert refused.status_code == 400
    assert f"{reference} is closed as spam and gets no answer; open it first" in refused.text
    assert "Please restart.</textarea>" in refused.text
    assert "reply" not in [each["kind"] for each in here.home.outbox() if each["case"] == reference]


def test_two_people_at_once_overwrite_nothing_silently(here: Desk) -> None:
    reference = here.case()
    ada, bo = here.person(), here.person(BO)
    seen = ada.get(f"/cases/{reference}").text
    bo.act(reference, "severity", "1", "nobody can work")
    late = ada.act(reference, "severity", "4", "a typo", page=seen)
    assert late.status_code == 409
    assert "Severity 2 becomes Severity 1" in late.text or "nobody can work" in late.text
    assert here.home.case(reference).severity == 1
    # having seen what happened, the same act goes through
    assert ada.act(reference, "severity", "4", "a typo", page=late.text).status_code == 200
    assert here.home.case(reference).severity == 4


def test_a_reply_to_a_case_that_changed_is_not_sent_and_not_lost(here: Desk) -> None:
    reference = here.case()
    ada, bo = here.person(), here.person(BO)
    seen = ada.get(f"/cases/{reference}").text
    bo.act(reference, "reply", "Restart it, please.")
    late = ada.act(reference, "reply", "Do not restart it!", page=seen)
    assert late.status_code == 409
    assert "Do not restart it!</textarea>" in late.text
    assert "Restart it, please." in late.text
    replies = [each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply"]
    assert len(replies) == 1
    # it is kept even where the browser is closed now
    assert "Do not restart it!</textarea>" in ada.get(f"/cases/{reference}").text


def test_a_customers_reply_that_comes_meanwhile_is_seen_before_ours_goes(here: Desk) -> None:
    reference = here.case(subject="A case of its own")
    ada = here.person()
    seen = ada.get(f"/cases/{reference}").text
    letter = next(each for each in here.home.outbox() if each["case"] == reference)
    again = mail("It works again, never mind.", subject="Re", message_id="again@hosting.example",
                 In_Reply_To=f"<{letter['message_id']}>")  # fmt: skip
    assert here.take(again) == reference
    late = ada.act(reference, "reply", "Please restart.", page=seen)
    assert late.status_code == 409
    assert "It works again, never mind." in late.text


def test_a_note_is_never_in_anybodys_way(here: Desk) -> None:
    reference = here.case()
    ada, bo = here.person(), here.person(BO)
    seen = ada.get(f"/cases/{reference}").text
    bo.act(reference, "severity", "1", "nobody can work")
    assert ada.act(reference, "note", "Rang twice.", page=seen).status_code == 200


def test_a_draft_is_kept_for_its_writer_until_it_is_sent(here: Desk) -> None:
    reference = here.case()
    ada, bo = here.person(), here.person(BO)
    ada.send(f"/cases/{reference}/draft", what="reply", value="Dear Kim, I\r\nam")
    page = ada.get(f"/cases/{reference}").text
    assert "Dear Kim, I\nam</textarea>" in page
    assert 'id="as-reply" checked' in page
    others = bo.get(f"/cases/{reference}").text
    assert "Dear Kim" not in others
    assert "Ada is writing here, too" in others
    ada.act(reference, "reply", "Dear Kim, I am sorry.")
    assert "</textarea>" in ada.get(f"/cases/{reference}").text
    assert "Dear Kim, I\nam</textarea>" not in ada.get(f"/cases/{reference}").text
    assert "is writing here" not in bo.get(f"/cases/{reference}").text


def test_the_mail_can_be_had_as_it_came(here: Desk) -> None:
    raw = mail("Byte for byte: ä\r\n", subject="Raw", message_id="raw@hosting.example")
    reference, ada = here.take(raw), here.person()
    got = ada.get(f"/cases/{reference}/messages/0/raw")
    assert got.content == raw
    assert got.headers["content-disposition"].startswith("attachment")
    assert ada.get(f"/cases/{reference}/messages/7/raw").status_code == 400


def test_threats_33_35_an_attachment_is_downloaded_and_never_shown(here: Desk) -> None:
    made = EmailMessage()
    made["From"], made["To"] = "Kim <kim@hosting.example>", "open-xchange@support.example"
    made["Subject"], made["Message-ID"] = "With a file", "<file@hosting.example>"
    made.set_content(FORM)
    made.add_attachment(b"<script>alert(1)</script>", "text", "html", filename="../../ü\u200b.html")
    reference, ada = here.take(made.as_bytes()), here.person()
    got = ada.get(f"/cases/{reference}/messages/0/files/0")
    assert got.content == b"<script>alert(1)</script>"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert "/" not in got.headers["content-disposition"]
    assert "/files/0" in ada.get(f"/cases/{reference}").text
    assert ada.get(f"/cases/{reference}/messages/0/files/7").status_code == 400
    assert ada.get(f"/cases/{here.case()}/messages/0/files/0").status_code == 400


def test_a_letter_of_ours_can_be_read_on_the_page(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    letter = next(each for each in here.home.outbox() if each["case"] == reference)
    assert reference in ada.get(f"/cases/{reference}/letters/{letter['id']}/text").text
    assert ada.get(f"/cases/{reference}/letters/{letter['id']}/raw").content == here.home.sent(letter["id"])
    other = here.case()
    assert ada.get(f"/cases/{other}/letters/{letter['id']}/raw").status_code == 400


def test_threats_35_36_a_formatted_mail_does_nothing_and_loads_nothing(here: Desk) -> None:
    reference, ada = here.take(formatted_mail(HOSTILE)), here.person()
    shown = ada.get(f"/cases/{reference}/messages/0/formatted")
    assert "Hello <b>you</b>" in shown.text
    for bad in ("script", "alert", "onload", "onerror", "<form", "<input", "<iframe", "<svg", "<img", "javascript:",
                "<base", "<object", "tracker", "position", "http-equiv=\"refresh"):  # fmt: skip
        assert bad not in shown.text.lower(), bad
    assert '<a href="https://shop.example/"' in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


def test_pictures_from_elsewhere_are_there_when_somebody_asks_for_them(here: Desk) -> None:
    reference, ada = here.take(formatted_mail(HOSTILE.replace("Hello", "Good day"))), here.person()
    shown = ada.get(f"/cases/{reference}/messages/0/formatted", images=True)
    assert 'src="https://tracker.example/pixel.gif"' in shown.text
    assert "alert" not in shown.text
    assert "img-src https: http:" in shown.headers["content-security-policy"]


def test_a_mail_without_formatted_text_says_so(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    assert "no formatted text" in ada.get(f"/cases/{reference}/messages/0/formatted").text


def test_a_formatted_mail_that_nests_without_end_is_not_shown_formatted(here: Desk) -> None:
    """Cleaning 50,000 levels takes a minute and more."""
    reference, ada = here.take(formatted_mail("<div>" * 50_000 + "deep")), here.person()
    assert "too intricate" in ada.get(f"/cases/{reference}/messages/0/formatted").text


def test_clocks_carry_their_reasons(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    page = ada.get(f"/cases/{reference}").text
    for clock in here.home.case(reference).clocks:
        for reason in clock.because:
            assert reason.clause in page


def test_a_case_is_merged_into_another_one_and_its_page_says_where_it_went(here: Desk) -> None:
    part, whole = here.case(subject="Part"), here.case(subject="Whole")
    ada = here.person()
    merged = ada.act(part, "merge", into=whole.lower(), because="the same fault")
    assert merged.status_code == 200, merged.text
    assert merged.url.path == f"/cases/{whole}"
    assert "is a part of this case from now on" in merged.text
    assert here.home.case(part).merged_into == whole
    left = ada.get(f"/cases/{part}").text
    assert f'<a href="/cases/{whole}">{whole}</a> by now' in left
    assert 'id="composer"' not in left
    assert "No case has the reference OX-999999." in ada.act(whole, "merge", into="OX-999999").text
    assert "cannot become a part of itself" in ada.act(whole, "merge", into=whole).text


def test_mails_that_are_ticked_become_a_case_of_their_own(here: Desk) -> None:
    part, whole = here.case(subject="Another matter"), here.case(subject="The matter")
    ada = here.person()
    page = ada.act(part, "merge", into=whole).text
    numbers = {each.mail_id for each in here.home.messages(whole) if each.subject == "Another matter"}
    assert all(f'name="mail" value="{each}"' in page for each in numbers)
    split = ada.act(whole, "split", mail=sorted(str(each) for each in numbers), because="two matters")
    assert split.status_code == 200, split.text
    new = split.url.path.rpartition("/")[2]
    assert new not in (part, whole)
    assert here.home.case(new).subject == "Another matter"
    assert "would be left without a mail" not in split.text
    assert "say which mail" in ada.act(new, "split").text


def test_merging_what_changed_meanwhile_does_nothing(here: Desk) -> None:
    part, whole = here.case(), here.case()
    ada, bo = here.person(), here.person(BO)
    seen = ada.get(f"/cases/{part}").text
    bo.act(part, "severity", "1", "nobody can work")
    late = ada.act(part, "merge", into=whole, page=seen)
    assert late.status_code == 409
    assert "nobody can work" in late.text or "Severity 1" in late.text
    assert here.home.case(part).merged_into is None


def test_nobody_merges_into_a_case_that_they_do_not_see(here: Desk) -> None:
    """ZIT-5."""
    secret = here.case("A hole.", to="security@support.example", subject="Remote")
    reference = here.case()
    said = here.person(ADA, "admin").act(reference, "merge", into=secret)
    assert said.status_code == 400
    assert f"No case has the reference {secret}." in said.text


def test_the_page_names_everybody_who_gets_a_copy_of_a_reply(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    page = ada.act(reference, "cc", "lee@partner.example").text
    assert "with a copy to <b>lee@partner.example</b>, and nobody else" in page
    assert "gets a copy of answers" in page
    ada.act(reference, "reply", "Please restart it.")
    letter = next(each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply")
    assert b"lee@partner.example" in here.home.sent(letter["id"])
    button = ">no more copies</button>"
    assert button in ada.get(f"/cases/{reference}").text
    page = ada.act(reference, "uncc", "lee@partner.example").text
    assert "lee@partner.example</b>" not in page
    assert button not in page


def test_a_mail_that_nobody_vouched_for_says_so_by_itself(tmp_path: Path) -> None:
    with desk(tmp_path, {"reading.trusted_host": "mx.desk.example"}) as made:
        reference = made.case()
        page = made.person().get(f"/cases/{reference}").text
        assert '<span class="mark unverified">sender not verified</span>' in page


def test_files_go_along_with_a_reply_and_can_be_had_from_the_page(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    page = ada.get(f"/cases/{reference}").text
    files = [("files", ("../fix ü.txt", b"step one", "text/plain"))]
    sent = ada.act(reference, "reply", "Here it is.", page=page, files=files)
    assert sent.status_code == 200, sent.text
    letter = next(each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply")
    assert b"step one" in [part.get_payload(decode=True) for part in _parts(here.home.sent(letter["id"]))]
    link = re.search(rf"/cases/{reference}/messages/\d+/files/0", sent.text)
    assert link
    got = ada.get(link[0])
    assert got.content == b"step one"
    assert got.headers["content-type"] == "application/octet-stream"
    assert "attachment" in got.headers["content-disposition"]


def _parts(raw: bytes) -> list[Message]:
    return [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]


def test_what_cannot_go_along_is_one_line_and_the_text_stays(here: Desk) -> None:
    reference, ada = here.case(), here.person()
    note = ada.act(reference, "note", "A note.", files=[("files", ("a.txt", b"x", "text/plain"))])
    assert note.status_code == 400
    assert "only an answer takes attachments" in note.text
    assert "A note.</textarea>" in note.text
    big = ada.act(reference, "reply", "A reply.", files=[("files", ("a.bin", b"x" * 15_000_001, ""))])
    assert big.status_code == 400
    assert "15.0 MB in all; an answer takes 15" in big.text
    assert "A reply.</textarea>" in big.text
    assert ada.act(reference, "reply", "A", files=[("files", ("a.bin", b"x" * 17_000_000, ""))]).status_code == 413
    replies = [each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply"]
    assert replies == []
