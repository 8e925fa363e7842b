"""The requirements, the operations' traits and the cases, as the files under ``cases/`` state them.

The vocabulary of the files is checked by ``case_files``; here stand the laws that no vocabulary can express.
A file that breaks one is refused as a whole, so that no run ever judges by a wrong rule.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from conformance.errors import KitError, nearest
from conformance.spec.case_files import CaseFile, read_case_files
from conformance.spec.data import cases_dir
from conformance.spec.versions import VERSIONS, in_force
from conformance.wire.flattening import FlatteningError, unflatten

Level = Literal["MUST", "SHOULD", "MAY"]

# What a case can ask for under `given`, with the fields that its placeholders can name.
PRECONDITIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "qualification-type": ("QualificationTypeId", "Name"),
        "pending-request": ("QualificationRequestId", "QualificationTypeId", "SubjectId"),
        "hit-type": ("HITTypeId",),
        "hit": ("HITId", "HITTypeId"),
        "submitted-assignment": ("AssignmentId", "WorkerId", "HITId"),
        "approved-assignment": ("AssignmentId", "WorkerId", "HITId"),
    }
)
PAID_FOR = "approved-assignment"
"""The precondition whose assignment shows whether a case with ``unpaid`` was paid for."""
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_TEXT_OF_LENGTH = re.compile(r"(text|token|wide-token):[1-9][0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """The acceptable codes of an error, judged at a level of their own."""

    any_of: tuple[str, ...]
    level: Level
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One testable sentence; the fields are described in ``cases/case.schema.json``."""

    id: str
    level: Level
    kind: str
    text: str
    how: str
    source: str
    confidence: str
    real_service: str
    since: str | None = None
    until: str | None = None
    must_since: str | None = None
    needs: tuple[str, ...] = ()
    code: ErrorCode | None = None
    disputed: str | None = None
    untestable: str | None = None

    @property
    def article(self) -> str:
        """``Common``, or the operation or structure that the requirement is about."""
        return self.id.partition(".")[0]

    def holds_in(self, version: str) -> bool:
        """Tell whether the requirement is in force in ``version``."""
        return in_force(version, self.since, self.until)

    def level_in(self, version: str) -> Level:
        """Return the level in ``version``: a MUST read from a later version only is a SHOULD before that one."""
        if self.level == "MUST" and not in_force(version, self.must_since, None):
            return "SHOULD"
        return self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationTraits:
    """What calling an operation does to the endpoint."""

    name: str
    effect: Literal["read", "create", "change"]
    pays: bool = False
    creates: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request with named preconditions, and what must come of it.

    ``id`` is that of the requirement in ``verifies``, followed by ``/name`` where it has several cases.
    ``operation`` is empty where ``each`` is ``operations``.  The other fields are described in
    ``cases/case.schema.json``.
    """

    id: str
    verifies: str
    operation: str
    expect: Literal["accepted", "refused", "known", "recorded"]
    unpaid: bool = False
    given: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)
    omit: tuple[str, ...] = ()
    method: Literal["POST", "GET"] = "POST"
    path: str | None = None
    signing: Literal["documented", "version-1"] = "documented"
    since: str | None = None
    until: str | None = None
    each: Literal["required-common-parameters", "operations"] | None = None

    def holds_in(self, version: str) -> bool:
        """Tell whether the case is to be run in ``version``."""
        return in_force(version, self.since, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that the files of one ``cases/`` folder state."""

    requirements: Mapping[str, Requirement]
    operations: Mapping[str, OperationTraits]
    cases: tuple[Case, ...]


def requirements() -> Mapping[str, Requirement]:
    """Return the kit's requirements by id; raise KitError if the files break a law."""
    return _catalogue().requirements


def operations() -> Mapping[str, OperationTraits]:
    """Return the traits of the operations that the kit knows, by name; raise KitError if the files break a law."""
    return _catalogue().operations


def cases() -> tuple[Case, ...]:
    """Return the kit's cases, in the order of the files; raise KitError if the files break a law."""
    return _catalogue().cases


@cache
def _catalogue() -> Catalogue:
    return read_catalogue(cases_dir())


def read_catalogue(directory: Path) -> Catalogue:
    """Read the files under ``directory``; raise KitError with file, id and remedy for the first law broken."""
    files = read_case_files(directory)
    traits = _all_traits(files)
    found: dict[str, Requirement] = {}
    found_cases: list[Case] = []
    for file in files:
        for table in file.content.get("requirement", ()):
            requirement = _requirement(table)
            own_cases = [_case(file, requirement, entry) for entry in table.get("case", ())]
            faults = chain(
                _requirement_faults(requirement, file.article, own_cases, found),
                *(_case_faults(case, traits) for case in own_cases),
            )
            first = next(faults, None)
            if first is not None:
                raise KitError(f"{file.path}: {first}")
            found[requirement.id] = requirement
            found_cases += own_cases
    return Catalogue(
        requirements=MappingProxyType(found), operations=MappingProxyType(traits), cases=tuple(found_cases)
    )


def _all_traits(files: list[CaseFile]) -> dict[str, OperationTraits]:
    traits: dict[str, OperationTraits] = {}
    for file in files:
        if "operation" not in file.content:
            continue
        header = OperationTraits(**file.content["operation"])
        if file.folder != "operations" or header.name != file.article:
            raise KitError(
                f"{file.path}: [operation] {header.name} stands in the wrong file; move it to operations/{header.name}."
            )
        if header.name in traits:
            raise KitError(f"{file.path}: [operation] {header.name} stands in two files; keep one of them.")
        if (header.creates is not None) != (header.effect == "create"):
            raise KitError(f'{file.path}: creates goes with effect = "create", and only with it; add or remove it.')
        traits[header.name] = header
    for file in files:
        if file.folder == "operations" and file.article not in traits:
            raise KitError(f"{file.path}: the operation has no header; add [operation] with its name and effect.")
    return traits


def _requirement(table: dict[str, Any]) -> Requirement:
    fields = {key: value for key, value in table.items() if key != "case"}
    fields["needs"] = tuple(table.get("needs", ()))
    if "code" in table:
        fields["code"] = ErrorCode(**table["code"] | {"any_of": tuple(table["code"]["any_of"])})
    return Requirement(**fields)


def _case(file: CaseFile, requirement: Requirement, table: dict[str, Any]) -> Case:
    fields = {key: value for key, value in table.items() if key != "name"}
    own_operation = file.folder == "operations" and table.get("each") != "operations"
    defaults = {
        "operation": file.article if own_operation else "",
        "since": requirement.since,
        "until": requirement.until,
    }
    for key in ("given", "omit"):
        fields[key] = tuple(table.get(key, ()))
    name = f"/{table['name']}" if "name" in table else ""
    return Case(id=requirement.id + name, verifies=requirement.id, **defaults | fields)


def _requirement_faults(
    requirement: Requirement, article: str, own_cases: list[Case], found: Mapping[str, Requirement]
) -> Iterator[str]:
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
        if version is not None and version not in VERSIONS:
            yield (
                f"{name}: {key} = {version!r} is not a version of the API; "
                f"use one of {', '.join(VERSIONS)}{nearest(version, VERSIONS)}"
            )
    if since is not None and until is not None and since >= until:
        yield f"{name}: {first} {since} does not come before until {until}; correct one of them."


def _case_faults(case: Case, traits: Mapping[str, OperationTraits]) -> Iterator[str]:
    if case.each == "operations" and case.operation:
        yield f"{case.id}: a case for each operation names none of its own; remove operation."
    elif case.each != "operations" and case.operation not in traits:
        yield (
            f"{case.id}: operation {case.operation!r} is not known; correct it, "
            f"or add a file with its [operation] to operations/{nearest(case.operation, traits)}"
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
