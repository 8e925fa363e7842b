"""Ids by what their records belong to, so that nobody has to look through a whole table for them."""

from collections.abc import Hashable
from dataclasses import dataclass, field

Ids = dict[str, None]
"""Ids in the order in which they joined a group; the values say nothing."""

_NOTHING: Ids = {}


@dataclass(slots=True, kw_only=True)
class Groups:
    """The groups that ids are in, one each; an id that is put into the group where it is keeps its place."""

    _members: dict[Hashable, Ids] = field(default_factory=dict)
    _group_of: dict[str, Hashable] = field(default_factory=dict)

    def put(self, member: str, group: Hashable) -> None:
        """Put an id into a group, and take it out of the one where it was."""
        if member in self._group_of:
            former = self._group_of[member]
            if former == group:
                return
            del self._members[former][member]
            if not self._members[former]:
                del self._members[former]
        self._group_of[member] = group
        self._members.setdefault(group, {})[member] = None

    def of(self, group: Hashable) -> Ids:
        """Return the ids in a group, first to last; not to be changed."""
        return self._members.get(group, _NOTHING)

    def __copy__(self) -> "Groups":
        members = {group: members.copy() for group, members in self._members.items()}
        return Groups(_members=members, _group_of=self._group_of.copy())
