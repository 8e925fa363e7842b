"""What a list of blocked Workers says of each block."""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading

STRUCTURE = "WorkerBlock"
NEEDED = ("WorkerId", "Reason")


@check(f"{STRUCTURE}.elements")
def blocks_are_complete(reading: Reading) -> Iterator[Finding]:
    """Each names its Worker and the reason; that it has nothing else is judged with the shapes."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        for name in NEEDED:
            texts = [element.text or "" for element in visit.element.iterfind(name)]
            yield decide(
                f"{STRUCTURE}.elements",
                len(texts) == 1 and bool(texts[0]),
                where=f"{visit.path}/{name}",
                expected=f"one {name}, with a text",
                actual=repr(texts),
            )


CHECKS: tuple[Check, ...] = (blocks_are_complete,)
