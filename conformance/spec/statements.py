"""What the files under ``cases/`` state, as values: requirements, cases, and the traits of operations.

The fields are described in ``cases/case.schema.json``, the laws that they keep in ``laws``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from conformance.spec.names import names
from conformance.spec.versions import TODAY, in_force

Level = Literal["MUST", "SHOULD", "MAY"]
Binding = Literal["query", "soap", "json"]

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
    in_2017: str | None = None
    must_since: str | None = None
    needs: tuple[str, ...] = ()
    transport: Binding | None = None
    code: ErrorCode | None = None
    disputed: str | None = None
    untestable: str | None = None

    @property
    def article(self) -> str:
        """``Common``, or the operation, structure or behaviour that the requirement is about."""
        return article_of(self.id)

    def holds_in(self, version: str) -> bool:
        """Tell whether the requirement is in force in ``version``: in 2017-01-17 one that says so, or begins there."""
        if version == TODAY:
            return self.in_2017 is not None or self.since == TODAY
        return in_force(version, self.since, self.until)

    def text_in(self, version: str) -> str:
        """Return the sentence, in 2017-01-17 with the name that its operation has there."""
        newer = names().newer_operation(self.article) if version == TODAY else self.article
        return self.text if newer == self.article else f"{self.text} ({self.article} is {newer} in {TODAY}.)"

    def source_in(self, version: str) -> str:
        """Return where a reader finds the sentence: first what says that it holds in 2017-01-17."""
        if version != TODAY or self.in_2017 is None:
            return self.source
        return f"{TODAY}, {self.in_2017}; before: {self.source}"

    def speaks_of(self, binding: str) -> bool:
        """Tell whether the requirement is about calls by a binding, as all are that name none."""
        return self.transport in (None, binding)

    def level_in(self, version: str) -> Level:
        """Return the level in ``version``.

        A MUST read from a later version only is a SHOULD before that one, and one of which nothing says that it still
        holds is one in 2017-01-17.
        """
        inferred = version == TODAY and (self.in_2017 or "").startswith("inferred")
        if self.level == "MUST" and (inferred or not in_force(version, self.must_since, None)):
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
    in_2017: bool = False
    each: Literal["required-common-parameters", "operations"] | None = None

    def holds_in(self, version: str) -> bool:
        """Tell whether the case is to be run in ``version``."""
        return self.in_2017 if version == TODAY else in_force(version, self.since, self.until)


def article_of(requirement_id: str) -> str:
    """Return the first part of an id, which names the article and thereby the files that state it."""
    return requirement_id.partition(".")[0]
