"""What counts as a refusal, and calls that an endpoint has to take or to refuse."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.checks.expectation import Expect
from conformance.target.requester import Reply, Requester


def is_refusal(reply: Reply) -> bool:
    """Tell whether a reply is an error with a code, and brings no data beside it."""
    data = [child.tag for result in reply.answer.results for child in result if child.tag != "Request"]
    return reply.refused and not data


def is_unknown_operation(reply: Reply, operation: str, requester: Requester) -> bool:
    """Tell whether a reply is what the endpoint says to an operation that surely does not exist."""
    made_up = f"Un{operation}"
    if reply.accepted:
        return False

    def said(answer: Reply) -> tuple[object, ...]:
        text = " ".join(f"{error.place} {error.code} {error.message}" for error in answer.answer.errors)
        root = answer.answer.root.tag if answer.answer.root is not None else answer.summary
        plain = re.sub(r"\d+", "0", f"{root} {text}".replace(made_up, "*").replace(operation, "*"))
        return answer.answer.status, plain

    return said(reply) == said(requester.call(made_up))


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
