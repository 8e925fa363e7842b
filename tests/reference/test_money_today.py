"""Decisions and bonuses in 2017-01-17: what differs there from the versions before it."""

from typing import Any

import pytest

from conformance.wire.flattening import Values


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    return [error.code.removeprefix("AWS.MechanicalTurk.") for error in answer.errors]


def bonus(scene: Any, assignment: str, worker: str, amount: str = "2.50", **more: Any) -> Any:
    """Pay a bonus by JSON."""
    return scene.today(
        "GrantBonus", AssignmentId=assignment, WorkerId=worker, BonusAmount=amount, Reason="for the work", **more
    )


def rejected(scene: Any) -> str:
    """Return a submission that was rejected with a feedback."""
    assignment: str = scene.submission(scene.hit())[0]
    assert scene.today("RejectAssignment", AssignmentId=assignment, RequesterFeedback="no").accepted
    return assignment


def shown(scene: Any, assignment: str, name: str) -> str | None:
    """Return a member of the assignment as GetAssignment tells it."""
    text: str | None = scene.today("GetAssignment", AssignmentId=assignment).text(f"Assignment/{name}")
    return text


def test_a_rejection_says_why(scene: Any) -> None:
    """Without that nothing is rejected; it is told unasked."""
    assignment, _ = scene.submission(scene.hit())
    assert codes(scene.today("RejectAssignment", AssignmentId=assignment)) == ["AWS.MissingParameters"]
    assert shown(scene, assignment, "AssignmentStatus") == "Submitted"
    assert scene.today("RejectAssignment", AssignmentId=assignment, RequesterFeedback="too short").accepted
    assert shown(scene, assignment, "RequesterFeedback") == "too short"


@pytest.mark.parametrize(
    ("override", "status"), [(None, "Rejected"), ("false", "Rejected"), ("true", "Approved")], ids=str
)
def test_an_approval_takes_back_a_rejection_where_it_says_so(scene: Any, override: str | None, status: str) -> None:
    """And pays then; what was said of the rejection stays, as nothing else is said."""
    assignment, before = rejected(scene), scene.balance()
    said = {} if override is None else {"OverrideRejection": override}
    assert scene.today("ApproveAssignment", AssignmentId=assignment, **said).accepted is (status == "Approved")
    assert shown(scene, assignment, "AssignmentStatus") == status
    assert (scene.balance() < before) is (status == "Approved")
    assert shown(scene, assignment, "RequesterFeedback") == "no"


def test_an_override_approves_what_waits_and_nothing_twice(scene: Any) -> None:
    """That it approves what waits for a decision is a choice."""
    assignment, _ = scene.submission(scene.hit())
    said = {"AssignmentId": assignment, "OverrideRejection": "true"}
    assert scene.today("ApproveAssignment", **said).accepted
    before = scene.balance()
    assert codes(scene.today("ApproveAssignment", **said)) == ["InvalidAssignmentState"]
    assert scene.balance() == before


@pytest.mark.parametrize("faulty", ["x" * 1025, "a\x0bb"], ids=["too long", "a control character"])
@pytest.mark.parametrize("operation", ["ApproveAssignment", "RejectAssignment"])
def test_feedback_is_a_text_of_1024_characters(scene: Any, operation: str, faulty: str) -> None:
    """As in the versions before, though the service model does not say so."""
    assignment, _ = scene.submission(scene.hit())
    refused = scene.today(operation, AssignmentId=assignment, RequesterFeedback=faulty)
    assert codes(refused) == ["InvalidParameterValue"]
    assert shown(scene, assignment, "AssignmentStatus") == "Submitted"
    assert scene.today(operation, AssignmentId=assignment, RequesterFeedback="é\t" * 512).accepted


@pytest.mark.parametrize("amount", ["$5", "5 USD", "0.001", "0", "-1", "1,000.00", ""])
def test_an_amount_is_digits_with_two_decimals_at_most(scene: Any, amount: str) -> None:
    """Whatever else is written there is refused and unpaid."""
    assignment, worker, _ = scene.approved()
    assert not bonus(scene, assignment, worker, amount).accepted
    assert scene.today("GetBonusPayments", AssignmentId=assignment).text("NumResults") == "0"


def test_a_token_pays_once_by_json(scene: Any) -> None:
    """For a day, whatever is sent with it, also after a restart; an empty one is none."""
    assignment, worker, _ = scene.approved()
    assert not bonus(scene, assignment, worker, UniqueRequestToken="").accepted
    assert bonus(scene, assignment, worker, UniqueRequestToken="t").accepted
    scene.endpoint.restart()
    assert codes(bonus(scene, assignment, worker, "3.00", UniqueRequestToken="t")) == ["DuplicateRequest"]
    answer = scene.today("GetBonusPayments", AssignmentId=assignment)
    assert [one.findtext("BonusAmount/Amount") for one in answer.results[0].findall("BonusPayment")] == ["2.50"]


def test_a_token_of_one_binding_is_one_of_the_other(scene: Any) -> None:
    """The account is the same, and so is what it remembers."""
    assignment, worker, _ = scene.approved()
    price: Values = {"Amount": ["2.50"], "CurrencyCode": ["USD"]}
    said = {"AssignmentId": assignment, "WorkerId": worker, "Reason": "r", "UniqueRequestToken": "t"}
    assert scene.call("GrantBonus", BonusAmount=price, **said).accepted
    assert codes(bonus(scene, assignment, worker, UniqueRequestToken="t")) == ["DuplicateRequest"]


def test_a_mail_goes_to_a_hundred_workers_at_most(scene: Any) -> None:
    """The service model says so in words alone."""
    said = {"Subject": "s", "MessageText": "t"}
    workers = [f"A{number:03}" for number in range(101)]
    assert scene.today("NotifyWorkers", WorkerId=workers[:100], **said).accepted
    assert not scene.today("NotifyWorkers", WorkerId=workers, **said).accepted
