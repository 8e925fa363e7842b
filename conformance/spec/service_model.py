"""The shapes of 2017-01-17: the service model that the official SDKs for Python read, as an annotated XSD.

The model is data of the package botocore, which is read and never imported.  What it says of members, of what is
required, of lengths, ranges, patterns and enumerations becomes a schema in the words of the other versions
(`conformance.spec.names`), so that bindings, sweeps, strategies and checks read it as they read those.  What the kit
says beside the shape (the requirement on a value, the kind of a document, what an id refers to, the default) is taken
over from the latest of the older versions, from the member of the same name; a default only where it is a value still.

Patterns hold for what is sent.  In what is only told back they are left out: genuine replies have identifiers of
questions that their pattern does not allow.
"""

import gzip
import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from conformance.errors import KitError
from conformance.spec.annotated_xsd import ANNOTATIONS, XS
from conformance.spec.names import Names, names

_PREFIXES = {"xs": XS[1:-1], "mt": ANNOTATIONS[1:-1]}
_BUILT_IN = {
    "string": "xs:string",
    "integer": "xs:int",
    "long": "xs:long",
    "boolean": "xs:boolean",
    "timestamp": "xs:dateTime",
}
_TOLD = "Told"
"""What the name of a type ends in whose pattern is left out."""
_PRICE = "Price"
SHARED = (
    "OperationRequest",
    "Request",
    "Errors",
    "Error",
    "KeyValuePair",
    "HTTPHeaders",
    "Arguments",
    "NameAndValue",
    "Price",
)
"""What the schema takes over from the older versions as it is: the envelope of a reply, and the amount of money."""


@cache
def service_model() -> Mapping[str, Any]:
    """Return the service model of 2017-01-17; raises KitError where the installation lacks it."""
    found = importlib.util.find_spec("botocore")
    folders = (found.submodule_search_locations if found else None) or ()
    for folder in folders:
        path = Path(folder) / "data" / "mturk" / "2017-01-17" / "service-2.json"
        try:
            if path.exists():
                content: Mapping[str, Any] = json.loads(path.read_bytes())
            else:
                content = json.loads(gzip.decompress(path.with_name(path.name + ".gz").read_bytes()))
        except (OSError, ValueError):
            continue
        return content
    raise KitError(
        "cannot find the service model of 2017-01-17, which the package botocore brings along. "
        "Install mturk-conformance again, or botocore by itself."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a structure of the model: both names, its shape's name, and of a list that of what is listed."""

    newer: str
    name: str
    shape: str
    listed: bool
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerOperation:
    """An operation of the model: both names, the structures that it takes and gives back, by their names there."""

    newer: str
    name: str
    request: str
    response: str


class ServiceModel:
    """The service model, read by name."""

    def __init__(self, content: Mapping[str, Any], table: Names) -> None:
        self._shapes: Mapping[str, Any] = content["shapes"]
        self._table = table
        self.target: str = content["metadata"]["targetPrefix"]
        """What the header X-Amz-Target has before the dot and the operation."""
        self.operations: Mapping[str, NewerOperation] = {
            name: NewerOperation(
                newer=newer,
                name=name,
                request=told["input"]["shape"],
                response=told["output"]["shape"],
            )
            for newer, told in content["operations"].items()
            for name in (table.kit_operation(newer),)
        }
        """The operations by the kit's names."""
        self.with_empty_lists = frozenset(("HIT", *(one.response for one in self.operations.values())))
        """Structures whose lists are told where nothing is in them, too, as genuine replies have it."""
        self._members: dict[str, tuple[Member, ...]] = {}

    def kind(self, shape: str) -> str:
        """Return what a shape is: ``structure``, ``list``, ``string``, ``integer``, ``boolean`` or ``timestamp``."""
        return str(self._shapes[shape]["type"])

    def shape(self, name: str) -> Mapping[str, Any]:
        """Return a shape as the model has it."""
        told: Mapping[str, Any] = self._shapes[name]
        return told

    def members(self, structure: str) -> tuple[Member, ...]:
        """Return the members of a structure in the order of the model."""
        if structure not in self._members:
            told = self._shapes[structure]
            required = told.get("required", ())
            self._members[structure] = tuple(
                self._member(structure, newer, member["shape"], newer in required)
                for newer, member in told["members"].items()
            )
        return self._members[structure]

    def _member(self, structure: str, newer: str, shape: str, required: bool) -> Member:
        listed = self.kind(shape) == "list"
        return Member(
            newer=newer,
            name=self._table.kit_member(structure, newer),
            shape=str(self._shapes[shape]["member"]["shape"]) if listed else shape,
            listed=listed,
            required=required,
        )

    def sent(self) -> frozenset[str]:
        """Return the names of the structures that can stand in a request."""
        found: set[str] = set()
        left = [operation.request for operation in self.operations.values()]
        while left:
            name = left.pop()
            if name not in found and self.kind(name) == "structure":
                found.add(name)
                left += [member.shape for member in self.members(name)]
        return frozenset(found)


@cache
def model() -> ServiceModel:
    """Return the model with the kit's names; raises KitError where there is none."""
    return ServiceModel(service_model(), names())


def schema(annotated: Callable[[str, str], Mapping[str, str]], shared: Mapping[str, etree._Element]) -> etree._Element:
    """Return the annotated XSD of all shapes of 2017-01-17.

    ``annotated`` returns the annotations of a member of an older type, by the names of both; ``shared`` are the
    components named in `SHARED`.
    """
    return _Writer(model(), names(), annotated).schema(shared)


class _Writer:
    """Writes the schema, a component at a time."""

    def __init__(self, model: ServiceModel, table: Names, annotated: Callable[[str, str], Mapping[str, str]]) -> None:
        self._model = model
        self._table = table
        self._annotated = annotated
        self._sent = model.sent()
        self._simple: dict[str, etree._Element | None] = {}

    def schema(self, shared: Mapping[str, etree._Element]) -> etree._Element:
        root = etree.Element(f"{XS}schema", {"elementFormDefault": "qualified"}, nsmap=_PREFIXES)
        root.extend(list(shared.values()))
        etree.SubElement(etree.SubElement(root, f"{XS}group", name="Echo"), f"{XS}sequence")  # JSON has no echo
        structures: dict[str, None] = {}
        for operation in self._model.operations.values():
            root.extend(list(self._operation(operation)))
            for name in (operation.request, operation.response):
                structures.update(dict.fromkeys(self._below(name)))
        for name in structures:
            node, inner = _complex_type(name)
            self._lay(node, name)
            self._fill(inner, name, name, head=name in self._table.results.values())
            root.append(node)
        root.extend([node for node in self._simple.values() if node is not None])
        return root

    def _below(self, structure: str) -> Iterator[str]:
        for member in self._model.members(structure):
            if self._model.kind(member.shape) == "structure":
                yield from self._below(member.shape)
                yield member.shape

    def _operation(self, operation: NewerOperation) -> Iterator[etree._Element]:
        name = operation.name
        call = etree.Element(f"{XS}element", name=name)
        within = etree.SubElement(etree.SubElement(call, f"{XS}complexType"), f"{XS}sequence")
        etree.SubElement(within, f"{XS}element", name="Request", type=f"{name}Request", minOccurs="0")
        yield call
        request, members = _complex_type(f"{name}Request")
        self._fill(members, operation.request, f"{self._table.like.get(name, name)}Request")
        yield request
        reply = etree.Element(f"{XS}element", name=f"{name}Response")
        within = etree.SubElement(etree.SubElement(reply, f"{XS}complexType"), f"{XS}sequence")
        etree.SubElement(within, f"{XS}element", ref="OperationRequest", minOccurs="0")
        unwrapped = self._table.results.get(operation.newer)
        result = unwrapped or f"{name}Result"
        etree.SubElement(within, f"{XS}element", name=result, type=result, minOccurs="0")
        yield reply
        if unwrapped is None:
            node, members = _complex_type(result)
            self._lay(node, result, envelope=f"{name}.Result.members")
            self._fill(members, operation.response, result, head=True)
            yield node

    def _lay(self, node: etree._Element, kit_type: str, *, envelope: str = "") -> None:
        """Note the requirement that a fault in a type is laid at, if the older versions have one.

        ``envelope`` is that of a result of which they have none, or one that speaks of the envelope of XML.
        """
        requirement = self._annotated(kit_type, "").get("requirement", "")
        if envelope and (not requirement or ".Result.element" in requirement):
            requirement = envelope
        if requirement:
            node.set(f"{ANNOTATIONS}requirement", requirement)

    def _fill(self, sequence: etree._Element, structure: str, kit_type: str, *, head: bool = False) -> None:
        """Append the members of a structure; ``head`` puts in front what every result begins with."""
        if head:
            etree.SubElement(sequence, f"{XS}element", ref="Request", minOccurs="0")
        for member in self._model.members(structure):
            node = etree.SubElement(sequence, f"{XS}element", name=member.name, type=self._type(member, structure))
            if not member.required:
                node.set("minOccurs", "0")
            if member.listed:
                node.set("maxOccurs", "unbounded")
            for key, value in self._annotated(kit_type, member.name).items():
                if key != "default" or self._takes(member, value):
                    node.set(f"{ANNOTATIONS}{key}", value)

    def _takes(self, member: Member, default: str) -> bool:
        """Tell whether what was the default before is a value of a member still: 400 results are more than a page."""
        told = self._model.shape(member.shape)
        if told["type"] == "boolean":
            return default in ("true", "false")
        if told["type"] in ("integer", "long"):
            return int(told.get("min", default)) <= int(default) <= int(told.get("max", default))
        return True

    def _type(self, member: Member, structure: str) -> str:
        if member.newer in self._table.prices:
            return _PRICE
        if self._model.kind(member.shape) == "structure":
            return member.shape
        told = self._model.shape(member.shape)
        with_pattern = "pattern" in told and structure in self._sent
        name = member.shape if with_pattern or "pattern" not in told else member.shape + _TOLD
        if longest := self._table.longest.get(f"{structure}.{member.newer}"):
            name, told = f"{structure}{member.newer}", {**told, "max": longest}
        if name not in self._simple:
            self._simple[name] = _simple_type(name, told, pattern=with_pattern)
        return name if self._simple[name] is not None else _BUILT_IN[told["type"]]


def _complex_type(name: str) -> tuple[etree._Element, etree._Element]:
    node = etree.Element(f"{XS}complexType", name=name)
    return node, etree.SubElement(node, f"{XS}sequence")


def _simple_type(name: str, told: Mapping[str, Any], *, pattern: bool) -> etree._Element | None:
    """Return the simple type of a shape, None where it says no more than its built-in type."""
    numeric = told["type"] in ("integer", "long")
    facets = [("enumeration", value) for value in told.get("enum", ())]
    facets += [("minInclusive" if numeric else "minLength", told["min"])] if "min" in told else []
    facets += [("maxInclusive" if numeric else "maxLength", told["max"])] if "max" in told else []
    facets += [("pattern", told["pattern"].removeprefix("^").removesuffix("$"))] if pattern else []
    if not facets:
        return None
    node = etree.Element(f"{XS}simpleType", name=name)
    restriction = etree.SubElement(node, f"{XS}restriction", base=_BUILT_IN[told["type"]])
    for facet, value in facets:
        etree.SubElement(restriction, f"{XS}{facet}", value=str(value))
    return node
