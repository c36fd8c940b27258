"""A policy that uses every table of the form, made up for tests."""

from functools import cache
from pathlib import Path

from intake.core.policy.policy import Policy, load_policy

FILE = Path(__file__).with_name("full.toml")
TEXT = FILE.read_text(encoding="utf-8")
CUSTOMERS = """
[[customer]]
name = "Gold Mine"
domains = ["gold.example"]
policy = "full"
plan = "gold"

[[customer]]
name = "Basic Works"
domains = ["basic.example"]
policy = "full"
"""


@cache
def full() -> Policy:
    """The policy, loaded once."""
    return load_policy(TEXT, "full.toml")
