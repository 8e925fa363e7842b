"""The laws of the requirements and cases that no vocabulary can express, each broken one told as a line."""

import re
from collections.abc import Collection, Iterator, Mapping

from conformance.errors import nearest
from conformance.spec.statements import PAID_FOR, PLACEHOLDER, PRECONDITIONS, Case, Requirement
from conformance.spec.versions import KNOWN
from conformance.wire.flattening import FlatteningError, unflatten

_TEXT_OF_LENGTH = re.compile(r"(text|token|wide-token):[1-9][0-9]*")


def requirement_faults(
    requirement: Requirement, article: str, own_cases: Collection[Case], found: Mapping[str, Requirement]
) -> Iterator[str]:
    """Yield the laws that a requirement breaks; ``found`` are those read before it in the same ``article``."""
    name = requirement.id
    if requirement.article != article:
        yield f"{name}: the ids of this file start with {article!r}; rename the requirement or move it to its own file."
    if name in found:
        yield f"{name}: the id is used twice; ids are never reused, so give one of them another."
    if requirement.level == "MUST" and requirement.confidence == "inferred":
        yield f"{name}: an inferred requirement is at most SHOULD; lower the level, or cite the document that says it."
    if requirement.level == "MUST" and requirement.real_service == "contradicted":
        yield f"{name}: what the real service contradicts is at most SHOULD; lower the level."
    if requirement.must_since is not None and requirement.level != "MUST":
        yield f"{name}: must_since belongs to a MUST; remove it."
    if requirement.untestable is not None and own_cases:
        yield f"{name}: it is called untestable and has cases; remove the one or the other."
    if len({case.id for case in own_cases}) < len(own_cases):
        yield f"{name}: two of its cases have the same name, or none; give each a name of its own."
    yield from _date_faults(name, requirement.since, requirement.until)
    yield from _date_faults(name, requirement.must_since, requirement.until, first="must_since")


def _date_faults(name: str, since: str | None, until: str | None, first: str = "since") -> Iterator[str]:
    for key, version in ((first, since), ("until", until)):
        if version is not None and version not in KNOWN:
            yield (
                f"{name}: {key} = {version!r} is not a version of the API; "
                f"use one of {', '.join(KNOWN)}{nearest(version, KNOWN)}"
            )
    if since is not None and until is not None and since >= until:
        yield f"{name}: {first} {since} does not come before until {until}; correct one of them."


def case_faults(case: Case, operations: Collection[str]) -> Iterator[str]:
    """Yield the laws that a case breaks; ``operations`` are the names of all that there are."""
    if case.each == "operations" and case.operation:
        yield f"{case.id}: a case for each operation names none of its own; remove operation."
    elif case.each != "operations" and case.operation not in operations:
        yield (
            f"{case.id}: operation {case.operation!r} is not known; correct it, "
            f"or add a file with its [operation] to operations/{nearest(case.operation, operations)}"
        )
    for precondition in case.given:
        if precondition not in PRECONDITIONS:
            yield (
                f"{case.id}: precondition {precondition!r} is not known; "
                f"use one of {', '.join(PRECONDITIONS)}{nearest(precondition, PRECONDITIONS)}"
            )
    if case.unpaid and case.expect != "refused":
        yield f'{case.id}: unpaid goes with expect = "refused"; remove it, or correct expect.'
    if case.unpaid and PAID_FOR not in case.given:
        yield f"{case.id}: unpaid is about the payments for an approved assignment; add {PAID_FOR!r} to given."
    try:
        unflatten(case.parameters.items())
    except FlatteningError as error:
        yield f"{case.id}: {error}; correct its name."
    for value in case.parameters.values():
        for placeholder in PLACEHOLDER.findall(value):
            yield from _placeholder_faults(case, placeholder)
    yield from _date_faults(case.id, case.since, case.until)


def _placeholder_faults(case: Case, placeholder: str) -> Iterator[str]:
    if placeholder == "unknown-id" or _TEXT_OF_LENGTH.fullmatch(placeholder):
        return
    precondition, _, field = placeholder.partition(".")
    if field not in PRECONDITIONS.get(precondition, ()):
        known = [
            "unknown-id",
            "text:N",
            "token:N",
            "wide-token:N",
            *(f"{name}.{field}" for name in PRECONDITIONS for field in PRECONDITIONS[name]),
        ]
        yield (
            f"{case.id}: placeholder {{{placeholder}}} is not known; "
            f"use one of {', '.join(known)}{nearest(placeholder, known)}"
        )
    elif precondition not in case.given:
        yield f"{case.id}: {{{placeholder}}} needs its precondition; add {precondition!r} to given."
