"""Nested values flattened to the dotted names of the Query protocol, and read back.

The documented form is ``Name=value`` for a scalar, ``Name.1=a&Name.2=b`` for a repeated one, and ``Name.1.Child`` for
a structure, even one that cannot be repeated.  Working clients send more than that, and `unflatten` reads it all:
structures without an index, single values with one, the same bare name several times, indices in any order.
Source: the REST articles of the API References 2005-10-01 and 2008-08-02; requests of boto, rturk, MTurkR and
the Perl SDK.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

Values: TypeAlias = dict[str, list["str | Values"]]
"""Element name → its occurrences in order, each a text or again Values; the same tree describes XML elements."""

MAX_DEPTH = 32
"""Elements in one dotted name; the API's deepest structure needs four."""

_INDEX = re.compile(r"[1-9][0-9]*")
_DIGITS = re.compile(r"[0-9]+")

_Step = tuple[str, str]  # element name, index as written ("1" where none is)


class _Entry(NamedTuple):
    name: str
    path: tuple[_Step, ...]
    value: str


class FlatteningError(ValueError):
    """A parameter has no place in a tree of elements; ``name`` is the parameter, ``reason`` says why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"parameter {name[:80]!r} {reason}")
        self.name = name
        self.reason = reason


def flatten(values: Values) -> list[tuple[str, str]]:
    """Return the (name, value) pairs of ``values`` in the documented form, in the order of the tree.

    An element with no occurrence, and a structure with nothing in it, leave no trace: the form cannot express them.
    Raises FlatteningError for an element whose name cannot stand between dots, or whose occurrences mix text and
    structures.
    """
    return list(_flattened("", values))


def unflatten(pairs: Iterable[tuple[str, str]]) -> Values:
    """Return the tree that the (name, value) pairs describe.

    Occurrences stand in the order of their indices, which need not be dense; those with equal indices in the order
    sent.  A name without index counts as index 1, so a structure sent partly with ``.1`` and partly without is one
    occurrence, while a scalar sent twice is two.
    Raises FlatteningError for names that no rule gives: empty segments, an index that is 0, has leading zeros or
    follows no name, a value and a structure under one name, more than `MAX_DEPTH` elements.
    """
    pairs = list(pairs)
    values: Values = {}
    for name, value in pairs:  # of most calls the names are those of the elements
        if not name.isalpha():
            return _tree([_Entry(name, _path(name), value) for name, value in pairs], 0)
        values.setdefault(name, []).append(value)
    return values


def _flattened(prefix: str, values: Values) -> Iterator[tuple[str, str]]:
    for element, occurrences in values.items():
        name = prefix + element
        if not element or "." in element or _DIGITS.fullmatch(element):
            raise FlatteningError(name, "cannot be flattened: an element's name has no dots and is not a number")
        if len({isinstance(occurrence, str) for occurrence in occurrences}) > 1:
            raise FlatteningError(name, "cannot be flattened: it is a value and a structure; make it one of the two")
        for index, occurrence in enumerate(occurrences, start=1):
            if not isinstance(occurrence, str):
                yield from _flattened(f"{name}.{index}.", occurrence)
            else:
                yield (name if len(occurrences) == 1 else f"{name}.{index}"), occurrence


def _path(name: str) -> tuple[_Step, ...]:
    if name.count(".") >= 2 * MAX_DEPTH:
        raise FlatteningError(name, f"is nested deeper than {MAX_DEPTH} elements")
    steps: list[_Step] = []
    follows_name = False
    for segment in name.split("."):
        if not segment:
            raise FlatteningError(name, "has an empty segment; write Name, Name.1 or Name.1.Child")
        is_index = _DIGITS.fullmatch(segment) is not None
        if is_index and not follows_name:
            raise FlatteningError(name, f"has the index {segment[:20]} where an element's name belongs")
        if is_index and not _INDEX.fullmatch(segment):
            raise FlatteningError(name, f"has the index {segment[:20]}; indices are 1, 2, 3 …")
        if is_index:
            steps[-1] = (steps[-1][0], segment)
        else:
            steps.append((segment, "1"))
        follows_name = not is_index
    return tuple(steps)


def _tree(entries: list[_Entry], depth: int) -> Values:
    elements: dict[str, dict[str, list[_Entry]]] = {}
    for entry in entries:
        element, index = entry.path[depth]
        elements.setdefault(element, {}).setdefault(index, []).append(entry)
    return {element: _occurrences(by_index, depth) for element, by_index in elements.items()}


def _occurrences(by_index: dict[str, list[_Entry]], depth: int) -> list[str | Values]:
    # Indices are compared as text, shorter ones first: a client may send one too long to be read as a number.
    groups = [by_index[index] for index in sorted(by_index, key=lambda index: (len(index), index))]
    entries = [entry for group in groups for entry in group]
    scalars = [entry for entry in entries if len(entry.path) == depth + 1]
    if not scalars:
        return [_tree(group, depth + 1) for group in groups]
    if len(scalars) < len(entries):
        raise FlatteningError(scalars[0].name, "is sent both as a value and as a structure; send one of the two")
    return [entry.value for entry in scalars]
