"""What was known of failures before a run, and what came of it: the part of a record that a baseline leaves."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from conformance.record.fields import JsonObject, field


class Status(StrEnum):
    """What a run says of an entry of the baseline, for one version and binding.

    PASSES: the requirement is met now. CHANGED: it is missed otherwise than listed. EXPIRED: it is missed as listed,
    and the date is over. GONE: no such requirement or case is run. MET: it is listed as flaky, and was met this time.
    UNMEASURED: this run does not tell.
    """

    KNOWN = "known"
    ADDED = "added"
    REPINNED = "pinned anew"
    REMOVED = "removed"
    PASSES = "passes now"
    CHANGED = "fails otherwise"
    EXPIRED = "expired"
    GONE = "gone"
    MET = "met this time"
    UNMEASURED = "not measured"

    @property
    def stands(self) -> bool:
        """Whether the failure was seen and is covered by the entry."""
        return self in (Status.KNOWN, Status.ADDED, Status.REPINNED)

    @property
    def fails(self) -> bool:
        """Whether the run fails by it: the baseline must be put right."""
        return self in (Status.PASSES, Status.CHANGED, Status.EXPIRED, Status.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Why a failure was no news: it is listed in the baseline, or the profile declares a deviation."""

    by: Literal["baseline", "deviation"]
    reason: str = ""
    owner: str = ""
    ticket: str = ""
    expires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of an entry; an empty ``case``, ``version`` or ``binding`` means any, an empty ``expires`` never."""

    requirement: str
    status: Status
    case: str = ""
    version: str = ""
    binding: str = ""
    signature: str = ""
    reason: str = ""
    owner: str = ""
    ticket: str = ""
    expires: str = ""
    flaky: bool = False

    def covers(self, requirement: str, case: str, version: str, binding: str) -> bool:
        """Tell whether the row is about this place."""
        return requirement == self.requirement and all(
            own in ("", given) for own, given in ((self.case, case), (self.version, version), (self.binding, binding))
        )

    @property
    def known(self) -> Known:
        """What the row says of a failure that it covers."""
        return Known(by="baseline", reason=self.reason, owner=self.owner, ticket=self.ticket, expires=self.expires)

    def to_json(self) -> JsonObject:
        """Return the JSON object."""
        return {
            "requirement": self.requirement,
            "status": self.status.value,
            **{name: value for name in _TEXTS if (value := getattr(self, name))},
            **({"flaky": True} if self.flaky else {}),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "Row":
        """Read the JSON object; raise ValueError for a field missing or of the wrong type."""
        return cls(
            requirement=field(data, "requirement", str),
            status=Status(field(data, "status", str)),
            flaky=field(data, "flaky", bool, False),
            **{name: field(data, name, str, "") for name in _TEXTS},
        )


_TEXTS = ("case", "version", "binding", "signature", "reason", "owner", "ticket", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a run says of a baseline: the file, and a row for each entry, version and binding that it names."""

    path: str
    rows: tuple[Row, ...] = ()

    @property
    def failing(self) -> tuple[Row, ...]:
        """The rows by which the run fails."""
        return tuple(row for row in self.rows if row.status.fails)

    def to_json(self) -> JsonObject:
        """Return the JSON object."""
        return {"path": self.path, "rows": [row.to_json() for row in self.rows]}

    @classmethod
    def from_json(cls, data: JsonObject) -> "Compared":
        """Read the JSON object; raise ValueError for a field missing or of the wrong type."""
        rows: list[object] = field(data, "rows", list)
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("has 'rows' that are not objects")
        read = tuple(Row.from_json(row) for row in rows if isinstance(row, dict))
        return cls(path=field(data, "path", str), rows=read)
