"""Both names of what 2017-01-17 calls otherwise than the versions before it, as ``schemas/json/names.toml`` has them.

The kit speaks the older names in all versions: those of requirements, of cases and of trees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import tomli

from conformance.errors import KitError
from conformance.spec.data import schemas_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """A call that 2017-01-17 says by another operation.

    ``of`` is what is called and ``call`` what says it, both by the kit's names; ``when`` the parameter that has to be
    given (None: always), ``add`` the parameters that belong to it, ``rename`` those that have another name there.
    """

    of: str
    call: str
    when: str | None
    add: Mapping[str, str]
    rename: Mapping[str, str]


class Names:
    """The table, both ways; a name that is not in it is the same in both."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._operations: dict[str, str] = dict(content["operations"])
        self._newer: dict[str, str] = {older: newer for newer, older in self._operations.items()}
        self.newer_operations = frozenset(self._operations)
        """The operations that have another name in 2017-01-17, by that."""
        self._members: dict[str, str] = content["members"]
        self._members_of: dict[str, dict[str, str]] = content["members_of"]
        self.results: Mapping[str, str] = content["results"]
        """Operation of 2017-01-17 → the member of its answer whose content is the result."""
        self.like: Mapping[str, str] = content["like"]
        """New operation → the older one whose parameters have the same meaning."""
        self.prices = frozenset(content["prices"]["members"])
        """Members that are a text there and a Price here."""
        self.currency: str = content["prices"]["currency"]
        self.longest: Mapping[str, int] = content["longest"]
        """Structure and member of 2017-01-17 → the length that is stated in words only."""
        self.instead = tuple(
            Instead(
                of=one["of"],
                call=one["call"],
                when=one.get("when"),
                add=one.get("add", {}),
                rename=one.get("rename", {}),
            )
            for one in content["instead"]
        )

    def kit_operation(self, newer: str) -> str:
        """Return the kit's name of an operation of 2017-01-17."""
        return self._operations.get(newer, newer)

    def newer_operation(self, operation: str) -> str:
        """Return the name that 2017-01-17 has for an operation of the kit's."""
        return self._newer.get(operation, operation)

    def kit_id(self, id_: str) -> str:
        """Return the id of a requirement, or a glob, that may have an operation of 2017-01-17, by the kit's name."""
        operation, dot, rest = id_.partition(".")
        return self.kit_operation(operation) + dot + rest

    def newer_id(self, id_: str) -> str:
        """Return the id of a requirement with the name that its operation has in 2017-01-17."""
        operation, dot, rest = id_.partition(".")
        return self.newer_operation(operation) + dot + rest

    def said_by(self, operation: str) -> str:
        """Return the operation that always says in 2017-01-17 what an older one says: itself where there is none."""
        return next((one.call for one in self.instead if one.of == operation and one.when is None), operation)

    def kit_member(self, structure: str, newer: str) -> str:
        """Return the kit's name of a member of a structure of 2017-01-17."""
        own = self._members_of.get(structure, {})
        found: str = own.get(newer) or self._members.get(newer, newer)
        return found


@cache
def names() -> Names:
    """Return the kit's table; raises KitError where the file cannot be read."""
    path = schemas_dir() / "json" / "names.toml"
    try:
        return Names(tomli.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise KitError(f"cannot read {path}: {error}. Restore the file, or install mturk-conformance again.") from error
