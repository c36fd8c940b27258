"""Who stands in Cc: takes part as the policy and the participants allow, and reads nothing by a forged mail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from house import NOW, Home, home, mail

from intake.core.case.act import Act
from intake.core.case.case import Participant
from intake.desk import act, merging
from intake.shipped import shipped
from intake.store import cases

ADA = "ada@desk.example"
LATER = NOW + timedelta(hours=1)
VOUCHED = "mx.support.example; dmarc=pass header.from=hosting.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    """A desk whose policy lets registered colleagues in."""
    text = (shipped("policies") / "open-xchange.toml").read_text(encoding="utf-8")
    (tmp_path / "policies").mkdir()
    own = text.replace('prefix = "OX"', 'prefix = "OX"\ncopies = "registered"')
    (tmp_path / "policies" / "open-xchange.toml").write_text(own, encoding="utf-8")
    with home(tmp_path, {"files.policies": "policies", "reading.trusted_host": "mx.support.example"}) as made:
        yield made


def answered(desk: Home) -> dict[str, Any]:
    """The letter with a person's answer."""
    act.perform(desk.house, "OX-1001", Act("reply", "Please restart.", ADA), LATER)
    (letter,) = (each for each in desk.shown("OX-1001")["outgoing"] if each["kind"] == "reply")
    return dict(letter)


def test_colleagues_in_a_proven_mail_take_part_and_get_the_answers_and_strangers_do_not(desk: Home) -> None:
    desk.take(
        mail(Cc="Sam <sam@hosting.example>, x@evil.example, it@mail.hosting.example", Authentication_Results=VOUCHED)
    )
    letter = answered(desk)
    assert (letter["to"], letter["cc"]) == ("kim@hosting.example", ["sam@hosting.example", "it@mail.hosting.example"])
    events = [each["text"] for each in desk.shown("OX-1001")["history"] if each["event"] == "participant"]
    assert events[0].startswith("sam@hosting.example, it@mail.hosting.example gets a copy")


def test_a_reply_brings_a_colleague_in_once(desk: Home) -> None:
    desk.take(mail(Authentication_Results=VOUCHED))
    for number in (2, 3):
        desk.take(
            mail(
                f"More {number}.\n", message_id=f"{number}@hosting.example", subject="Re: x", Cc="sam@hosting.example",
                In_Reply_To="<one@hosting.example>", Authentication_Results=VOUCHED,
            ),
            LATER,
        )  # fmt: skip
    assert answered(desk)["cc"] == ["sam@hosting.example"]
    assert [each["role"] for each in desk.shown("OX-1001")["participants"]] == ["customer", "cc"]


def test_who_was_taken_off_stays_off_over_replies_to_all_until_somebody_adds_them_again(desk: Home) -> None:
    desk.take(mail(Cc="sam@hosting.example, lee@hosting.example", Authentication_Results=VOUCHED))
    act.perform(desk.house, "OX-1001", Act("uncc", "Sam@hosting.example", ADA), LATER)
    reply_to_all(desk, 2, "sam@hosting.example, lee@hosting.example, bo@hosting.example")
    assert answered(desk)["cc"] == ["lee@hosting.example", "bo@hosting.example"]
    assert [each["address"] for each in desk.shown("OX-1001")["participants"]] == [
        "kim@hosting.example", "lee@hosting.example", "bo@hosting.example",
    ]  # fmt: skip
    numbers = [each.number for each in (*desk.case().participants, *desk.case().taken_off)]
    assert len(set(numbers)) == len(numbers)
    act.perform(desk.house, "OX-1001", Act("cc", "sam@hosting.example", ADA), LATER)
    reply_to_all(desk, 3, "sam@hosting.example")
    act.perform(desk.house, "OX-1001", Act("reply", "And now?", ADA), LATER)
    letter = [each for each in desk.shown("OX-1001")["outgoing"] if each["kind"] == "reply"][-1]
    assert letter["cc"] == ["lee@hosting.example", "bo@hosting.example", "sam@hosting.example"]
    assert desk.case().taken_off == ()


def test_who_was_taken_off_a_part_stays_off_the_whole(desk: Home) -> None:
    desk.take(mail(Cc="sam@hosting.example", Authentication_Results=VOUCHED))
    desk.take(mail(message_id="2@hosting.example", subject="Mail is slow", Authentication_Results=VOUCHED))
    act.perform(desk.house, "OX-1001", Act("uncc", "sam@hosting.example", ADA), LATER)
    merging.merge(desk.house, "OX-1001", "OX-1002", ADA, "", LATER)
    reply_to_all(desk, 3, "sam@hosting.example", subject="Re: [OX-1002] Mail is slow")
    assert [each.address for each in desk.case("OX-1002").participants] == ["kim@hosting.example"]


def reply_to_all(desk: Home, number: int, copied: str, subject: str = "Re: [OX-1001] x") -> None:
    raw = mail(
        f"More {number}.\n", message_id=f"all-{number}@hosting.example", subject=subject, Cc=copied,
        Authentication_Results=VOUCHED,
    )  # fmt: skip
    desk.take(raw, LATER)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "mx.support.example; dmarc=fail header.from=hosting.example",
        "mx.evil.example; dmarc=pass header.from=hosting.example",
    ],
)
def test_threat_17_an_unproven_mail_brings_nobody_in(desk: Home, said: str) -> None:
    desk.take(mail(Cc="sam@hosting.example", Authentication_Results=said))
    assert answered(desk)["cc"] == []


def test_threat_17_a_stranger_who_is_proven_brings_nobody_into_a_customers_case(desk: Home) -> None:
    desk.take(mail(Authentication_Results=VOUCHED))
    desk.take(
        mail(
            "Let me read.\n", sender="m@evil.example", message_id="m@evil.example", subject="Re: [OX-1001] x",
            Cc="sam@hosting.example, o@evil.example", In_Reply_To="<one@hosting.example>",
            Authentication_Results="mx.support.example; dmarc=pass header.from=evil.example",
        ),
        LATER, envelope_from="m@evil.example",
    )  # fmt: skip
    assert answered(desk)["cc"] == []


def test_threat_17_a_contact_who_writes_from_elsewhere_brings_nobody_in(desk: Home) -> None:
    desk.take(
        mail(
            sender="noc@elsewhere.example", Cc="sam@telco.example",
            Authentication_Results="mx.support.example; dmarc=pass header.from=elsewhere.example",
        ),
        envelope_from="noc@elsewhere.example",
    )  # fmt: skip
    assert desk.case().customer_id is not None
    assert [each.address for each in desk.case().participants] == ["noc@elsewhere.example"]


def test_threat_17_a_partner_brings_none_of_their_own_into_a_customers_case(desk: Home) -> None:
    desk.take(mail(Authentication_Results=VOUCHED))
    partner = Participant(7, "noc@telco.example", "", "partner")
    with desk.databases.desk.begin() as connection:
        case = desk.case()
        cases.save(connection, replace(case, participants=(*case.participants, partner)), desk.house.ranks)
    desk.take(
        mail(
            "We look into it.", sender="noc@telco.example", message_id="p@telco.example", subject="Re: [OX-1001] x",
            Cc="sam@telco.example", In_Reply_To="<one@hosting.example>",
            Authentication_Results="mx.support.example; dmarc=pass header.from=telco.example",
        ),
        LATER, envelope_from="noc@telco.example",
    )  # fmt: skip
    assert len(desk.shown("OX-1001")["messages"]) == 2
    assert answered(desk)["cc"] == []


def test_without_the_policys_leave_nobody_takes_part_by_a_copy(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example"}) as desk:
        desk.take(mail(Cc="sam@hosting.example", Authentication_Results=VOUCHED))
        assert answered(desk)["cc"] == []
