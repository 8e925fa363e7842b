"""The status of a ReviewAction, whatever its letter case, and the code that stands beside one of them."""

from typing import Any

import pytest

from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.wire.messages import Exchange
from tests.bindings.json_messages import reply as answer_with
from tests.bindings.json_messages import request_of

STATUS, CODE = (f"ReviewActionDetail.{name}" for name in ("status.values", "ErrorCode.only-failed"))
OPERATION = "GetReviewResultsForHIT"


def reply(replies: Any, status: str) -> str:
    """Return a reply with one ReviewAction."""
    action = (
        "<ReviewAction><ActionId>1</ActionId><ActionName>review</ActionName><ObjectId>A</ObjectId>"
        f"<ObjectType>Assignment</ObjectType><Status>{status}</Status></ReviewAction>"
    )
    report = f"<HITId>H</HITId><AssignmentReviewReport>{action}</AssignmentReviewReport>"
    body: str = replies.reply(OPERATION, f"<Request><IsValid>True</IsValid></Request>{report}")
    return body


@pytest.mark.parametrize("status", ["Intended", "intended", "SUCCEEDED", "fAILED", " Cancelled "])
def test_any_letter_case_will_do(replies: Any, status: str) -> None:
    """The page writes capitals, the schema does not."""
    body = reply(replies, status)
    assert replies.of(STATUS, body, OPERATION, {"HITId": ["H"]}) == [Outcome.MET]
    assert replies.missed(body, OPERATION, {"HITId": ["H"]}) == []


@pytest.mark.parametrize("status", ["Done", ""])
def test_another_status_is_a_fault(replies: Any, status: str) -> None:
    """There are four."""
    assert replies.of(STATUS, reply(replies, status), OPERATION, {"HITId": ["H"]}) == [Outcome.MISSED]


@pytest.mark.parametrize(
    ("status", "code", "outcomes"),
    [
        ("Failed", "AWS.MechanicalTurk.InsufficientFunds", [Outcome.MET]),
        ("FAILED", None, [Outcome.MET]),
        ("Succeeded", None, []),
        ("Succeeded", "", []),
        ("Succeeded", "None", [Outcome.MISSED]),
        (None, "None", [Outcome.MISSED]),
    ],
)
def test_a_code_belongs_to_a_failure(status: str | None, code: str | None, outcomes: list[Outcome]) -> None:
    """A failure need not have one."""
    action = {"ActionId": "1", "Status": status, "ErrorCode": code}
    content = {"HITId": "H", "AssignmentReviewReport": {"ReviewResults": [], "ReviewActions": [action]}}
    exchange = Exchange(
        request=request_of("ListReviewPolicyResultsForHIT", b'{"HITId": "H"}'),
        response=answer_with(content),
        sent_at=0.0,
        received_at=1.0,
    )
    assert [finding.outcome for finding in judge(exchange) if finding.requirement == CODE] == outcomes
