"""How much a run has to measure: a share of the MUSTs, or so many."""

import re
from dataclasses import dataclass
from fractions import Fraction

from conformance.record.fields import JsonObject, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What was ``asked`` for (``90%`` or ``120``), and of how many MUSTs how many were measured."""

    asked: str
    measured: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        found = re.fullmatch(r"([0-9]{1,3})(\.[0-9]{1,3})?%|[0-9]{1,6}", self.asked)
        if found is None or (found[1] and Fraction(self.asked[:-1]) > 100):
            raise ValueError(f"{self.asked[:40]!r} is neither a share such as 90% nor a number of MUSTs such as 120")

    @property
    def met(self) -> bool:
        """Whether enough was measured; where there is no MUST, it was not."""
        if self.asked.endswith("%"):
            return self.total > 0 and self.measured >= Fraction(self.asked[:-1]) / 100 * self.total
        return self.total > 0 and self.measured >= int(self.asked)

    def to_json(self) -> JsonObject:
        """Return the JSON object."""
        return {"asked": self.asked, "measured": self.measured, "total": self.total}

    @classmethod
    def from_json(cls, data: JsonObject) -> "Demand":
        """Read the JSON object; raise ValueError for a field missing or of the wrong type."""
        return cls(
            asked=field(data, "asked", str), measured=field(data, "measured", int), total=field(data, "total", int)
        )
