"""Help: what the service says of its operations and response groups."""

import pytest

from conformance.checks.expectation import Expect
from conformance.target.requester import Requester

ABOUT = {"HelpType": "Operation", "About": "GetReviewableHITs"}
INFORMATION = ("OperationInformation", "ResponseGroupInformation")


@pytest.mark.verifies("Help.Result.element", "Help.request-echo", "Help.OperationInformation")
def test_describes_what_is_asked_for(requester: Requester, expect: Expect) -> None:
    """What the information holds is judged by the shapes as well."""
    for kind, about, wanted in (
        ("Operation", "GetReviewableHITs", INFORMATION[0]),
        ("ResponseGroup", "Minimal", INFORMATION[1]),
    ):
        reply = requester.call("Help", {"HelpType": kind, "About": about})
        counts = [len(reply.all(name)) for name in INFORMATION]
        expect(
            "Help.Result.element",
            reply.accepted and counts == [int(name == wanted) for name in INFORMATION],
            where=f"Help with HelpType={kind}",
            expected=f"one Information with one {wanted}",
            actual=f"{reply.summary}; {counts[0]} {INFORMATION[0]}, {counts[1]} {INFORMATION[1]}",
        )
        if kind == "Operation":
            members = [child.tag for one in reply.all(wanted) for child in one]
            expect.see("Help.OperationInformation", where=wanted, actual=", ".join(members) or "nothing")
            echoed = reply.all("Request/HelpRequest")
            expect.see("Help.request-echo", where="Request", actual=f"{len(echoed)} HelpRequest, unasked")


@pytest.mark.verifies("Help.About.multiple")
def test_asked_about_two_operations(requester: Requester, expect: Expect) -> None:
    reply = requester.call("Help", {**ABOUT, "About": ["GetHIT", "GetReviewableHITs"]})
    told = len(reply.all(INFORMATION[0]))
    expect.see("Help.About.multiple", where="About", actual=f"{reply.summary}; {told} {INFORMATION[0]}")
