"""The wire shapes of one API version: prune, merge, compile, introspect.

``schemas/requester`` holds the whole history of every shape in annotated XSD files (``schemas/README.md``).
`shapes_for` cuts out what is not in force in a version, puts all components into one schema document and
serves it three ways: compiled for lxml, as plain XSD text, and as values that bindings, sweeps and strategies
read.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from conformance.errors import KitError, UsageError, nearest
from conformance.spec import service_model
from conformance.spec.annotated_xsd import ANNOTATIONS, XS
from conformance.spec.data import schemas_dir
from conformance.spec.names import names
from conformance.spec.versions import LATEST, TODAY, check_version, in_force

MESSAGE_NAMESPACE = "http://requester.mturk.amazonaws.com/doc/"

_PREFIXES = {"xs": XS[1:-1], "mt": ANNOTATIONS[1:-1]}
_DATED: Any = etree.XPath("//*[@mt:since or @mt:until]", namespaces=_PREFIXES)
_ANNOTATED: Any = etree.XPath("//*[@mt:*]", namespaces=_PREFIXES)
_ENUMERATED: Any = etree.XPath("//xs:restriction[xs:enumeration[@mt:since or @mt:until]]", namespaces=_PREFIXES)
_PARTICLES = (f"{XS}element", f"{XS}group", f"{XS}sequence", f"{XS}choice")
_NAMED = (f"{XS}element", f"{XS}complexType", f"{XS}simpleType", f"{XS}group")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleShape:
    """A simple type: the built-in it comes from and its facets (lengths in characters)."""

    base: str
    enumeration: tuple[str, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    min_inclusive: int | None = None
    max_inclusive: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementShape:
    """An element as a member of a type; ``max`` is None where it may repeat without end.

    ``requirement`` is the requirement that a wrong value breaks, ``document`` the kind of document that the
    text holds, ``refers`` what the id in it belongs to, ``default`` the value that an absent parameter has.
    """

    name: str
    type: str
    min: int
    max: int | None
    requirement: str | None = None
    document: str | None = None
    refers: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeShape:
    """A complex type: its members in the order of the wire; ``requirement`` is what wrong members break."""

    name: str
    elements: tuple[ElementShape, ...]
    requirement: str | None = None

    def element(self, name: str) -> ElementShape | None:
        """Return the member called ``name``, or None."""
        return next((element for element in self.elements if element.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationShape:
    """An operation: its parameters, the root of its reply, the result element in it, the echo in Request."""

    name: str
    request: TypeShape
    response: str
    result: ElementShape
    echo: str | None


@cache
def read_schemas(folder: Path) -> tuple[tuple[Path, etree._Element], ...]:
    """Return the root of every schema file below ``folder``, comments left out; not to be changed, but copied."""
    files = sorted(folder.rglob("*.xsd"))
    if not files:
        raise KitError(f"no schema lies under {folder}: the installation is incomplete, install the package again")
    parser = etree.XMLParser(remove_comments=True, remove_blank_text=True, resolve_entities=False, no_network=True)
    return tuple((file, etree.parse(str(file), parser).getroot()) for file in files)


def dated(node: etree._Element, version: str) -> bool:
    """Tell whether a component is in force in ``version`` by its own dates."""
    return in_force(version, node.get(f"{ANNOTATIONS}since"), node.get(f"{ANNOTATIONS}until"))


def prune(root: etree._Element, version: str) -> None:
    """Take out of a schema document, in place, the components that are not in force in ``version``.

    Raises KitError where that leaves a restriction without any of its enumerated values.
    """
    enumerated: list[etree._Element] = _ENUMERATED(root)
    for node in _DATED(root):
        parent = node.getparent()
        if parent is not None and not dated(node, version):
            parent.remove(node)
    for node in enumerated:
        if node.find(f"{XS}enumeration") is None and root in node.iterancestors():
            raise KitError(f"all values of an enumeration are gone in {version}: give its type dates as well")


def _merge(version: str, folder: Path) -> etree._Element:
    merged = etree.Element(f"{XS}schema", {"elementFormDefault": "qualified"}, nsmap=_PREFIXES)
    for _, source in read_schemas(folder):
        merged.extend(list(deepcopy(source)))
    prune(merged, version)
    slot = merged.find(f"{XS}group[@name='Echo']/{XS}sequence")
    for group in merged.iterfind(f"{XS}group"):
        if slot is not None and group.get("name", "").endswith("Echo") and group.get("name") != "Echo":
            etree.SubElement(slot, f"{XS}group", ref=group.get("name", ""))
    return merged


def plain_schema(source: etree._Element, namespace: str | None = None) -> etree._Element:
    """Return a copy of a schema document without the kit's annotations: XSD and nothing else.

    ``namespace`` makes it the schema of that namespace, which its own names then belong to.
    """
    attributes = {str(key): str(value) for key, value in source.attrib.items() if not str(key).startswith(ANNOTATIONS)}
    prefixes: Any = {prefix: uri for prefix, uri in source.nsmap.items() if uri != ANNOTATIONS[1:-1]}
    if namespace is not None:
        attributes["targetNamespace"] = prefixes[None] = namespace
    copied = deepcopy(source)
    for node in _ANNOTATED(copied):
        for key in [key for key in node.attrib if str(key).startswith(ANNOTATIONS)]:
            del node.attrib[key]
    plain = etree.Element(source.tag, attributes, nsmap=prefixes)
    plain.extend(list(copied))
    return plain


class Shapes:
    """All shapes of one version, from the files below ``folder``; get those of the kit from `shapes_for`.

    ``root`` is the annotated schema where it comes from elsewhere.
    """

    def __init__(self, version: str, folder: Path, *, root: etree._Element | None = None) -> None:
        self.version = version
        self._root = _merge(version, folder) if root is None else root
        self._named = {(node.tag, node.get("name")): node for node in self._root}
        self._schemas: dict[str | None, etree.XMLSchema] = {}
        self._types: dict[str, TypeShape] = {}
        self._members_by_name: dict[str, dict[str, tuple[ElementShape, TypeShape | None]]] = {}
        self._simple: dict[str, SimpleShape] = {}
        self._operations: dict[str, OperationShape] = {}

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations in force, in alphabetical order."""
        roots = [node.get("name", "") for node in self._root if node.tag == f"{XS}element"]
        return tuple(sorted(name for name in roots if f"{name}Response" in roots))

    def operation(self, name: str) -> OperationShape:
        """Return the shape of an operation; UsageError if the version has none of that name."""
        if name not in self._operations:
            if name not in self.operations:
                raise UsageError(f"{self.version} has no operation {name!r}{nearest(name, self.operations)}")
            self._operations[name] = self._build_operation(name)
        return self._operations[name]

    def _build_operation(self, name: str) -> OperationShape:
        request, response = self.type(f"{name}Request"), self.type(f"{name}Response")
        if request is None or response is None:
            raise KitError(f"the schema of {name} lacks {name}Request or {name}Response")
        result = next(member for member in response.elements if member.name != "OperationRequest")
        echo = self._named.get((f"{XS}group", f"{name}Echo"))
        echoes = [member.name for member in self._members(echo)] if echo is not None else []
        return OperationShape(
            name=name, request=request, response=f"{name}Response", result=result, echo=echoes[0] if echoes else None
        )

    def type(self, name: str) -> TypeShape | None:
        """Return a complex type by its name, or the type of the global element of that name; None for a simple one."""
        if name not in self._types:
            node = self._named.get((f"{XS}complexType", name))
            requirement = node.get(f"{ANNOTATIONS}requirement") if node is not None else None
            if node is None and (element := self._named.get((f"{XS}element", name))) is not None:
                requirement = element.get(f"{ANNOTATIONS}requirement")
                node = element.find(f"{XS}complexType")
            if node is None:
                return None  # not remembered: the names of a hostile reply have no end
            self._types[name] = TypeShape(name=name, elements=tuple(self._members(node)), requirement=requirement)
        return self._types[name]

    def members(self, shape: TypeShape) -> dict[str, tuple[ElementShape, TypeShape | None]]:
        """Return the members of one of this version's types by name, each with its own type if that is complex."""
        if shape.name not in self._members_by_name:
            self._members_by_name[shape.name] = {one.name: (one, self.type(one.type)) for one in shape.elements}
        return self._members_by_name[shape.name]

    @cached_property
    def echoes(self) -> frozenset[str]:
        """The names under which a reply may repeat a call: the operation, or its request."""
        return frozenset((*self.operations, *(f"{operation}Request" for operation in self.operations)))

    def complex_types(self) -> Iterator[TypeShape]:
        """Yield every complex type and every global element with content of its own."""
        for tag, name in self._named:
            if tag != f"{XS}group" and name and (shape := self.type(name)):
                yield shape

    def simple(self, name: str) -> SimpleShape | None:
        """Return a simple type by its name; built-ins are ``xs:…``; None for a complex one."""
        if name not in self._simple:
            node = self._named.get((f"{XS}simpleType", name))
            if node is None and not name.startswith("xs:"):
                return None
            self._simple[name] = SimpleShape(base=name) if node is None else self._build_simple(node)
        return self._simple[name]

    def _build_simple(self, node: etree._Element) -> SimpleShape:
        restriction = node[0]
        base = self.simple(restriction.get("base", ""))
        facets = {etree.QName(facet).localname: facet.get("value", "") for facet in restriction}

        def number(facet: str) -> int | None:
            try:
                return int(facets[facet]) if facet in facets else None
            except ValueError:
                raise KitError(
                    f"the simple type {node.get('name')} has the {facet} {facets[facet]}: "
                    "the kit reads whole numbers only"
                ) from None

        return SimpleShape(
            base=base.base if base else "xs:string",
            enumeration=tuple(facet.get("value", "") for facet in restriction.iterfind(f"{XS}enumeration")),
            min_length=number("minLength"),
            max_length=number("maxLength"),
            min_inclusive=number("minInclusive"),
            max_inclusive=number("maxInclusive"),
            pattern=facets.get("pattern"),
        )

    def _members(self, node: etree._Element) -> Iterator[ElementShape]:
        """Yield the elements below a particle, each name once: a choice or a repeated name makes it optional."""
        found: dict[str, ElementShape] = {}
        for member in self._particles(node, optional=False):
            found.setdefault(member.name, member)
        yield from found.values()

    def _particles(self, node: etree._Element, *, optional: bool) -> Iterator[ElementShape]:
        for child in node:
            if child.tag not in _PARTICLES:
                continue
            loose = optional or child.get("minOccurs") == "0" or node.tag == f"{XS}choice"
            if child.tag == f"{XS}element":
                yield self._element(child, optional=loose)
            elif child.tag == f"{XS}group":
                yield from self._particles(self._named[f"{XS}group", child.get("ref")], optional=loose)
            else:
                yield from self._particles(child, optional=loose)

    @staticmethod
    def _element(node: etree._Element, *, optional: bool) -> ElementShape:
        name = str(node.get("name") or node.get("ref"))
        most = node.get("maxOccurs", "1")
        return ElementShape(
            name=name,
            type=node.get("type") or name,
            min=0 if optional else int(node.get("minOccurs", "1")),
            max=None if most == "unbounded" else int(most),
            requirement=node.get(f"{ANNOTATIONS}requirement"),
            document=node.get(f"{ANNOTATIONS}document"),
            refers=node.get(f"{ANNOTATIONS}refers"),
            default=node.get(f"{ANNOTATIONS}default"),
        )

    def document(self, namespace: str | None = None) -> etree._Element:
        """Return the merged schema as a plain XSD document, without annotations, for ``namespace`` or for none."""
        return plain_schema(self._root, namespace)

    def schema(self, namespace: str | None = None) -> etree.XMLSchema:
        """Return the compiled schema for messages in ``namespace`` (None: Query replies, which have none)."""
        if namespace not in self._schemas:
            self._schemas[namespace] = etree.XMLSchema(self.document(namespace))
        return self._schemas[namespace]

    def components(self, names: Iterable[str]) -> dict[str, etree._Element]:
        """Return copies of the global components of these names, as far as there are any."""
        return {name: deepcopy(node) for (_, name), node in self._named.items() if name is not None and name in names}

    def annotations(self, type_name: str, member: str) -> dict[str, str]:
        """Return the annotations of a member of a type by their names; of the type itself for no member."""
        shape = self.type(type_name)
        if shape is None:
            return {}
        if not member:
            return {"requirement": shape.requirement} if shape.requirement else {}
        found = shape.element(member)
        keys = ("requirement", "document", "refers", "default")
        return {key: value for key in keys if found and (value := getattr(found, key)) is not None}


@cache
def _shapes(version: str) -> Shapes:
    folder = schemas_dir() / "requester"
    if version != TODAY:
        return Shapes(version, folder)
    older = _shapes(LATEST)
    shared = older.components(service_model.SHARED)
    return Shapes(version, folder, root=service_model.schema(older.annotations, shared))


def shapes_for(version: str) -> Shapes:
    """Return the shapes of an API version (built once); UsageError for an unknown version."""
    return _shapes(check_version(version))


@cache
def all_operations() -> frozenset[str]:
    """Return the names of the operations that any version of XML has, without building the shapes of each."""
    files = read_schemas(schemas_dir() / "requester")
    roots = {node.get("name", "") for _, source in files for node in source.iterfind(f"{XS}element")}
    return frozenset(name for name in roots if f"{name}Response" in roots)


def can_call(version: str, operation: str) -> bool:
    """Tell whether an operation can be called in a version, in 2017-01-17 perhaps by another one that says it."""
    called = names().said_by(operation) if version == TODAY else operation
    return called in shapes_for(version).operations
