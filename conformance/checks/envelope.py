"""The envelope of a reply: root, request id, one result, IsValid, errors.

Nearly every element of the envelope is optional on paper, so that an empty reply is valid by the schema; what
a reply must have is judged here.
"""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, check_for, decide, met, missed
from conformance.checks.reading import Reading, of_each_operation
from conformance.spec.requirements import requirements


@check("Common.Response.is-valid")
def is_valid_is_exact(reading: Reading) -> Iterator[Finding]:
    """IsValid is True without errors beside it, and False with them, to the letter."""
    refused = False
    for visit in reading.visits:  # a Request stands before what is in it
        if visit.type is not None and visit.type.name == "Request":
            refused = visit.element.find("Errors/Error") is not None
        if visit.element.tag != "IsValid" or visit.parent_name != "Request":
            continue
        expected = "False" if refused else "True"
        text = visit.element.text or ""
        yield decide(
            "Common.Response.is-valid",
            text == expected and not len(visit.element),
            where=visit.path,
            expected=f"exactly {expected}, for {'a refused' if refused else 'an accepted'} call",
            actual=repr(text),
        )


@check("Common.Response.isvalid-present")
def is_valid_is_present(reading: Reading) -> Iterator[Finding]:
    """Every result tells by IsValid whether the call was taken."""
    if reading.answer is None or reading.operation is None:
        return
    for result in reading.answer.results:
        yield decide(
            "Common.Response.isvalid-present",
            result.find("Request/IsValid") is not None,
            where=f"/{reading.operation}Response/{result.tag}",
            expected="Request/IsValid",
            actual=f"{result.tag} without it",
        )


@check("Common.Response.success-has-no-errors")
def success_has_no_errors(reading: Reading) -> Iterator[Finding]:
    """A reply that says success holds no Errors element, not even an empty one."""
    answer = reading.answer
    if answer is None or answer.root is None or reading.operation is None:
        return
    lists = list(answer.root.iter("Errors"))
    success = answer.accepted or (answer.is_valid or "").strip().lower() == "true"
    if success and lists:
        empty = lists[0].find("Error") is None
        yield missed(
            "Common.Response.success-has-no-errors",
            where=answer.root.getroottree().getpath(lists[0]),
            expected="no Errors element in the reply to a successful call",
            actual="an empty Errors element" if empty else f"Errors beside IsValid {answer.is_valid!r}",
        )
    elif success:
        yield met("Common.Response.success-has-no-errors")


@check_for(lambda: of_each_operation("Result.element"))
def success_has_one_result(reading: Reading) -> Iterator[Finding]:
    """A successful call answers in its own root, with a request id and exactly one result element."""
    answer, requirement = reading.answer, f"{reading.operation}.Result.element"
    if answer is None or requirement not in requirements() or answer.errors or answer.status != 200:
        return
    if answer.root is None:
        yield missed(requirement, expected=f"{reading.operation}Response as XML", actual=answer.summary)
        return
    shape = reading.shapes.operation(str(reading.operation))
    wrong = []
    if answer.root.tag != shape.response:
        wrong.append(f"the root is {answer.root.tag}")
    if not (answer.root.findtext("OperationRequest/RequestId") or "").strip():
        wrong.append("OperationRequest/RequestId is missing or empty")
    results = len(answer.root.findall(shape.result.name))
    if results != 1:
        wrong.append(f"{results} elements {shape.result.name}")
    yield decide(
        requirement,
        not wrong,
        where=f"/{shape.response}",
        expected=f"{shape.response} with OperationRequest/RequestId and exactly one {shape.result.name}",
        actual="; ".join(wrong),
    )


CHECKS: tuple[Check, ...] = (is_valid_is_exact, is_valid_is_present, success_has_no_errors, success_has_one_result)
