"""The skeleton of a plain reply: all of it that a check can tell from another plain reply.

A reply is plain where it is written as genuine services write, each member in the order of its type, each value of a
kind that no check objects to: ids of capital letters and digits, times in UTC to the second, a price beside the same
price for people.  Regular expressions made from the shapes recognise it from its bytes; the tree is not needed.  What
is kept of values is what checks tell apart: whether there is one, the values of enumerations, codes of errors.  A reply
that is anything else has no skeleton.

What is plain is well-formed: no attribute, comment, CDATA, control character, nor reference to more than a character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.checks.lists import COUNTERS
from conformance.checks.reading import MAX_VISITS
from conformance.checks.replies import WORKERS
from conformance.checks.stretches import (
    COUNTER,
    DOCUMENT,
    DROPPED,
    NAMED,
    SOME_TEXT,
    TEXT,
    VALUE,
    Found,
    Part,
    Run,
    Some,
    Step,
)
from conformance.checks.timestamps import MAY_HAVE_OFFSET
from conformance.spec.shapes import ElementShape, Shapes, TypeShape, shapes_for

LONGEST = 1024 * 1024
"""So many bytes may a reply have to be looked at here."""

_SHORTEST = 7  # bytes that an element has at least: the shortest name has three letters
_GAP = rb"[ \t\n]*+"
_CONTROLS = bytes((*range(9), *range(11, 32)))  # but for the tabulator and the line feed
_PROLOGUE = rb'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")? ?\?>)?' + _GAP
_DAY = rb"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_MOMENT = rb"[12][0-9]{3}-" + _DAY + rb"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_ZONE = rb"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_WHOLE = rb"[0-9]{1,9}"
_CODE = rb"(AWS\.(?:MechanicalTurk\.)?[A-Za-z0-9_]{1,80})"
# A message ends with the number of its trace, or with something that is neither a bracket nor perhaps a blank.
_MESSAGE = rb"(?=[!-%'-;=-~])" + SOME_TEXT + rb"(?:(?<=\([0-9]{13}\))()|(?<=\([0-9]{13} s\))()|(?<![); \t\n\x80-\xff]))"
# What the value of a member has to be beyond its type is asked by a check that looks at more than one value.
_LEFT_OUT = {
    ("QualificationRequest", "Test"),
    ("QualificationRequest", "Answer"),
    ("GetAccountBalanceResult", "OnHoldBalance"),
    ("ReviewActionDetail", "Status"),
    ("OperationRequest", "HTTPHeaders"),
    ("OperationRequest", "Arguments"),
}
UNIQUE = "QualificationRequest.QualificationRequestId"
"""Ids that differ within a list, by the name that they are told under."""
_SPECIAL = {
    ("OperationRequest", "RequestId"): rb"([A-Za-z0-9-]{1,64})",
    ("Request", "IsValid"): rb"(True|False)",
    ("Error", "Code"): _CODE,
    ("Error", "Message"): _MESSAGE,
}
_OPERATIONS_LEFT_OUT = frozenset(
    {"GetRequesterStatistic", "GetRequesterWorkerStatistic", "GetQualificationScore", "Help", "GetReviewResultsForHIT"}
)
"""Whose replies are held against the values of the call, or are of rare and many shapes."""

REQUEST_ID = "RequestId"
SHOWN = {
    "HIT": ("HITId", "HITStatus"),
    "Assignment": ("AssignmentId", "AssignmentStatus"),
    "QualificationRequest": ("QualificationRequestId", ""),
    "QualificationType": ("QualificationTypeId", ""),
}
"""Type of an element → the members that hold its id and its state, which are told as ``<type>.<member>``."""
_NAMED = frozenset((REQUEST_ID, *(f"{name}.{member}" for name, members in SHOWN.items() for member in members)))


@dataclass(slots=True, kw_only=True)
class Skeleton:
    """A plain reply: its frame, which is all but the items of its list, and each item with its place in the body."""

    body: bytes
    frame: Found
    items: list[tuple[Found, int, int]]
    listed: str | None


def _sort(role: str) -> str:
    """Return what a group of a role is for."""
    if role in (VALUE, TEXT, DROPPED):
        return role
    return COUNTER if role in COUNTERS else NAMED if role in _NAMED else DOCUMENT


class _Builder:
    """Puts together the expressions for one kind of reply."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.steps: list[Step] = []
        self.pattern = b""
        self.roles: list[str] = []
        self.runs = 0
        self.prices = 0

    def add(self, pattern: bytes, *roles: str) -> None:
        self.pattern += pattern
        self.roles += roles

    def flush(self) -> None:
        """End the run that was begun."""
        if not self.pattern:
            return
        self.runs += 1
        self.steps.append(Run(self.runs, self.pattern, tuple(self.roles), _sort))
        self.pattern, self.roles = b"", []

    def inner(self, steps: list[Step]) -> list[Step]:
        """Put other steps in the place of those collected, and return the latter."""
        before, self.steps = self.steps, steps
        return before

    def repeats(self, shape: TypeShape, above: tuple[str, ...] = ()) -> bool:
        """Tell whether a type holds something that may repeat."""
        if shape.name in above:
            return True
        for member, inner in self.members(shape):
            if member.max != 1 or (inner is not None and self.repeats(inner, (*above, shape.name))):
                return True
        return False

    def members(self, shape: TypeShape) -> Iterator[tuple[ElementShape, TypeShape | None]]:
        for member, inner in self.shapes.members(shape).values():
            if member.name not in self.shapes.echoes and (shape.name, member.name) not in _LEFT_OUT:
                yield member, inner

    def content(self, shape: TypeShape, above: tuple[str, ...]) -> None:
        """Add what an element of a complex type holds."""
        for member, inner in self.members(shape):
            if member.name in above or (inner is not None and inner.name in above):
                continue
            tag = member.name.encode()
            if inner is None:
                self.simple(shape, member, tag)
            elif inner.name == "Price" and member.max == 1:
                self.price(tag)
            elif member.max == 1 and not self.repeats(inner):
                self.add(rb"(?:<" + tag + rb">" + _GAP)
                self.content(inner, (*above, inner.name))
                self.add(rb"</" + tag + rb">()" + _GAP + rb")?+", VALUE)
            else:
                self.some(tag, lambda inner=inner: self.content(inner, (*above, inner.name)), member.max != 1)

    def some(self, tag: bytes, content: Any, many: bool) -> None:
        """Add an element as steps of its own."""
        self.flush()
        before = self.inner([])
        self.add(rb"<" + tag + rb">" + _GAP)
        content()
        self.add(rb"</" + tag + rb">" + _GAP)
        self.flush()
        steps = tuple(self.inner(before))
        self.steps.append(Some(opening=b"<" + tag + b">", steps=steps, many=many))

    def simple(self, parent: TypeShape, member: ElementShape, tag: bytes) -> None:
        found = self.value(parent, member)
        if found is None:
            return
        pattern, roles = found
        if member.max != 1:
            self.flush()
            before = self.inner([])
            self.add(rb"<" + tag + rb">" + pattern + rb"</" + tag + rb">" + _GAP, *roles)
            self.flush()
            steps = tuple(self.inner(before))
            self.steps.append(Some(opening=b"<" + tag + b">", steps=steps, many=True))
            return
        written = rb"<" + tag + rb">" + pattern + rb"</" + tag + rb">"
        if pattern == _STRING:  # empty, it may be written as one tag
            written += rb"()|<" + tag + rb"(?:></" + tag + rb">| ?/>)()"
            roles = [*roles, VALUE, VALUE]
        elif roles.count(VALUE) != 1:  # one is always there where the element is, of several perhaps none
            written += rb"()"
            roles = [*roles, VALUE]
        self.add(rb"(?:(?:" + written + rb")" + _GAP + rb")?+", *roles)

    def value(self, parent: TypeShape, member: ElementShape) -> tuple[bytes, list[str]] | None:
        """Return what a value of a member looks like, and what its groups are for; None where that is not known."""
        place = (parent.name, member.name)
        if place in _SPECIAL:
            role = REQUEST_ID if member.name == REQUEST_ID else VALUE
            return _SPECIAL[place], [role] * re.compile(_SPECIAL[place]).groups
        if member.document:
            return rb"([^<]*+)", [member.document]  # whose text is looked at as that of a document
        if member.name in COUNTERS:
            return rb"(" + _WHOLE + rb")", [member.name]
        if member.name.endswith("Id"):
            pattern = rb"A[A-Z0-9]{1,63}" if member.name in WORKERS else rb"[A-Z0-9]{1,64}"
            role = ".".join(place)
            return (rb"(" + pattern + rb")", [role]) if role in _NAMED else (pattern, [])
        return self.of_type(parent, member)

    def of_type(self, parent: TypeShape, member: ElementShape) -> tuple[bytes, list[str]] | None:
        if member.type in _BUILT_IN:
            pattern = _BUILT_IN[member.type]
            return pattern, [TEXT] if pattern == _STRING else []
        if member.type == "xs:dateTime":
            return _MOMENT + (_ZONE if member.name in MAY_HAVE_OFFSET else b"Z"), []
        simple = self.shapes.simple(member.type)
        if simple is not None and simple.base == "xs:string" and simple.enumeration:
            values = sorted(simple.enumeration, key=len, reverse=True)
            listed = b"|".join(re.escape(value).encode() for value in values)
            role = f"{parent.name}.{member.name}"
            if role in _NAMED:
                return rb"((" + listed + rb"))", [role, VALUE]
            return rb"(" + listed + rb")", [VALUE]
        return None

    def price(self, tag: bytes) -> None:
        """Add an amount below 1000 dollars with the same amount for people."""
        self.prices += 1
        name = f"p{self.prices}".encode()
        amount = rb"<Amount>(?P<" + name + rb">[0-9]{1,3}\.[0-9]{2})</Amount>" + _GAP
        rest = rb"<CurrencyCode>USD</CurrencyCode>" + _GAP + rb"<FormattedPrice>\$(?P=" + name + rb")</FormattedPrice>"
        whole = rb"(?:<" + tag + rb">" + _GAP + amount + rest + _GAP + rb"</" + tag + rb">()" + _GAP + rb")?+"
        self.add(whole, DROPPED, VALUE)


_STRING = rb"([^<]++)"
_BUILT_IN = {"xs:string": _STRING, "xs:int": _WHOLE, "xs:long": _WHOLE, "xs:boolean": rb"(?:[01]|true|false)"}


class Grammar:
    """The plain replies of an operation in a version."""

    def __init__(self, version: str, operation: str) -> None:
        shapes = shapes_for(version)
        shape = shapes.operation(operation)
        builder = _Builder(shapes)
        root, result = shape.response.encode(), shape.result.name.encode()
        request = shapes.type("OperationRequest")
        content = shapes.type(shape.result.type)
        builder.add(_PROLOGUE + rb"<" + root + rb">" + _GAP)
        if request is not None:
            builder.some(b"OperationRequest", lambda: builder.content(request, ("OperationRequest",)), many=False)
        builder.flush()
        head = tuple(builder.steps)
        end = rb"</" + root + rb">" + _GAP + rb"\Z"
        builder.add(rb"<" + result + rb">" + _GAP)
        lists: list[str] = []
        if content is not None:
            builder.content(content, (content.name,))
            lists = [one.name for one, inner in shapes.members(content).values() if one.max != 1 and inner is not None]
        self.listed = lists[0] if len(lists) == 1 else None
        builder.add(rb"</" + result + rb">" + _GAP + end)
        builder.flush()
        self.plain = content is not None and len(lists) < 2 and operation not in _OPERATIONS_LEFT_OUT
        before, items, after = _around(builder.steps[len(head) :], self.listed)
        self._before = Part(-1, (*head, *before), _sort)
        self._items = Part(-2, items, _sort) if items else None
        self._item = b"<" + str(self.listed).encode() + b">"
        self._after = Part(-3, after, _sort)
        self._refused = Part(-4, (*head, Run(0, end, (), _sort)), _sort)

    def read(self, body: bytes) -> Skeleton | None:
        """Return the skeleton of a reply, None where it is not plain."""
        if not self.plain or len(body) > LONGEST or not _is_clean(body):
            return None
        frame = Found()
        at = self._before.read(body, 0, frame)
        if at < 0:
            return self._read_refusal(body)
        items: list[tuple[Found, int, int]] = []
        while self._items is not None and body.startswith(self._item, at):
            one = Found()
            end = self._items.read(body, at, one)
            if end < 0:
                break
            items.append((one, at, end))
            at = end
        if self._after.read(body, at, frame) < 0:
            return None
        return Skeleton(body=body, frame=frame, items=items, listed=self.listed)

    def _read_refusal(self, body: bytes) -> Skeleton | None:
        """Return the skeleton of a reply without a result: refused before the operation was asked."""
        frame = Found()
        if self._refused.read(body, 0, frame) < 0:
            return None
        return Skeleton(body=body, frame=frame, items=[], listed=None)


def _around(steps: list[Step], listed: str | None) -> tuple[tuple[Step, ...], tuple[Step, ...], tuple[Step, ...]]:
    """Return the steps before the list of a result, those of one item, and those after it."""
    places = [at for at, step in enumerate(steps) if isinstance(step, Some) and step.many]
    if listed is None or not places:
        return tuple(steps), (), ()
    at = places[-1]
    items = steps[at]
    assert isinstance(items, Some)
    return tuple(steps[:at]), items.steps, tuple(steps[at + 1 :])


def _is_clean(body: bytes) -> bool:
    """Tell whether bytes are UTF-8 of characters that XML may have, in no more elements than are judged."""
    if (b"]" in body and b"]]>" in body) or (len(body) > _SHORTEST * MAX_VISITS and body.count(b"<") >= MAX_VISITS):
        return False
    if len(body.translate(None, _CONTROLS)) != len(body):
        return False
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return b"\xef\xbf\xbe" not in body and b"\xef\xbf\xbf" not in body


@lru_cache(512)
def grammar(version: str, operation: str) -> Grammar:
    """Return the grammar of an operation's plain replies in a version that has it."""
    return Grammar(version, operation)
