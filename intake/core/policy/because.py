"""A reason, as a value: the clause it rests on and a sentence."""

from dataclasses import dataclass

HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Because:
    """Why something is so. `clause` is an id of the policy's list, or `house` for a rule of ours."""

    clause: str
    text: str
