"""What a HIT shows: the order of its elements, and what its details have in which version.

Details are what a HIT with a Title has; a HIT without was asked for in other response groups.
"""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide, seen
from conformance.checks.reading import Reading
from conformance.spec.requirements import requirements

STRUCTURE = "HIT"
SIMILAR = "NumberOfSimilarHITs"
NEW_IDS = ("HITGroupId", "HITLayoutId")


def _holds(requirement: str, reading: Reading) -> bool:
    return requirements()[requirement].holds_in(reading.version)


@check(f"{STRUCTURE}.elements.order")
def elements_are_in_order(reading: Reading) -> Iterator[Finding]:
    """What this version does not know is passed over: it is no fault of the order."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        known = [member.name for member in visit.type.elements] if visit.type else []
        names = [name for name in reading.members_of(visit.element) if name in known]
        yield decide(
            f"{STRUCTURE}.elements.order",
            names == sorted(names, key=known.index),
            where=visit.path,
            expected=f"the order {', '.join(known)}",
            actual=", ".join(names),
        )


@check(
    f"{STRUCTURE}.HITGroupId",
    f"{STRUCTURE}.HITGroupId.old",
    f"{STRUCTURE}.{SIMILAR}.old",
    f"{STRUCTURE}.{SIMILAR}.new",
    f"{STRUCTURE}.LifetimeInSeconds.absent",
)
def details_are_those_of_the_version(reading: Reading) -> Iterator[Finding]:
    """The ids of group and layout came, the number of similar HITs went."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        names = reading.members_of(visit.element)
        if "Title" not in names:
            continue
        group, similar = (
            (visit.element.findtext(name) or "").strip() if name in names else None for name in ("HITGroupId", SIMILAR)
        )
        early = [name for name in NEW_IDS if name in names]
        for topic, good, expected, actual in (
            ("HITGroupId", bool(group), "HITGroupId, not empty", "it is missing" if group is None else "it is empty"),
            ("HITGroupId.old", not early, f"neither {' nor '.join(NEW_IDS)}", ", ".join(early)),
            (f"{SIMILAR}.old", (similar or "").isdecimal(), f"{SIMILAR}, an integer", repr(similar)),
            (f"{SIMILAR}.new", similar is None, f"no {SIMILAR}", repr(similar)),
        ):
            if _holds(f"{STRUCTURE}.{topic}", reading):
                yield decide(f"{STRUCTURE}.{topic}", good, where=visit.path, expected=expected, actual=actual)
        there = "it is there" if "LifetimeInSeconds" in names else "it is not there"
        yield seen(f"{STRUCTURE}.LifetimeInSeconds.absent", where=visit.path, actual=there)


CHECKS: tuple[Check, ...] = (elements_are_in_order, details_are_those_of_the_version)
