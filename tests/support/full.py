"""A policy that uses every table of the form, made up for tests, and a desk that serves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from house import Home, home

from intake.core.policy.policy import Policy, load_policy

FILE = Path(__file__).with_name("full.toml")
TEXT = FILE.read_text(encoding="utf-8")
FULL_ROUTE = "full@support.example"
MORE = f'[[route]]\naddress = "{FULL_ROUTE}"\npolicy = "full"\nqueue = "full"\n'
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


@contextmanager
def full_home(folder: Path, text: str = TEXT) -> Iterator[Home]:
    """A desk in the folder with a route under the policy and a customer on each of its plans."""
    (folder / "policies").mkdir(parents=True, exist_ok=True)
    (folder / "policies" / "full.toml").write_text(text, encoding="utf-8")
    with home(folder, {"files.policies": "policies"}, MORE, CUSTOMERS) as made:
        yield made
