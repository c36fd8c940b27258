"""A customer's requests are counted where they come together, too, and from whomever of its people."""

from pathlib import Path

from house import Home, home, mail

CUSTOMERS = """
[[customer]]
name = "Probe"
domains = ["probe.example"]
policy = "zimbra"
plan = "trial"
since = 2026-11-01

[[customer]]
name = "Partner"
domains = ["partner.example"]
policy = "zoho"
plan = "advanced"
account_manager = "am@desk.example"
"""


def burst(desk: Home, route: str, domain: str, count: int, text: str) -> None:
    """Mails of so many people that are decided in one batch, all of one instant."""
    for number in range(count):
        sender = f"p{number}@{domain}"
        raw = mail(text, sender=sender, to=route, message_id=f"{number}@{domain}", subject=f"Matter {number}")
        desk.keep(raw, routes=[route], envelope_from=sender)
    desk.receive()


def test_zim_8_the_eleventh_of_a_burst_is_over_the_allowance(tmp_path: Path) -> None:
    with home(tmp_path, customers=CUSTOMERS) as desk:
        burst(desk, "zimbra@support.example", "probe.example", 11, "A question about the trial.")
        over = [case.reference for case in desk.cases() if "over-allowance" in case.marks]
    assert over == ["ZIM-1011"]


def test_zoh_6_a_burst_of_how_to_questions_is_told_to_the_account_manager_once(tmp_path: Path) -> None:
    with home(tmp_path, customers=CUSTOMERS) as desk:
        burst(desk, "zoho@support.example", "partner.example", 13, "Severity: 3\nHow do I export invoices?")
        told = [each for each in desk.outbox(desk=True) if each["to"] == "am@desk.example"]
    assert len(told) == 1
