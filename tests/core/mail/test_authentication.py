import pytest

from intake.core.mail.authentication import aligned
from intake.core.mail.message import Trust
from intake.core.mail.read import read

_TRUST = Trust("mx.support.example")
_RECEIVED = (
    "Received: from mx.hosting.example (mx.hosting.example [192.0.2.1]) by mx.support.example with ESMTPS; now\r\n"
)
_MAIL = "From: Robin <robin@hosting.example>\r\n\r\nHi"


def _judged(head: str, mail: str = _MAIL, trust: Trust = _TRUST) -> str:
    return read((head + mail).encode(), trust=trust).authentication


def _results(text: str) -> str:
    return f"Authentication-Results: mx.support.example; {text}\r\n"


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ("dmarc=pass header.from=hosting.example", "pass"),
        ("DMARC=PASS header.from=HOSTING.example", "pass"),
        ("dmarc=pass (p=reject dis=none) header.from=hosting.example", "pass"),
        ("dmarc=pass header.from=other.example", "none"),
        ("dmarc=fail header.from=hosting.example", "fail"),
        ("dkim=pass header.d=hosting.example; dmarc=fail header.from=hosting.example", "fail"),
        ("dkim=pass header.d=hosting.example header.s=k1", "pass"),
        ("dkim=pass header.d=ing.example", "none"),
        ("dkim=pass header.d=example", "none"),
        ("dkim=fail header.d=hosting.example", "none"),
        ("dkim=fail header.d=hosting.example; dkim=pass header.d=hosting.example", "pass"),
        ("spf=pass smtp.mailfrom=robin@hosting.example", "pass"),
        ("spf=pass smtp.mailfrom=hosting.example", "pass"),
        ("spf=pass smtp.mailfrom=other.example", "none"),
        ("spf=softfail smtp.mailfrom=hosting.example", "none"),
        ("none", "none"),
        ("", "none"),
        ("garbage ((( here", "none"),
    ],
)
def test_results_are_judged_by_their_alignment_with_from(results: str, verdict: str) -> None:
    assert _judged(_results(results) + _RECEIVED) == verdict


def test_a_domain_below_the_signing_one_is_aligned() -> None:
    mail = "From: robin@team.hosting.example\r\n\r\nHi"
    assert _judged(_results("dkim=pass header.d=hosting.example"), mail) == "pass"
    assert _judged(_results("dkim=pass header.d=mailer.hosting.example"), mail) == "pass"
    assert _judged(_results("dkim=pass header.d=otherhosting.example"), mail) == "none"


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        ("hosting.example", "mail.hosting.example", True),
        ("mail.hosting.example", "hosting.example", True),
        ("a.hosting.example", "b.hosting.example", True),
        ("hosting.example", "hosting.example", True),
        ("hosting.example", "thehosting.example", False),
        ("hosting.example", "example", False),
        ("example", "example", False),
        ("a.example.co.uk", "b.example.co.uk", True),
        ("one.co.uk", "two.co.uk", False),
        ("hosting.example", "", False),
        ("", "", False),
    ],
)
def test_domains_are_aligned_below_one_registered_domain(one: str, other: str, holds: bool) -> None:
    assert aligned(one, other) == holds


def test_the_reason_names_what_was_said_or_that_nobody_was_asked() -> None:
    def because(head: str, trust: Trust = _TRUST) -> str | None:
        return read((head + _MAIL).encode(), trust=trust).authentication_because

    assert because(_PASS + _RECEIVED) == "mx.support.example says dmarc=pass for hosting.example"
    assert because(_results("dmarc=fail header.from=hosting.example")) == "mx.support.example says dmarc=fail"
    assert because(_results("spf=none")) == "mx.support.example does not vouch for hosting.example"
    assert because(_RECEIVED) == "mx.support.example says nothing about this mail"
    assert because(_PASS + _RECEIVED, Trust()) is None


def _signature(**tags: str) -> str:
    return "DKIM-Signature: " + "; ".join(f"{name}={value}" for name, value in tags.items()) + "\r\n"


@pytest.mark.parametrize(
    ("signature", "records"),
    [
        (_signature(v="1", d="hosting.example", s="k1"), ("k1._domainkey.hosting.example",)),
        (_signature(v="1", d="mail.Hosting.example", s="k1"), ("k1._domainkey.mail.hosting.example",)),
        (_signature(v="1", d="other.example", s="k1"), ()),
        (_signature(v="1", d="example", s="k1"), ()),
        (_signature(v="1", d="hosting.example", s="k1", l="10"), ()),
        (_signature(v="1", d="hosting.example", s="k 1/.."), ()),
        (_signature(v="1", s="k1"), ()),
        (_signature(d="hosting.example", s="a") * 9, ("a._domainkey.hosting.example",)),
    ],
)
def test_keys_are_wanted_for_signatures_that_could_vouch_for_from(signature: str, records: tuple[str, ...]) -> None:
    assert read((signature + _MAIL).encode()).signature_records == records
    assert read((signature + _MAIL).encode(), trust=_TRUST).signature_records == ()
    assert read((signature + "From: x@hosting.example\r\n" + _MAIL).encode()).signature_records == ()


_PASS = _results("dmarc=pass header.from=hosting.example")


@pytest.mark.parametrize(
    "head",
    [
        _RECEIVED + _PASS,
        _RECEIVED + _PASS + _RECEIVED,
        _PASS.replace("mx.support.example", "mx.evil.example") + _RECEIVED,
        _PASS.replace("mx.support.example", "mx.support.example.evil.example") + _RECEIVED,
        _PASS.replace("mx.support.example;", "") + _RECEIVED,
        "Received: from mx.support.example (evil.example [192.0.2.66]) by mx.support.example with SMTP; now\r\n"
        + _PASS,
        "X-Note: a\rAuthentication-Results: mx.support.example; dmarc=pass header.from=hosting.example\r\n" + _RECEIVED,
    ],
)
def test_threat_52_results_from_outside_are_ignored(head: str) -> None:
    assert _judged(head) == "none"


def test_results_count_where_the_host_handed_the_mail_on() -> None:
    handed = "Received: from mx.support.example (mx [10.0.0.2]) by store.support.example with LMTP; now\r\n"
    assert _judged(handed + _PASS + _RECEIVED) == "pass"


def test_nobody_is_believed_without_a_trusted_host() -> None:
    assert _judged(_PASS + _RECEIVED, trust=Trust()) == "none"


def test_threat_24_an_ambiguous_sender_is_not_authenticated() -> None:
    mail = "From: alice@good.example <robin@hosting.example>\r\n\r\nHi"
    assert _judged(_PASS + _RECEIVED, mail) == "none"
    assert _judged(_PASS + _RECEIVED, "From: alice@good.example\r\n" + _MAIL) == "none"
