"""The echo of the request: there with the response group Request, as it was sent, and not there without."""

from collections.abc import Iterator

from lxml import etree

from conformance.bindings.elements import values_of
from conformance.checks.finding import Check, Finding, check, check_for, decide, seen
from conformance.checks.reading import Reading, of_each_operation
from conformance.checks.scrubbing import scrubbed
from conformance.spec.requirements import requirements
from conformance.wire.flattening import Values


def _echoes(reading: Reading) -> list[etree._Element]:
    results = reading.answer.results if reading.answer else ()
    return [
        child
        for result in results
        for child in result.iterfind("Request/*")
        if isinstance(child.tag, str) and reading.is_echo(child)
    ]


@check("Common.ResponseGroup.request-off")
def echo_is_absent_unless_asked_for(reading: Reading) -> Iterator[Finding]:
    """A call without the group Request gets no echo of its parameters."""
    if reading.operation is None or not reading.accepted or not reading.call_known:
        return
    if "Request" in reading.call.response_groups:
        return
    echoes = [echo.tag for echo in _echoes(reading)]
    yield decide(
        "Common.ResponseGroup.request-off",
        not echoes,
        where=f"/{reading.operation}Response//Request",
        expected="no echo of the parameters without the response group Request",
        actual=", ".join(echoes),
    )


def _difference(sent: Values, echoed: Values, path: str = "") -> str:
    """Return the first difference between what was sent and what is echoed, or an empty string."""
    for name, occurrences in sent.items():
        back = echoed.get(name, [])
        if len(back) != len(occurrences):
            return f"{path}{name} stands {len(back)} times, sent {len(occurrences)} times"
        for one, other in zip(occurrences, back, strict=True):
            if isinstance(one, dict) and isinstance(other, dict):
                if inner := _difference(one, other, f"{path}{name}/"):
                    return inner
            elif one != other and not (isinstance(other, str) and scrubbed(other)):
                return f"{path}{name} is {other!r}, sent {one!r}"
    return ""


@check_for(lambda: of_each_operation("Result.request-group"))
def echo_repeats_what_was_sent(reading: Reading) -> Iterator[Finding]:
    """A call with the group Request gets its own parameters back under <Operation>Request."""
    requirement = f"{reading.operation}.Result.request-group"
    if requirement not in requirements() or not reading.accepted:
        return
    if "Request" not in reading.call.response_groups:
        return
    shape = reading.shapes.operation(str(reading.operation))
    name = shape.echo
    if name is None:
        results = reading.answer.results if reading.answer else ()
        children = [str(child.tag) for result in results for child in result.iterfind("Request/*")]
        where = f"/{reading.operation}Response//Request"
        yield seen(requirement, where=where, actual=f"Request with {', '.join(children) or 'no children'}")
        return
    echoes = [echo for echo in _echoes(reading) if echo.tag == name]
    own = {member.name for member in shape.request.elements} - {"ResponseGroup"}
    sent = {key: value for key, value in reading.call.values.items() if key in own}
    fault = "" if echoes else f"no {name} under Request"
    if not fault:
        fault = _difference(sent, values_of(echoes[0]))
    yield decide(
        requirement,
        not fault,
        where=f"/{reading.operation}Response//Request/{name}",
        expected=f"{name} with the values sent",
        actual=fault,
    )


CHECKS: tuple[Check, ...] = (echo_is_absent_unless_asked_for, echo_repeats_what_was_sent)
