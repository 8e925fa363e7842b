"""Lists of 2017-01-17: the list is there, and NumResults agrees with it."""

from collections.abc import Iterator

from conformance.bindings.json import JsonUnreadable, parse
from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.lists import NUMBER
from conformance.checks.reading import Reading
from conformance.spec.service_model import Member, model

COUNTER = "NumResults"


def _listed(operation: str) -> Member | None:
    """Return the member of an operation's output that NumResults counts, None where it is no such list."""
    members = model().members(model().operations[operation].response)
    counted = any(member.newer == COUNTER for member in members)
    return next((member for member in members if member.listed), None) if counted else None


@check("Common.Paging.NumResults", "Common.Paging.members")
def numbers_of_results_agree(reading: Reading) -> Iterator[Finding]:
    """A page has its list and NumResults, which is the number of items."""
    answer, response = reading.answer, reading.response
    if not reading.call.by_json or reading.operation is None or answer is None or response is None:
        return
    listed = _listed(reading.operation)
    if listed is None or not answer.accepted:
        return
    try:
        content = parse(response.body)
    except JsonUnreadable:
        return
    lacks = [name for name in (COUNTER, listed.newer) if content.get(name) is None]
    newer = model().operations[reading.operation].newer
    expected, actual = f"{COUNTER} and {listed.newer}", f"no {', no '.join(lacks)}"
    yield decide("Common.Paging.members", not lacks, where=f"the answer of {newer}", expected=expected, actual=actual)
    told = (answer.results[0].findtext(COUNTER) or "").strip()
    found = len(answer.results[0].findall(listed.name))
    if COUNTER in lacks:
        return
    yield decide(
        "Common.Paging.NumResults",
        bool(NUMBER.fullmatch(told)) and int(told) == found,
        where=COUNTER,
        expected=f"{found}, the number of {listed.newer}",
        actual=repr(told),
    )


CHECKS: tuple[Check, ...] = (numbers_of_results_agree,)
