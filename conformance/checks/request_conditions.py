"""What is wrong with a call by parameters that depend on each other: one without another, two together, none of two.

Only what a requirement says in so many words is told, and only where the call leaves no doubt: a parameter that is
there without a value counts neither as given nor as left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.checks.finding import Difference
from conformance.spec.requirements import requirements
from conformance.wire.flattening import Values

TYPE_PROPERTIES = ("Title", "Description", "Reward", "AssignmentDurationInSeconds")
"""Properties of a HIT type that have to be given where it is not named."""
OTHER_PROPERTIES = ("Keywords", "AutoApprovalDelayInSeconds", "QualificationRequirement")
_TRUE = ("true", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """It is broken by a call in which all of ``given`` are there and all of ``lacking`` are not.

    ``Name=true`` in ``given`` means a flag that is set.  What is only ``told`` is no fault.
    """

    requirement: str
    where: str
    expected: str
    given: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    told: bool = False

    @property
    def actual(self) -> str:
        """What is there, or what is not."""
        if self.told or not self.lacking:
            return f"{' and '.join(self.given)}"
        alone = f" without {' or '.join(self.lacking)}"
        return f"{' and '.join(self.given)}{alone}" if self.given else f"neither {' nor '.join(self.lacking)}"

    @property
    def difference(self) -> Difference:
        """How the call differs from one that is right."""
        return "missing" if self.lacking else "extra"

    def is_broken(self, values: Values) -> bool:
        """Tell whether a call with these values breaks it, beyond doubt."""
        return all(_is_given(one, values) for one in self.given) and not any(name in values for name in self.lacking)


def _without(first: str, needed: str, requirement: str) -> Condition:
    expected = f"{needed} beside {first}"
    return Condition(requirement=requirement, where=needed, expected=expected, given=(first,), lacking=(needed,))


def _neither(first: str, other: str, requirement: str) -> Condition:
    return Condition(requirement=requirement, where=first, expected=f"{first} or {other}", lacking=(first, other))


def _both(first: str, other: str, requirement: str, expected: str, *, told: bool = False) -> Condition:
    return Condition(requirement=requirement, where=other, expected=expected, given=(first, other), told=told)


_NO_EFFECT = "CreateHIT.HITTypeId.overrides-properties"
_BOTH_UNSAID = "HITId or AssignmentId; what both mean is not said"
CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "CreateHIT": (
        *(_neither(name, "HITTypeId", f"CreateHIT.{name}.required") for name in TYPE_PROPERTIES),
        *(
            _both("HITTypeId", name, _NO_EFFECT, f"no {name}: that of the HIT type holds", told=True)
            for name in (*TYPE_PROPERTIES, *OTHER_PROPERTIES)
        ),
        _neither("Question", "HITLayoutId", "CreateHIT.Question.required-or-layout"),
        _both("Question", "HITLayoutId", "CreateHIT.Question.both-with-layout", "either of the two"),
    ),
    "CreateQualificationType": (
        _without("Test", "TestDurationInSeconds", "CreateQualificationType.Test.needs-duration"),
        _without("AnswerKey", "Test", "CreateQualificationType.AnswerKey.needs-test"),
        _both("Test", "AutoGranted=true", "CreateQualificationType.Test.excludes-autogranted", "either of the two"),
    ),
    "UpdateQualificationType": (
        _without("Test", "TestDurationInSeconds", "UpdateQualificationType.Test.needs-duration"),
        _without("AnswerKey", "Test", "UpdateQualificationType.AnswerKey.needs-test"),
        _without("TestDurationInSeconds", "Test", "UpdateQualificationType.TestDuration.needs-test"),
    ),
    "GetBonusPayments": (
        _neither("HITId", "AssignmentId", "GetBonusPayments.one-of"),
        _both("HITId", "AssignmentId", "GetBonusPayments.both", _BOTH_UNSAID, told=True),
    ),
    "SetHITTypeNotification": (_neither("Notification", "Active", "SetHITTypeNotification.either-required"),),
}
"""Operation → the conditions on its parameters."""


def broken_conditions(operation: str, version: str, values: Values) -> Iterator[Condition]:
    """Yield what a call with these values breaks of what is in force in a version."""
    for condition in CONDITIONS.get(operation, ()):
        stated = requirements().get(condition.requirement)
        if stated is not None and stated.holds_in(version) and condition.is_broken(values):
            yield condition


def _is_given(one: str, values: Values) -> bool:
    name, _, wanted = one.partition("=")
    held = values.get(name, [])
    if wanted:
        return any(isinstance(value, str) and value.strip().lower() in _TRUE for value in held)
    return any(bool(value.strip() if isinstance(value, str) else value) for value in held)
