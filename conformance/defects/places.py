"""Where a derived fault can sit: every element that a successful reply of some operation can hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.reference import response_groups
from conformance.reference.endpoint import HANDLERS
from conformance.spec.shapes import ElementShape, OperationShape, Shapes, TypeShape, shapes_for
from conformance.spec.versions import KNOWN, TODAY

# What the schemas allow and the endpoint never sends: a fault of it would not show.
_UNSENT = frozenset(
    (
        ("ReviewResultDetail", "ObjectType"),
        ("ReviewActionDetail", "ErrorCode"),  # sent of what failed, which no good call shows
        ("Assignment", "Request"),
        ("Assignment", "Deadline"),
        ("BonusPayment", "Request"),
        ("Qualification", "LocaleValue"),
        ("OperationInformation", "Description"),
        ("ResponseGroupInformation", "CreationDate"),
    )
)

# Groups of which the endpoint sends the members though the operation does not have them.
_SENT_UNASKED = {"GetHITsForQualificationType": ("HITDetail", "HITAssignmentSummary")}


# What a reply by JSON has none of, though its tree is read with them.
_OF_XML = frozenset(("OperationRequest", "Request", "CurrencyCode", "FormattedPrice"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An element of an operation's replies: the names down to it from the root, its parent's type, its own shape.

    ``type`` is its complex type, or None where it holds text.
    """

    operation: OperationShape
    path: tuple[str, ...]
    parent: TypeShape
    member: ElementShape
    type: TypeShape | None
    shapes: Shapes

    @property
    def name(self) -> str:
        """The name of the element."""
        return self.member.name

    @property
    def is_result(self) -> bool:
        """Whether it is the operation's result element."""
        return self.member == self.operation.result

    @property
    def in_result(self) -> bool:
        """Whether it is a member of the result, and not the envelope's Request."""
        return self.parent.name == self.operation.result.type and self.name != "Request"

    @property
    def in_echo(self) -> bool:
        """Whether it is, or is in, the echo of the request."""
        return self.operation.echo in self.path

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions whose replies have the place."""
        return tuple(version for version in KNOWN if self._is_in(shapes_for(version)))

    def _is_in(self, shapes: Shapes) -> bool:
        if shapes.version == TODAY and _OF_XML & {*self.path}:
            return False
        if self.operation.name not in shapes.operations:
            return False
        parent = shapes.type(shapes.operation(self.operation.name).response)
        for name in self.path:
            member = parent.element(name) if parent else None
            if member is None:
                return False
            parent = shapes.type(member.type)
        return True

    @property
    def is_first(self) -> bool:
        """Whether it stands before all else that the endpoint sends in its place."""
        above = self.path[:-1]
        return self.member == next(one for one in self.parent.elements if not _is_unsent_request(one, above))

    @property
    def is_plain_text(self) -> bool:
        """Whether every text is a value of its type."""
        simple = self.shapes.simple(self.member.type)
        return simple is not None and simple.base == "xs:string" and not simple.enumeration


def versions_with(operation: str) -> tuple[str, ...]:
    """Return the versions that have an operation, oldest first."""
    return tuple(version for version in KNOWN if operation in shapes_for(version).operations)


def last_shapes(operation: str) -> Shapes:
    """Return the shapes of the latest version of XML that has an operation, else those of JSON."""
    versions = versions_with(operation)
    return shapes_for(next((version for version in reversed(versions) if version != TODAY), versions[-1]))


def _is_in_no_group(operation: OperationShape, parent: TypeShape, member: ElementShape) -> bool:
    """Tell whether a member belongs to a response group that the operation does not have."""
    offer = response_groups.OFFERS.get(operation.name, response_groups.Offer())
    sent = (response_groups.MINIMAL, *offer.further, *_SENT_UNASKED.get(operation.name, ()))
    return parent.name in ("HIT", "Assignment") and response_groups.group_of(member.name) not in sent


def _is_unsent_request(member: ElementShape, path: tuple[str, ...]) -> bool:
    """Tell whether a member is the Request of something below the result, which alone has one."""
    return member.name == "Request" and len(path) > 1


def places_in(version: str) -> Iterator[Place]:
    """Yield the elements of replies in a version, operation by operation."""
    for name in sorted(HANDLERS):
        if version in versions_with(name):
            yield from _places_of(name, shapes_for(version))


def places() -> Iterator[Place]:
    """Yield the elements of replies, from the children of the root on.

    Each operation stands here in its last version of XML, followed by what it has in 2017-01-17 alone.
    """
    for name in sorted(HANDLERS):
        last = last_shapes(name)
        known = list(_places_of(name, last))
        yield from known
        if TODAY in versions_with(name) and last.version != TODAY:
            paths = {place.path for place in known}
            yield from (place for place in _places_of(name, shapes_for(TODAY)) if place.path not in paths)


def _places_of(name: str, shapes: Shapes) -> Iterator[Place]:
    operation = shapes.operation(name)
    response = shapes.type(operation.response)
    if response is not None:
        yield from _below(response, (), operation, shapes)


def _below(parent: TypeShape, path: tuple[str, ...], operation: OperationShape, shapes: Shapes) -> Iterator[Place]:
    for member in parent.elements:
        foreign_echo = parent.name == "Request" and member.name not in ("IsValid", operation.echo)
        # A Requester sends no FormattedPrice, so none is echoed.
        unsent = (parent.name, member.name) in _UNSENT or (operation.echo in path and member.name == "FormattedPrice")
        unsent = unsent or _is_in_no_group(operation, parent, member)
        if foreign_echo or unsent or member.name == "Errors" or _is_unsent_request(member, path):
            continue
        inner = shapes.type(member.type)
        down = (*path, member.name)
        yield Place(operation=operation, path=down, parent=parent, member=member, type=inner, shapes=shapes)
        if inner is not None:
            yield from _below(inner, down, operation, shapes)
