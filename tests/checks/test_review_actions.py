"""The status of a ReviewAction, whatever its letter case."""

from typing import Any

import pytest

from conformance.checks.finding import Outcome

STATUS = "ReviewActionDetail.status.values"
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
