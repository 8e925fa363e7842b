"""Value trees and JSON: the members of a structure of 2017-01-17 in the words of the kit, and back.

A list of a member is the element repeated, an amount of money a Price, a moment an xs:dateTime.  What JSON has of
another type than the service model is told by its place; the tree has its text all the same.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from lxml import etree

from conformance.spec.names import names
from conformance.spec.service_model import Member, model
from conformance.wire.flattening import Values
from conformance.wire.timestamps import format_timestamp, parse_timestamp

DROPPED = ("ResponseGroup",)
"""Parameters of the older versions whose sense 2017-01-17 has without them: it tells all that it knows."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "T": True, "false": False, "0": False, "F": False}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,200}", re.ASCII)
_DEEPEST = 60
_DEGREE = {"integer": "a number", "long": "a number", "boolean": "a boolean", "timestamp": "a number of seconds"}


class NotSaid(ValueError):
    """What is to be said has no words in 2017-01-17."""


def to_json(values: Values, structure: str) -> dict[str, Any]:
    """Return ``values`` as the JSON object of a structure of the model; raises NotSaid for what it has no member for.

    A text that is no value of the member's type is written as a text, so that what is wrong arrives as it is.
    """
    told: dict[str, Any] = {}
    left = {name: occurrences for name, occurrences in values.items() if name not in DROPPED}
    for member in model().members(structure):
        if member.name in left:
            told[member.newer] = _member(member, left.pop(member.name))
    if left.get("PageNumber") == ["1"]:
        del left["PageNumber"]
    if left:
        raise NotSaid(f"{structure} of 2017-01-17 has no {', '.join(sorted(left))}")
    return told


def _member(member: Member, occurrences: list[str | Values]) -> Any:
    if member.listed:
        return [_value(member, one) for one in occurrences]
    if len(occurrences) > 1:
        raise NotSaid(f"JSON has {member.newer} once, not {len(occurrences)} times")
    return _value(member, occurrences[0]) if occurrences else None


def _value(member: Member, value: str | Values) -> Any:
    if member.newer in names().prices:
        return value if isinstance(value, str) else _amount(member, value)
    if not isinstance(value, str):
        if model().kind(member.shape) != "structure":
            raise NotSaid(f"{member.newer} has no members in 2017-01-17")
        return to_json(value, member.shape)
    return scalar(model().kind(member.shape), value)


def _amount(member: Member, price: Values) -> Any:
    beside = {name: texts for name, texts in price.items() if name not in ("Amount", "FormattedPrice")}
    if beside.get("CurrencyCode") == [names().currency]:
        del beside["CurrencyCode"]
    amounts = price.get("Amount", [])
    if beside or len(amounts) != 1:
        raise NotSaid(f"{member.newer} is an amount in {names().currency} and nothing else in 2017-01-17")
    return amounts[0]


def scalar(kind: str, text: str) -> Any:
    """Return a text as the JSON value of a kind of shape; a text where it is none."""
    if kind in ("integer", "long"):
        return int(text) if _INTEGER.fullmatch(text) else text
    if kind == "boolean":
        return _BOOLEANS.get(text, text)
    if kind == "timestamp":
        return _seconds(text)
    return text


def _seconds(text: str) -> float | int | str:
    try:
        moment = parse_timestamp(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return text
    return int(moment) if moment.is_integer() else moment


class Told:
    """Reads JSON into trees; ``mistyped`` collects where a value has another JSON type than its shape."""

    def __init__(self) -> None:
        self.mistyped: list[tuple[str, str, str]] = []
        """Where, what the model has there, and what stands there."""

    def values(self, content: Mapping[str, Any], structure: str, place: str = "") -> Values:
        """Return the members of a JSON object as a value tree, in the order of the model, for JSON has none.

        Members that the model has none of come last, under their names; one that is called as the kit calls another
        member gets an underline before it, for it is not that one.
        """
        tree: Values = {}
        members = {member.newer: member for member in model().members(structure)}
        for newer, member in members.items():
            if content.get(newer) is not None:
                tree[member.name] = self._occurrences(member, content[newer], f"{place}.{newer}" if place else newer)
        ours = {member.name for member in members.values()}
        for name, one in strangers({name: one for name, one in content.items() if name not in members}).items():
            tree.setdefault(f"_{name}" if name in ours else name, []).extend(one)
        return {name: occurrences for name, occurrences in tree.items() if occurrences}

    def _occurrences(self, member: Member, value: Any, place: str) -> list[str | Values]:
        if member.listed != isinstance(value, list):
            self.mistyped.append((place, "a list" if member.listed else _expected(member), _quoted(value)))
        several = value if isinstance(value, list) else [value]
        return [
            self._one(member, one, f"{place}[{number}]" if member.listed else place)
            for number, one in enumerate(several)
            if one is not None
        ]

    def _one(self, member: Member, value: Any, place: str) -> str | Values:
        kind = model().kind(member.shape)
        if isinstance(value, dict):
            if kind == "structure":
                return self.values(value, member.shape, place) or ""
            self.mistyped.append((place, _expected(member), "an object"))
            return strangers(value) or ""
        if not _is_of(kind, value):
            self.mistyped.append((place, _expected(member), _quoted(value)))
        if member.newer in names().prices:
            return {"Amount": [text_of(value)], "CurrencyCode": [names().currency]}
        if kind == "timestamp" and isinstance(value, int | float) and not isinstance(value, bool):
            return _moment(value)
        return text_of(value)


def strangers(content: Mapping[str, Any], depth: int = 0) -> Values:
    """Return what no model describes as a value tree, down to a depth that nothing genuine has."""
    tree: Values = {}
    for name, value in content.items() if depth <= _DEEPEST else ():
        several = [one for one in (value if isinstance(value, list) else [value]) if one is not None]
        if several:
            told = (strangers(one, depth + 1) if isinstance(one, dict) else text_of(one) for one in several)
            tree.setdefault(_NOT_IN_XML.sub("\ufffd", name), []).extend(told)
    return tree


def _is_of(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("integer", "long"):
        # JSON has one kind of numbers: 5.0 is 5.
        whole = value.is_integer() if isinstance(value, float) else isinstance(value, int)
        return whole and not isinstance(value, bool)
    if kind == "timestamp":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return kind == "string" and isinstance(value, str)


def _expected(member: Member) -> str:
    kind = model().kind(member.shape)
    return "an object" if kind == "structure" else _DEGREE.get(kind, "a text")


def _quoted(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return f"{'the text ' if isinstance(value, str) else ''}{text_of(value)[:200]!r}"


def text_of(value: Any) -> str:
    """Return a JSON value as a text that XML can have; of a list or an object, that it is one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _NOT_IN_XML.sub("\ufffd", str(value))


def _moment(seconds: float) -> str:
    try:
        whole = format_timestamp(seconds)
    except (ValueError, OverflowError):
        return str(seconds)
    fraction = Decimal(str(seconds)) - math.floor(seconds) if isinstance(seconds, float) else Decimal(0)
    return whole if not fraction else f"{whole[:-1]}.{format(fraction.normalize(), 'f')[2:8]}Z"


_STEP = re.compile(r"([^/\[]+)(?:\[(\d+)\])?")


def place_in_json(path: str) -> str:
    """Return where in the body of a reply stands what the kit's tree has at an XPath; other texts as they are.

    ``/GetHITResponse/HIT/QualificationRequirement[2]`` is ``HIT.QualificationRequirements[1]``.
    """
    root, *steps = path.split("/")[1:] if path.startswith("/") else [""]
    known = model().operations.get(root.removesuffix("Response")) if root.endswith("Response") else None
    if known is None:
        return path
    structure, said = known.response, []
    if known.newer not in names().results:
        steps = steps[1:]  # the result, which JSON has no name for
    for step in steps:
        found = _STEP.fullmatch(step)
        name = found[1] if found else step
        member = next((one for one in model().members(structure) if one.name == name), None) if structure else None
        if member is None:
            said.append(name)
            structure = ""
        elif member.newer in names().prices:
            said.append(member.newer)
            break
        else:
            index = f"[{int(found[2] or 1) - 1}]" if member.listed and found else ""
            said.append(member.newer + index)
            structure = member.shape if model().kind(member.shape) == "structure" else ""
    return ".".join(said) or f"the answer of {known.newer}"


def parameter_in_json(operation: str, path: str) -> str:
    """Return where in the body of a call stands what the kit has under the name of a parameter; others as they are.

    ``QualificationRequirement.2.Comparator`` is ``QualificationRequirements[1].Comparator``.
    """
    known = model().operations.get(operation)
    structure, said = known.request if known else "", ""
    for step in path.split("."):
        if step.isdigit() and said:
            said += f"[{int(step) - 1}]"
            continue
        member = next((one for one in model().members(structure) if one.name == step), None) if structure else None
        said += ("." if said else "") + (member.newer if member else step)
        if member is None or member.newer in names().prices:
            structure = ""
            if member:
                break
        else:
            structure = member.shape if model().kind(member.shape) == "structure" else ""
    return said


def append(parent: etree._Element, values: Values) -> None:
    """Append a value tree to an element, in its own order; of names, what XML cannot have is written as a line.

    What stands there is judged by the schema, so an unknown name has to be seen and need not be kept to the letter.
    """
    for name, occurrences in values.items():
        tag = name if _NAME.fullmatch(name) else "_" + re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:200]
        for occurrence in occurrences:
            child = etree.SubElement(parent, tag)
            if isinstance(occurrence, str):
                child.text = occurrence
            else:
                append(child, occurrence)


def object_of(element: etree._Element, structure: str) -> dict[str, Any]:
    """Return the JSON object of a structure from its element; what the model does not know is written as it stands.

    So a reply that something is wrong with says what is wrong in JSON too: a stranger among the members, a member that
    stands twice as a list, a text where a number belongs.  A list of a result, or of a HIT, is there without items too:
    programs read it without a look whether it is.
    """
    members = {member.name: member for member in model().members(structure)} if structure else {}
    told: dict[str, Any] = {}
    if structure in model().with_empty_lists:
        told = {member.newer: [] for member in members.values() if member.listed}
    for name, children in _by_name(element):
        member = members.get(name)
        if member is None:
            several = [object_of(child, "") if len(child) else child.text or "" for child in children]
            told[name] = several[0] if len(several) == 1 else several
            continue
        several = [_written(child, member) for child in children]
        told[member.newer] = several if member.listed or len(several) > 1 else several[0]
    return told


def _by_name(element: etree._Element) -> Iterator[tuple[str, list[etree._Element]]]:
    found: dict[str, list[etree._Element]] = {}
    for child in element.iterchildren(tag=etree.Element):
        found.setdefault(child.tag, []).append(child)
    yield from found.items()


def _written(child: etree._Element, member: Member) -> Any:
    if member.newer in names().prices and len(child):
        return child.findtext("Amount") or ""
    kind = model().kind(member.shape)
    if kind == "structure":
        return object_of(child, member.shape)
    return object_of(child, "") if len(child) else scalar(kind, child.text or "")
