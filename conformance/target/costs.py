"""What a call may cost at most, by its parameters and by what this run was told of HIT types and HITs.

Everything is estimated on the high side; what cannot be estimated is told as None, never as nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from conformance.spec.requirements import operations
from conformance.wire.flattening import Values

# These pay even where no file under cases/ describes them yet.
_PAYING = (
    "CreateHIT",
    "CreateHITWithHITType",
    "CreateAdditionalAssignmentsForHIT",
    "ExtendHIT",
    "GrantBonus",
    "SendBonus",
)
# These pay out what was counted when the HIT was created.
_COUNTED_BEFORE = ("ApproveAssignment", "ApproveRejectedAssignment")
# Above every fee that the service ever took: 20 %, as much again from ten assignments on, 5 % for Masters.
_FEE = Decimal("0.45")
_LEAST_FEE = Decimal("0.01")
_INCREMENT = "MaxAssignmentsIncrement"
_POLICIES = ("AssignmentReviewPolicy", "HITReviewPolicy")

MAKERS = ("RegisterHITType", "CreateHIT", "CreateHITWithHITType")
"""The operations whose replies tell the id of something with a reward."""


def pays(operation: str, values: Values | None) -> bool:
    """Tell whether a call may pay, or reserve money to be paid later; ``values`` is None where they are not known."""
    names = {*_PAYING, *_COUNTED_BEFORE, *(name for name, traits in operations().items() if traits.pays)}
    return operation.rpartition(".")[2].casefold() in {name.casefold() for name in names} and not _only_prolongs(
        operation, values
    )


def _only_prolongs(operation: str, values: Values | None) -> bool:
    """Tell whether a call gives a HIT more time and no assignments beyond those counted when it was created."""
    if operation != "ExtendHIT" or values is None:
        return False
    return not any(name.casefold().startswith("maxassignments") for name in values)


@dataclass(slots=True)
class _Hit:
    """The highest reward that a HIT ever had, and the most assignments that it may have."""

    reward: Decimal
    assignments: Decimal


@dataclass(slots=True, kw_only=True)
class Costs:
    """The rewards of the HIT types and HITs that one run made, in US dollars for each assignment."""

    _types: dict[str, Decimal] = field(default_factory=dict, init=False)
    _hits: dict[str, _Hit] = field(default_factory=dict, init=False)

    def estimate(self, operation: str, values: Values) -> Decimal | None:
        """Return the most that a paying call can cost, in US dollars; None where that cannot be told."""
        if operation in _COUNTED_BEFORE:
            return Decimal(0)
        if operation == "ExtendHIT":
            return self._of_more_assignments(values)
        if operation == "ChangeHITTypeOfHIT":
            return self._of_another_type(values)
        amount, count = self._reward(values), _assignments(values)
        return None if amount is None or count is None else _with_fee(amount) * count

    def count(self, operation: str, values: Values) -> None:
        """Take note of a call that is about to be sent: reward and assignments of a HIT grow, whatever comes of it."""
        for hit in self._named(values):
            if operation == "ExtendHIT":
                hit.assignments += sum(filter(None, _amounts(values, _INCREMENT)), Decimal(0))
            elif operation == "ChangeHITTypeOfHIT":
                hit.reward = max(hit.reward, self._reward(values) or hit.reward)

    def learn(self, operation: str, values: Values, *, type_id: str, hit_id: str) -> None:
        """Take note of what an accepted call made, by the ids in its reply (empty where it has none)."""
        reward, count = self._reward(values), _assignments(values)
        if operation not in MAKERS or reward is None:
            return
        if type_id:
            self._types[type_id] = max(self._types.get(type_id, reward), reward)
        if hit_id and count is not None:
            known = self._hits.setdefault(hit_id, _Hit(reward, count))
            known.reward, known.assignments = max(known.reward, reward), max(known.assignments, count)

    def _reward(self, values: Values) -> Decimal | None:
        """Return the price that a call names, by an amount, by a HIT type or by both: then the higher one."""
        prices = [price for name in ("Reward", "BonusAmount") for price in values.get(name, ())]
        amounts = [_amount(text) for price in prices if isinstance(price, Mapping) for text in price.get("Amount", ())]
        types = [self._types.get(str(name).strip()) for name in values.get("HITTypeId", ())]
        known = [amount for amount in (*amounts, *types) if amount is not None]
        if not known or len(known) < len(amounts) + len(types):
            return None
        return max(sum(filter(None, amounts), Decimal(0)), *known)

    def _named(self, values: Values) -> list[_Hit]:
        names = [str(name).strip() for name in values.get("HITId", ())]
        return [self._hits[name] for name in names if name in self._hits]

    def _of_more_assignments(self, values: Values) -> Decimal | None:
        hits, more = self._named(values), _amounts(values, _INCREMENT)
        if len(hits) != len(values.get("HITId", ())) or not hits or not more or None in more:
            return None
        count = max(sum(filter(None, more), Decimal(0)), Decimal(1))
        return _with_fee(max(hit.reward for hit in hits)) * count

    def _of_another_type(self, values: Values) -> Decimal | None:
        hits, amount = self._named(values), self._reward(values)
        if len(hits) != len(values.get("HITId", ())) or not hits or amount is None:
            return None
        # As if nothing had been counted before: what of it was paid, or given back, is not known here.
        return _with_fee(amount) * sum(hit.assignments for hit in hits)


def _assignments(values: Values) -> Decimal | None:
    """Return how many assignments a new HIT may get: those asked for, and those that a review policy may add."""
    counts = _amounts(values, "MaxAssignments") if "MaxAssignments" in values else [Decimal(1)]
    added = list(_added_by_policies(values))
    if not counts or None in counts or None in added:
        return None
    return max(*filter(None, counts), Decimal(1)) + sum(filter(None, added), Decimal(0))


def _added_by_policies(values: Values) -> Iterator[Decimal | None]:
    """Yield the most assignments that each policy which extends a HIT may lead to; None where it does not tell."""
    for policy in (policy for name in _POLICIES for policy in values.get(name, ())):
        parameters = policy.get("Parameter", []) if isinstance(policy, Mapping) else []
        told = {
            str(key): _amounts(one, "Value")
            for one in parameters
            if isinstance(one, Mapping)
            for key in one.get("Key", ())
        }
        if any(key.startswith("Extend") for key in told):
            yield from told.get("ExtendMaximumAssignments") or [None]


def _with_fee(amount: Decimal) -> Decimal:
    return amount + max(amount * _FEE, _LEAST_FEE)


def _amounts(values: Values, name: str) -> list[Decimal | None]:
    return [_amount(text) for text in values.get(name, ())]


def _amount(text: object) -> Decimal | None:
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
