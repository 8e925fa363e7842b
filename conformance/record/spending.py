"""What a run that was allowed to pay did to the balance of its account."""

import re
from dataclasses import dataclass
from decimal import Decimal

from conformance.record.fields import JsonObject, field, optional_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a run that was allowed to pay did to the balance: amounts of US dollars, as texts.

    ``estimated`` is the most that its calls could cost; a balance that the endpoint did not tell is None.
    """

    estimated: str
    before: str | None
    after: str | None

    @property
    def spent(self) -> Decimal | None:
        """By how much the balance fell; None where it was not told twice."""
        if self.before is None or self.after is None:
            return None
        return Decimal(self.before) - Decimal(self.after)

    @property
    def exceeded(self) -> bool:
        """Whether more was spent than the run estimated: then its cap did not hold."""
        return self.spent is not None and self.spent > Decimal(self.estimated)

    def to_json(self) -> JsonObject:
        """Return the JSON object."""
        return {"estimated": self.estimated, "before": self.before, "after": self.after}

    @classmethod
    def from_json(cls, data: JsonObject) -> "Spending":
        """Read the JSON object; raise ValueError for a field missing, of the wrong type, or no amount."""
        amounts = (field(data, "estimated", str), optional_text(data, "before"), optional_text(data, "after"))
        for amount in filter(None, amounts):
            if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", amount):
                raise ValueError(f"has an amount of money that is none: {amount[:40]!r}")
        return cls(estimated=amounts[0], before=amounts[1], after=amounts[2])
