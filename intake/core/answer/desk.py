"""The desk as its letters show it."""

from dataclasses import dataclass

from intake.core.answer.tokens import Keys


@dataclass(frozen=True, slots=True)
class Desk:
    """How the desk signs: its name and host, the address of the case's route, how tokens stand in it."""

    name: str
    hostname: str
    route: str
    separator: str
    keys: Keys
    public_url: str = ""
    size_limit: str = ""
    phone: str = ""
