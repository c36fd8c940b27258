"""Which routes a mail was sent to."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.config import Route
from intake.inbound.routing import Routes
from intake.store.spool import RoutedTo

ROUTES = Routes(
    [
        Route(address="support@desk.example", aliases=["help@desk.example", "a+b@desk.example"], policy="p"),
        Route(address="sales@other.example", policy="p"),
    ],
    "+",
)


@pytest.mark.parametrize(
    ("recipient", "route"),
    [
        ("support@desk.example", "support@desk.example"),
        ("SUPPORT@Desk.Example", "support@desk.example"),
        ("help@desk.example", "support@desk.example"),
        ("support+token@desk.example", "support@desk.example"),
        ("support+tok+en@desk.example", "support@desk.example"),
        ("a+b@desk.example", "support@desk.example"),
        ("sales@other.example", "sales@other.example"),
        ("postmaster", "support@desk.example"),
        ("Postmaster@other.example", "support@desk.example"),
        ("postmaster@third.example", None),
        ("support@other.example", None),
        ("a@desk.example", None),
        ("+support@desk.example", None),
        ("support", None),
        ("@desk.example", None),
        ("", None),
        ("@", None),
    ],
)
def test_a_recipient_finds_its_route(recipient: str, route: str | None) -> None:
    assert ROUTES.match(recipient) == (RoutedTo(route, recipient) if route else None)


def test_each_route_comes_once_in_order_with_its_first_recipient() -> None:
    recipients = ["sales@other.example", "no@where.example", "help@desk.example", "support+x@desk.example"]
    assert ROUTES.of_recipients(recipients) == (
        RoutedTo("sales@other.example", "sales@other.example"),
        RoutedTo("support@desk.example", "help@desk.example"),
    )


@pytest.mark.parametrize(
    ("headers", "routes"),
    [
        (b"To: Sales <sales@other.example>\r\n", ["sales@other.example"]),
        (b"To: x@y.example,\r\n support@desk.example\r\nCc: sales@other.example\r\n", None),
        (b'TO: "a, b" <support+t@desk.example>; sales@other.example\n', None),
        (b"Delivered-To: help@desk.example\r\nTo: list@y.example\r\n", ["support@desk.example"]),
        (b"From: sales@other.example\r\nSubject: sales@other.example\r\n", ["support@desk.example"]),
        (b"To: x@y.example\r\n\r\nTo: sales@other.example\r\n", ["support@desk.example"]),
        (b"To: support@desk.example\rBcc: x\r\n", ["support@desk.example"]),
        (b"", ["support@desk.example"]),
        (b"To: \xff\xfe@\xff\r\n", ["support@desk.example"]),
    ],
)
def test_headers_name_the_routes_where_there_is_no_envelope(headers: bytes, routes: list[str] | None) -> None:
    found = {routed.route for routed in ROUTES.of_headers(headers + b"\r\nbody")}
    assert found == set(routes or ["support@desk.example", "sales@other.example"])


def test_without_a_named_route_the_given_one_counts() -> None:
    found = ROUTES.of_headers(b"To: x@y.example\r\n\r\n", otherwise="sales@other.example")
    assert found == (RoutedTo("sales@other.example", "sales@other.example"),)


@given(st.binary(max_size=300))
def test_any_bytes_have_a_route(raw: bytes) -> None:
    assert ROUTES.of_headers(b"To: " + raw)


@pytest.mark.parametrize("junk", [b"a", b"@", b"a@", b"<", b"a@b,", b" ", b"a ", b"\n ", b"To:\n"])
def test_a_hostile_header_costs_no_more_than_its_length(junk: bytes) -> None:
    begun = time.process_time()
    ROUTES.of_headers(b"To: " + junk * (300_000 // len(junk)))
    assert time.process_time() - begun < 0.5
