"""What counts as a refusal, and calls that an endpoint has to take or to refuse."""

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.shapes import shapes_for
from conformance.target.offered import gist, made_up
from conformance.target.requester import Reply, Requester


def is_refusal(reply: Reply) -> bool:
    """Tell whether a reply is an error with a code, and brings no data beside it."""
    data = [child.tag for result in reply.answer.results for child in result if child.tag != "Request"]
    return reply.refused and not data


def is_unknown_operation(reply: Reply, operation: str, requester: Requester) -> bool:
    """Tell whether a reply is what the endpoint says to an operation that surely does not exist.

    An operation of the version that is missing ends a case by itself (`Requester.lacks`).  Raises Blocked for one of
    which the endpoint's answers do not show whether it is there.
    """
    if reply.accepted:
        return False
    if operation in shapes_for(requester.version).operations:
        if requester.lacks(operation) is None:
            raise Blocked("an operation called without its parameters is answered as one that nobody knows")
        return False
    unknown = made_up(operation)
    return gist(reply.answer, operation) == gist(requester.call(unknown).answer, unknown)


def judge_spelling(requirement: str, operation: str, misspelt: str, requester: Requester, expect: Expect) -> None:
    """See that an operation is known by its name and not by another one."""
    for name, wanted in ((operation, True), (misspelt, False)):
        reply = requester.call(name)
        known = not is_unknown_operation(reply, name, requester)
        expect(
            requirement,
            known == wanted,
            where=f"the operation {name}",
            expected="it is known" if wanted else "it is unknown",
            actual=reply.summary,
        )


def judge_values(
    requester: Requester,
    operation: str,
    asked: Mapping[str, Any],
    judged: Iterable[tuple[str, str, tuple[str, ...], bool]],
    expect: Expect,
) -> None:
    """See which values of a parameter are taken beside what is ``asked``.

    ``judged`` are a parameter, the topic of its requirement, values, and whether these are to be taken or refused.
    """
    for parameter, topic, values, taken in judged:
        for value in values:
            reply = requester.call(operation, {**asked, parameter: value})
            expect(
                f"{operation}.{parameter}.{topic}",
                reply.accepted if taken else is_refusal(reply),
                where=f"{parameter}={value}",
                expected="success" if taken else "an error",
                actual=reply.summary,
            )
