"""A hand that judges made-up replies, and good replies to plant faults in."""

from dataclasses import dataclass
from typing import Any

import pytest

from conformance.bindings.query import Credentials, write_call
from conformance.bindings.replies import XML
from conformance.checks import replies as shared
from conformance.checks.finding import Finding, Outcome
from conformance.checks.judge import judge
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

REQUESTER = Credentials(access_key_id="AKID", secret_key="secret")
SHARED = frozenset().union(*(check.ids() for check in shared.CHECKS))
VALID = "<Request><IsValid>True</IsValid></Request>"


@dataclass(frozen=True)
class Replies:
    """Replies in the form of genuine ones, and what all checks find in them."""

    def item(self, identifier: str = "Q1", *, documents: str = "", submitted: str = "2014-08-15T10:00:00Z") -> str:
        """Return a QualificationRequest."""
        return (
            f"<QualificationRequest><QualificationRequestId>{identifier}</QualificationRequestId>"
            f"<QualificationTypeId>T</QualificationTypeId><SubjectId>W</SubjectId>{documents}"
            f"<SubmitTime>{submitted}</SubmitTime></QualificationRequest>"
        )

    def listing(self, *items: str, counters: str | None = None, request: str = VALID, namespace: str = "") -> str:
        """Return a reply of GetQualificationRequests."""
        number = len(items)
        counted = f"<NumResults>{number}</NumResults><TotalNumResults>{number}</TotalNumResults>"
        result = (counted + "<PageNumber>1</PageNumber>" if counters is None else counters) + "".join(items)
        return self.reply("GetQualificationRequests", request + result, namespace=namespace)

    def rejection(self, inner: str = VALID) -> str:
        """Return a reply of RejectQualificationRequest whose result holds ``inner``."""
        return self.reply("RejectQualificationRequest", inner)

    def reply(self, operation: str, inner: str, *, result: str | None = None, namespace: str = "") -> str:
        """Return the reply of an operation."""
        name = result or f"{operation}Result"
        return (
            f'<?xml version="1.0"?>\n<{operation}Response{namespace}><OperationRequest><RequestId>r</RequestId>'
            f"</OperationRequest><{name}>{inner}</{name}></{operation}Response>"
        )

    def call(self, operation: str, values: Values | None = None, **wire: Any) -> HttpRequest:
        """Return a call."""
        options = {"url": "http://e.test/", "version": "2014-08-15", "timestamp": "2014-08-15T10:00:00Z", **wire}
        return write_call(operation, values or {}, credentials=REQUESTER, **options)

    def exchange(self, request: HttpRequest, body: str | bytes, status: int = 200) -> Exchange:
        """Return a call with the reply to it."""
        octets = body.encode() if isinstance(body, str) else body
        response = HttpResponse(status=status, headers=(("Content-Type", XML),), body=octets)
        return Exchange(request=request, response=response, sent_at=0.0, received_at=1.0)

    def findings(
        self,
        body: str | bytes,
        operation: str = "GetQualificationRequests",
        values: Values | None = None,
        *,
        status: int = 200,
        **wire: Any,
    ) -> list[Finding]:
        """Return the findings on a reply to a call, but for what all replies share: that has a test of its own."""
        found = judge(self.exchange(self.call(operation, values, **wire), body, status))
        return [one for one in found if one.requirement not in SHARED]

    def missed(self, body: str | bytes, *arguments: Any, **options: Any) -> list[Finding]:
        """Return the misses among the findings."""
        return [one for one in self.findings(body, *arguments, **options) if one.outcome is Outcome.MISSED]

    def of(self, requirement: str, body: str | bytes, *arguments: Any, **options: Any) -> list[Outcome]:
        """Return what is found about one requirement."""
        found = self.findings(body, *arguments, **options)
        return [one.outcome for one in found if one.requirement == requirement]


@pytest.fixture(scope="session")
def replies() -> Replies:
    """Write replies and judge them."""
    return Replies()
