"""The samples name every mail that the core asks for, and nothing that the core does not give."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, get_args

import pytest
from smarthost import NOW

from intake.core.answer.desk import Desk
from intake.core.answer.letter import Letter
from intake.core.answer.letters import Thread, digest, to_customer, to_desk
from intake.core.answer.receipt import Brought, receipt
from intake.core.answer.tokens import Keys
from intake.core.case.by_mail import Handled, Result
from intake.core.case.case import Case, Clock, Decision, Notice, NoticeKind, Wish, WishKind
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy, load_policy
from intake.core.sentences import Sentence
from intake.outbound.render import render
from intake.outbound.samples import CASELESS, SAMPLES
from intake.outbound.templateset import TemplateSet
from intake.shipped import shipped

KIM = Address("Kim", "kim@hosting.example")
DESK = Desk("Support", "desk.example", "support@desk.example", "+", Keys({1: "secret"}), "https://desk.example")
WHY = (Because("OX-5", "you gave it"),)


@pytest.fixture(scope="module")
def policy() -> Policy:
    file = shipped("policies") / "open-xchange.toml"
    return load_policy(file.read_text(encoding="utf-8"), str(file))


@pytest.fixture(scope="module")
def case(policy: Policy) -> Case:
    due = NOW + timedelta(hours=4)
    clock = Clock(1, "response", 2, "4 hours", None, NOW, NOW, due, WHY)
    return Case(
        id=1,
        reference="OX-1042",
        version=1,
        policy=policy.name,
        policy_version=policy.version,
        plan=None,
        route=DESK.route,
        queue="support",
        customer_id=None,
        contact=KIM,
        answer_to=KIM.address,
        subject="Mail module",
        language="de",
        zone="Europe/Berlin",
        state="open",
        severity=2,
        wished_severity=1,
        because=WHY,
        marks=frozenset({"triage"}),
        fields={},
        waived=frozenset(),
        linked=(),
        assignee=None,
        opened_at=NOW,
        changed_at=NOW,
        closed_at=None,
        answered=frozenset(),
        participants=(),
        clocks=(clock,),
    )


def lacking(sample: Any, given: Any, place: str = "") -> Iterator[str]:
    """The names of a sample that were not given."""
    if isinstance(sample, Mapping):
        for name, value in sample.items():
            if name not in given:
                yield f"{place}{name}"
            else:
                yield from lacking(value, given[name], f"{place}{name}.")
    elif isinstance(sample, list):
        assert isinstance(given, list)
        for item in given if sample else ():
            yield from lacking(sample[0], item, place)


def check(letter: Letter, templates: TemplateSet) -> None:
    assert list(lacking(SAMPLES[letter.kind], letter.values)) == []
    for language in ("en", "de"):
        assert templates.pick(letter.kind, language).render(letter.values).text
    assert render(letter, templates).raw.isascii()


@pytest.mark.parametrize("kind", get_args(WishKind))
def test_a_letter_to_the_customer_is_given_all_that_its_template_may_name(
    kind: WishKind, policy: Policy, case: Case, templates: TemplateSet
) -> None:
    wish = Wish(kind, 1, "words")
    check(to_customer(policy, case, wish, KIM, DESK, NOW, thread=Thread("a@b.example"), unique="u1"), templates)


@pytest.mark.parametrize("kind", [kind for kind in get_args(NoticeKind) if kind != "desk-receipt"])
def test_a_notice_to_the_desk_is_given_all_that_its_template_may_name(
    kind: NoticeKind, policy: Policy, case: Case, templates: TemplateSet
) -> None:
    notice = Notice(kind, "triage", Sentence("words"), clock=1, number=1)
    check(to_desk(policy, case, notice, KIM, DESK, NOW, unique="u1", language="en", zone="UTC"), templates)


@pytest.mark.parametrize("answer", ["", "Please restart."])
def test_a_receipt_is_given_all_that_its_template_may_name(
    answer: str, policy: Policy, case: Case, templates: TemplateSet
) -> None:
    results = (Result("/close", True, Sentence("closed")), Result("/severity 9", False, Sentence("there is none")))
    handled = Handled(Decision(case), results, answer, "a note", Sentence("" if answer else "it is a note"), help=True)
    made = receipt(
        policy, case, handled, KIM, DESK, NOW, sent_to=["kim@hosting.example"] if answer else [], enclosed=["b.png"],
        letters=[Brought("resolved", "kim@hosting.example", "Resolved", "Hello"), Brought("escalated", because="no")],
        files=[Sentence("a.log")],
        thread=Thread("a@b.example"), unique="u1", language="en", zone="UTC", customer=None,
    )  # fmt: skip
    check(made, templates)


def test_a_digest_is_given_all_that_its_template_may_name(policy: Policy, case: Case, templates: TemplateSet) -> None:
    check(digest(policy, [case, case], KIM, DESK, NOW, unique="u1", key="digest"), templates)


def test_every_sample_is_a_mail_that_somebody_asks_for() -> None:
    assert set(SAMPLES) == {*get_args(WishKind), *get_args(NoticeKind), "digest", *CASELESS}
