"""What a call may cost at most: by its parameters, and by the rewards that the run has told of before."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.bindings.query import Answer, read_answer
from conformance.errors import RefusedForSafety
from conformance.target.guard import Guard
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpResponse

DOLLAR: Values = {"Reward": [{"Amount": ["1.00"], "CurrencyCode": ["USD"]}]}


def capped(amount: str = "100") -> Guard:
    """Return a guard for a target that is not embedded, with a cap in US dollars."""
    return Guard(embedded=False, spend_cap=Decimal(amount))


def made(operation: str, **identifiers: str) -> Answer:
    """Return the reply to a call that made something."""
    told = "".join(f"<{name}> {text}\n</{name}>" for name, text in identifiers.items())
    body = (
        f"<{operation}Response><Result><Request><IsValid>True</IsValid></Request>{told}</Result></{operation}Response>"
    )
    return read_answer(HttpResponse(status=200, body=body.encode()))


def with_a_hit(cap: str = "100", **values: Any) -> Guard:
    """Return a guard of a run that made the HIT type T, one dollar a piece, and with it the HIT H."""
    guard = capped(cap)
    guard.learn("RegisterHITType", DOLLAR, made("RegisterHITType", HITTypeId="T"))
    called: Values = {"HITTypeId": ["T"], **values}
    guard.check_call("CreateHIT", called)
    guard.learn("CreateHIT", called, made("CreateHIT", HITId="H", HITTypeId="T"))
    return guard


def test_a_hit_of_a_known_type_costs_the_reward_of_the_type() -> None:
    """Where the call names a reward as well, the higher of the two counts."""
    guard = with_a_hit(MaxAssignments=["3"])
    assert guard.spent == Decimal("4.35")
    for amount, cost in (("0.10", "1.45"), ("2", "2.90")):
        named: Values = {"HITTypeId": ["T"], "Reward": [{"Amount": [amount]}]}
        assert guard.check_call("CreateHIT", named) == Decimal(cost)


def test_more_assignments_cost_the_reward_of_the_hit() -> None:
    """Each with its fee, under the same cap as all else."""
    guard = with_a_hit("6")
    more: Values = {"HITId": ["H"], "MaxAssignmentsIncrement": ["2"]}
    assert guard.check_call("ExtendHIT", more) == Decimal("2.90")
    with pytest.raises(RefusedForSafety, match="goes over the cap of 6"):
        guard.check_call("ExtendHIT", more)
    assert guard.spent == Decimal("4.35")


def test_a_hit_with_a_reward_of_its_own_is_remembered_with_it() -> None:
    """As versions before HIT types have it; the type that the service made for it has the same reward."""
    guard = capped()
    guard.learn("CreateHIT", DOLLAR, made("CreateHIT", HITId="H", HITTypeId="T"))
    assert guard.check_call("ExtendHIT", {"HITId": ["H"], "MaxAssignmentsIncrement": ["1"]}) == Decimal("1.45")
    assert guard.check_call("CreateHIT", {"HITTypeId": ["T"]}) == Decimal("1.45")


def test_another_type_for_a_hit_costs_its_reward_for_each_assignment() -> None:
    """Also for those that were added; and what is added later costs the higher reward of the two."""
    guard = with_a_hit(MaxAssignments=["2"])
    five: Values = {"Reward": [{"Amount": ["5.00"]}]}
    guard.learn("RegisterHITType", five, made("RegisterHITType", HITTypeId="U"))
    guard.check_call("ExtendHIT", {"HITId": ["H"], "MaxAssignmentsIncrement": ["1"]})
    assert guard.check_call("ChangeHITTypeOfHIT", {"HITId": ["H"], "HITTypeId": ["U"]}) == Decimal("21.75")
    assert guard.check_call("ChangeHITTypeOfHIT", {"HITId": ["H"], "HITTypeId": ["T"]}) == Decimal("4.35")
    assert guard.check_call("ExtendHIT", {"HITId": ["H"], "MaxAssignmentsIncrement": ["1"]}) == Decimal("7.25")


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("CreateHIT", {"HITTypeId": ["other"]}),
        ("CreateHIT", {"HITTypeId": ["other"], "Reward": [{"Amount": ["0.01"]}]}),
        ("CreateHIT", {"HITTypeId": ["T"], "Reward": ["0.01", {"Amount": ["x"]}]}),
        ("CreateHIT", {"HITTypeId": ["T"], "MaxAssignments": ["-1"]}),
        ("ExtendHIT", {"HITId": ["other"], "MaxAssignmentsIncrement": ["1"]}),
        ("ExtendHIT", {"HITId": ["H", "other"], "MaxAssignmentsIncrement": ["1"]}),
        ("ExtendHIT", {"MaxAssignmentsIncrement": ["1"]}),
        ("ExtendHIT", {"HITId": ["H"], "MaxAssignmentsIncrement": ["-1"]}),
        ("ExtendHIT", {"HITId": ["H"], "MaxAssignmentsIncrement": ["many"]}),
        ("ExtendHIT", {"HITId": ["H"], "maxassignmentsincrement": ["1"]}),
        ("ExtendHIT", None),
        ("ChangeHITTypeOfHIT", {"HITId": ["H"], "HITTypeId": ["other"]}),
        ("ChangeHITTypeOfHIT", {"HITId": ["other"], "HITTypeId": ["T"]}),
        ("ChangeHITTypeOfHIT", {"HITTypeId": ["T"]}),
        ("ChangeHITTypeOfHIT", {"HITId": ["H"]}),
        ("CreateHIT", None),
        ("GrantBonus", None),
    ],
)
def test_what_this_run_did_not_make_has_no_price(operation: str, values: Values | None) -> None:
    """Nor has what cannot be read; a cap is worth nothing if it passes."""
    guard = with_a_hit()
    with pytest.raises(RefusedForSafety, match="cannot be told"):
        guard.check_call(operation, values)
    assert guard.spent == Decimal("1.45")


def test_nothing_is_learnt_from_a_refusal() -> None:
    """The ids in it are nobody's."""
    guard = capped()
    guard.learn("RegisterHITType", DOLLAR, Answer(status=200))
    with pytest.raises(RefusedForSafety, match="cannot be told"):
        guard.check_call("CreateHIT", {"HITTypeId": ["T"]})


def policy(**parameters: str) -> list[Any]:
    """Return a review policy as a call carries it."""
    told = [{"Key": [key], "Value": [value]} for key, value in parameters.items()]
    return [{"PolicyName": ["SimplePlurality/2011-09-01"], "Parameter": told}]


@pytest.mark.parametrize("name", ["AssignmentReviewPolicy", "HITReviewPolicy"])
def test_a_policy_that_extends_the_hit_is_paid_for_in_advance(name: str) -> None:
    """The service adds the assignments by itself, up to the number that the policy names."""
    guard = capped()
    plain: Values = {**DOLLAR, "MaxAssignments": ["2"], name: policy(ApproveIfKnownAnswerScoreIsAtLeast="50")}
    assert guard.check_call("CreateHIT", plain) == Decimal("2.90")
    extends = policy(ExtendIfHITAgreementScoreIsLessThan="50", ExtendMaximumAssignments="8")
    assert guard.check_call("CreateHIT", {**plain, name: extends}) == Decimal("14.50")
    for unclear in (policy(ExtendIfHITAgreementScoreIsLessThan="50"), policy(ExtendMaximumAssignments="all")):
        with pytest.raises(RefusedForSafety, match="cannot be told"):
            guard.check_call("CreateHIT", {**plain, name: unclear})


@pytest.mark.parametrize("operation", ["ApproveAssignment", "ApproveRejectedAssignment"])
def test_approving_was_counted_with_the_hit(operation: str) -> None:
    """A cap has to be set all the same."""
    guard = with_a_hit()
    assert guard.check_call(operation, {"AssignmentId": ["A"]}) == 0
    with pytest.raises(RefusedForSafety, match="no limit was set"):
        Guard(embedded=False).check_call(operation, {"AssignmentId": ["A"]})
