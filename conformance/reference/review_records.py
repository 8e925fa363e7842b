"""Records of review policies: what a Requester asked for with a HIT, and what came of it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["Assignment", "HIT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEntry:
    """A known question and the values of its right answer."""

    key: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyParameter:
    """A parameter of a policy: texts, or entries of a map."""

    key: str
    values: tuple[str, ...] = ()
    entries: tuple[MapEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicy:
    """A policy by its name and its parameters."""

    name: str
    parameters: tuple[PolicyParameter, ...] = ()

    def parameter(self, *keys: str) -> PolicyParameter | None:
        """Return the parameter with one of these keys, or None."""
        return next((one for one in self.parameters if one.key in keys), None)

    def text(self, key: str) -> str | None:
        """Return the text of a parameter, or None."""
        found = self.parameter(key)
        return found.values[0].strip() if found is not None and found.values else None

    def number(self, key: str) -> int | None:
        """Return the number of a parameter that was found to be one, or None."""
        text = self.text(key)
        return None if text is None else int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicies:
    """The policies of a HIT; a ``capped`` one that has fewer than ten assignments is never extended to ten."""

    assignment: ReviewPolicy | None = None
    hit: ReviewPolicy | None = None
    capped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewResult:
    """What a policy found out about a HIT or an assignment, or about its answer to a question."""

    hit_id: str
    level: Level
    action_id: str
    subject_id: str
    subject_type: Level
    key: str
    value: str
    question_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAction:
    """What a policy did, or failed to do; ``error_code`` says why."""

    hit_id: str
    level: Level
    action_id: str
    name: str
    object_id: str
    object_type: Level
    completed_at: float
    status: Literal["Succeeded", "Failed"] = "Succeeded"
    result: str | None = None
    error_code: str | None = None
