"""Faults of HIT types: which properties make one, whose they are, and what registering does besides."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from conformance.defects.both_ways import handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, reshaping, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import HIT, HITProperties, HITType
from conformance.reference.store import Store
from conformance.spec.documents import DOCUMENTS
from conformance.wire.flattening import Values

CREATE, REGISTER = "CreateHIT", "RegisterHITType"
_IDENTITY = f"{REGISTER}.identity"
_SAME, _NEW = f"{CREATE}.type-identity.same", f"{CREATE}.type-identity.new"
_AGAIN = (f"{REGISTER}.idempotent", f"{_IDENTITY}.not-lifetime", _SAME, _NEW)
_QUESTION = f'<ExternalQuestion xmlns="{DOCUMENTS["ExternalQuestion"]}"/>'
_WRITTEN_OTHERWISE = (f"{_IDENTITY}.default-equals-explicit", f"{_IDENTITY}.reward-format", f"{_IDENTITY}.qual-order")
Find = Callable[[Store, str, HITProperties], HITType | None]


def _finding(find: Find) -> Plant:
    """Find the type with some properties by ``find``."""

    def plant(endpoint: Endpoint) -> None:
        store = endpoint.store

        def found(owner: str, properties: HITProperties) -> HITType | None:
            return find(store, owner, properties)

        setattr(store, "find_hit_type", found)  # noqa: B010 - a method is replaced

    return plant


def _but_for(**same: object) -> Plant:
    """Compare types without regard to these properties."""

    def find(store: Store, owner: str, properties: HITProperties) -> HITType | None:
        def plain(one: HITProperties) -> HITProperties:
            return replace(one, **same)  # type: ignore[arg-type]

        wanted = plain(properties)
        own = (kind for kind in store.hit_types.values() if kind.owner == owner)
        return next((kind for kind in own if plain(kind.properties) == wanted), None)

    return _finding(find)


def _of_anybody(store: Store, owner: str, properties: HITProperties) -> HITType | None:
    return next((kind for kind in store.hit_types.values() if kind.properties == properties), None)


def _with(operation: str, more: Callable[[Context], object]) -> Plant:
    """Count something more among the properties of a type."""

    def wrapper(handler: Handler, context: Context) -> Values:
        description = context.values.optional("Description", str)
        if description is None:
            return handler(context)
        return handler(with_values(context, Description=f"{description} {more(context)}"))

    return handling(operation, wrapper)


def _amount(context: Context) -> str:
    (price, *_) = context.values.sent.get("Reward", [{}])
    return "" if isinstance(price, str) else text(price, "Amount")


def _of_others_too(handler: Handler, context: Context) -> Values:
    """Let a HIT have the type of another Requester."""
    kind = context.store.hit_types.get(text(context.values.sent, "HITTypeId"))
    if kind is None:
        return handler(context)
    context.store.save_hit_type(replace(kind, owner=context.requester.access_key_id))
    try:
        return handler(context)
    finally:
        context.store.save_hit_type(kind)


def _make_a_hit(handler: Handler, context: Context) -> Values:
    values = handler(context)
    record = HIT(
        hit_id=context.store.next_object_id(),
        hit_type_id=text(values, "HITTypeId"),
        owner=context.requester.access_key_id,
        created_at=context.at,
        expires_at=context.at + 60,
        question=_QUESTION,
        max_assignments=1,
    )
    context.store.save_hit(record)
    return values


def _id_twice(reply: etree._Element) -> None:
    for element in list(reply.iter("HITTypeId")):
        element.addnext(deepcopy(element))


DEFECTS: tuple[Defect, ...] = (
    defect("types/always-new", _finding(lambda *_: None), *_AGAIN, *_WRITTEN_OTHERWISE),
    defect("types/one-for-any-title", _but_for(title=""), f"{_IDENTITY}.Title", _NEW),
    *(
        defect(f"types/one-for-any-{name}", _but_for(**same), f"{_IDENTITY}.{topic}")
        for name, topic, same in (
            ("description", "Description", {"description": ""}),
            ("keywords", "Keywords", {"keywords": None}),
            ("reward", "Reward", {"reward": 0}),
            ("duration", "AssignmentDuration", {"assignment_duration": 60}),
            ("delay", "AutoApprovalDelay", {"auto_approval_delay": 60}),
            ("requirements", "Qualifications", {"requirements": ()}),
        )
    ),
    defect("types/shared-by-requesters", _finding(_of_anybody), f"{_IDENTITY}.per-requester"),
    defect("types/usable-by-others", handling(CREATE, _of_others_too), f"{_IDENTITY}.per-requester"),
    defect("types/by-the-text-of-the-reward", _with(REGISTER, _amount), f"{_IDENTITY}.reward-format"),
    defect(
        "types/by-the-order-of-requirements",
        _with(REGISTER, lambda context: context.values.sent.get("QualificationRequirement")),
        f"{_IDENTITY}.qual-order",
    ),
    defect(
        "types/with-the-lifetime",
        _with(CREATE, lambda context: context.values.sent.get("LifetimeInSeconds")),
        f"{_IDENTITY}.not-lifetime",
        _SAME,
        also=(_NEW,),
        because="a type registered with the properties of a HIT is another one then",
    ),
    defect(
        "types/with-the-annotation",
        _with(CREATE, lambda context: context.values.sent.get("RequesterAnnotation")),
        f"{CREATE}.RequesterAnnotation.not-in-type",
    ),
    defect("types/make-a-hit", handling(REGISTER, _make_a_hit), f"{REGISTER}.no-hit"),
    defect(
        "types/id-twice",
        reshaping(REGISTER, _id_twice),
        f"{REGISTER}.returns-id",
        also=("Common.JSON.value-types",),
        because="what stands twice is a list in JSON",
    ),
    defect(
        "types/without-keywords",
        rereading(REGISTER, lambda values, _: {name: one for name, one in values.items() if name != "Keywords"}),
        f"{REGISTER}.usable",
        f"{_IDENTITY}.Keywords",
        also=(_SAME, _NEW),
        because="a HIT is made with the Keywords that its type lost",
    ),
)
