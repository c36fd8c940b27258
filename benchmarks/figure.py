"""A figure beside its floor, both of one run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`floor` is the same for the least that could do the work, in the same unit; `what` says what that is."""

    value: float
    unit: str
    floor: float
    what: str

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.value / self.floor if self.floor else 0.0

    def json(self) -> dict[str, float | str]:
        """As it stands in `var/bench.json`."""
        return {"value": self.value, "unit": self.unit, "floor": self.floor, "ratio": self.ratio}
