"""Messages of 2017-01-17 that are changed after they were written, and what they were to change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from conformance.bindings.json import TARGET
from conformance.bindings.query import Credentials
from conformance.checks.expectation import Expect
from conformance.spec.service_model import model
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import UPDATE, read
from conformance.target.requester import Reply, Requester
from conformance.transport.sigv4 import AUTHORIZATION, DATE, sign
from conformance.wire.messages import HttpRequest, header

BALANCE = "GetAccountBalance"
NO_FAULT = "Common.JSON.no-fault"


def moment_of(request: HttpRequest) -> float:
    """Return when a message was signed, in seconds since the epoch."""
    text = header(request.headers, DATE) or ""
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """Return a message with another value of a header, signed as it was."""
    return replace(request, headers=tuple((key, value if key == name else told) for key, told in request.headers))


def without_header(request: HttpRequest, name: str) -> HttpRequest:
    """Return a message without a header, signed as it was."""
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0] != name))


def signed_anew(
    request: HttpRequest,
    credentials: Credentials,
    *,
    body: bytes | None = None,
    target: str | None = None,
    later: float = 0.0,
) -> HttpRequest:
    """Return a message with another body or target, signed so many seconds later than it was."""
    at = moment_of(request) + later
    unsigned = without_header(without_header(request, AUTHORIZATION), DATE)
    if target is not None:
        unsigned = with_header(unsigned, TARGET, target)
    return sign(unsigned if body is None else replace(unsigned, body=body), credentials, at=at)


def target_of(operation: str) -> str:
    """Return the target of an operation, by the kit's name."""
    return f"{model().target}.{model().operations[operation].newer}"


def send_object(requester: Requester, operation: str, content: Mapping[str, Any]) -> Reply:
    """Call an operation, by the kit's name, with this JSON object."""
    request = signed_anew(
        requester.write(BALANCE),
        requester.credentials,
        body=json.dumps(content).encode(),
        target=target_of(operation),
    )
    return requester.send(operation, request)


def is_turned_down(reply: Reply) -> bool:
    """Tell whether a message is refused, in whatever words."""
    return not reply.accepted and 400 <= reply.answer.status < 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A Qualification type whose Description calls try to change."""

    given: Given
    type_id: str

    @classmethod
    def new(cls, given: Given) -> "Described":
        """Create one."""
        return cls(given=given, type_id=given.qualification_type())

    @property
    def requester(self) -> Requester:
        """Whose it is."""
        return self.given.requester

    def content(self, description: Any = "changed", **more: Any) -> dict[str, Any]:
        """Return the JSON object of UpdateQualificationType."""
        return {"QualificationTypeId": self.type_id, "Description": description, **more}

    def request(self) -> HttpRequest:
        """Return a good UpdateQualificationType, signed."""
        return self.requester.write(UPDATE, self.content())

    def description(self) -> str:
        """Return what the type says."""
        return (read(self.requester, self.type_id).text("Description") or "").strip()

    def judge_turned_down(self, requirement: str, reply: Reply, what: str, expect: Expect) -> None:
        """See that a message is refused, not by a fault of the server, and that the type stays as it was."""
        judge_turned_down(requirement, reply, what, expect)
        told = self.description()
        expected = "another Description than that of a call that has to be refused"
        expect(requirement, told != "changed", where=f"{what}, read afterwards", expected=expected, actual=repr(told))


def judge_turned_down(requirement: str, reply: Reply, what: str, expect: Expect) -> None:
    """See that a message is refused, and not by a fault of the server."""
    expect(requirement, is_turned_down(reply), where=what, expected="an error", actual=reply.summary)
    status = reply.answer.status
    expect(NO_FAULT, status < 500, where=what, expected="no 5xx", actual=f"HTTP {status}")
