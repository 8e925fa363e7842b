"""The message Notify, which the service posts to a receptor by the transport SOAP.

Source: the article NotificationReceptorAPI of the API References.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice

from lxml import etree

from conformance.checks.finding import Finding, decide, met, missed, seen
from conformance.spec.data import schemas_dir
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.spec.validation import element_path, schema_errors
from conformance.wire.timestamps import is_utc_timestamp

NOTIFY = "Notify"
SHAPE = "NotificationMessage.soap"
FIELDS = "NotificationMessage.event.fields"
TIME = "NotificationMessage.event.time"
STATED = (SHAPE, FIELDS, TIME)
UNSTATED = "schema"
MAX_ELEMENTS = 5_000
"""A message of more elements is not judged; a genuine one has some ten for each event, and few events."""
MAX_FAULTS = 100

_NAMESPACE = f"{MESSAGE_NAMESPACE}2006-05-05"
_N = f"{{{_NAMESPACE}}}"
_IDS = ("HITTypeId", "HITId")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=str(schemas_dir() / "data" / "NotificationMessage.xsd"))


def judge_notification(root: etree._Element) -> Iterator[Finding]:
    """Yield what a message shows by itself; the namespaces of ``root`` are put right on the way."""
    if root.xpath(f"boolean(/descendant::*[{MAX_ELEMENTS + 1}])"):
        yield seen(UNSTATED, where=f"/{NOTIFY}", actual=f"more than {MAX_ELEMENTS} elements, which are not judged")
        return
    yield _namespace(root)
    faults = list(_faults(root))
    yield from faults or [met(SHAPE, f"/{NOTIFY}")]
    for event in root.iterfind(f"{_N}Event"):
        yield from _judge_event(event)


def _namespace(root: etree._Element) -> Finding:
    """Judge the namespace of a message, which names its version, and move the message to that of the schema."""
    actual = etree.QName(root).namespace
    version = (root.findtext("{*}Version") or "").strip()
    for element in root.iter(etree.Element):
        if etree.QName(element).namespace == actual:
            element.tag = f"{_N}{etree.QName(element).localname}"
    return decide(
        SHAPE,
        actual == f"{MESSAGE_NAMESPACE}{version}",
        where=f"/{NOTIFY}",
        expected=f"the namespace {MESSAGE_NAMESPACE}{version or '<Version>'}, after the Version in it",
        actual=f"in the namespace {actual}" if actual else "in no namespace",
    )


def _faults(root: etree._Element) -> Iterator[Finding]:
    for element, message in islice(schema_errors(root, _schema()), MAX_FAULTS):
        actual = message.replace(_N, "")
        expected = "what the schema of Notify allows"
        yield missed(_stated(element), where=element_path(element), expected=expected, actual=actual)


def _stated(element: etree._Element) -> str:
    if etree.QName(element).localname == "EventTime":
        return TIME
    names = (etree.QName(one).localname for one in (element, *element.iterancestors()))
    return FIELDS if "Event" in names else SHAPE


def _judge_event(event: etree._Element) -> Iterator[Finding]:
    kind = (event.findtext(f"{_N}EventType") or "").strip()
    needed = () if kind == "Ping" else (*_IDS, "AssignmentId") if kind.startswith("Assignment") else _IDS
    lacking = [name for name in needed if not (event.findtext(f"{_N}{name}") or "").strip()]
    where = element_path(event)
    yield decide(
        FIELDS,
        not lacking,
        where=where,
        expected=f"an {kind} with {', '.join(needed)}",
        actual=f"without {', '.join(lacking)}",
    )
    time = event.findtext(f"{_N}EventTime")
    if time is not None:
        expected = "a valid xs:dateTime in UTC, ending with Z"
        good = is_utc_timestamp(time.strip(" \t\r\n"))
        yield decide(TIME, good, where=f"{where}/EventTime", expected=expected, actual=repr(time))
