"""What a file that stands alone shows: a document, or a single reply whose call is not known.

The root element decides what it is.  Nothing is raised, whatever the bytes: what cannot be judged says why.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

from conformance.checks.documents import judge_document
from conformance.checks.documents.frames import as_of
from conformance.checks.finding import Finding, Outcome, missed
from conformance.checks.lines import line_of
from conformance.spec.document_shapes import root_requirement, stated_requirements
from conformance.spec.documents import DOCUMENTS
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST
from conformance.wire.xml import XmlRefused, parse

if TYPE_CHECKING:  # a document is judged without what replies take
    from conformance.checks.reading import Reading

UNREADABLE = "not XML"
"""The name under which a file that is no XML at all is told."""
WELL_FORMED = "Common.Response.well-formed"
ENVELOPE = "Envelope"

_OUR_LIMITS = ("too large", "too deep")
_FIRST_TAG = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_LINE = re.compile(r"line ([0-9]+), column")
_LOOKED_AT = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A finding with the line that it is about; None where that is not known, and where all is well."""

    finding: Finding
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What one file is and shows.

    ``version`` is the API version that it was judged by, None where that is nothing to it, and ``version_from`` says
    whence that is.  ``unmeasured`` says why nothing was judged; it is empty where something was.  ``reading`` is the
    reply of an operation as the checks saw it.
    """

    kind: str
    findings: tuple[Located, ...] = ()
    version: str | None = None
    version_from: str = ""
    unmeasured: str = ""
    reading: "Reading | None" = field(default=None, compare=False, repr=False)


def audit(body: bytes, version: str | None = None) -> Audit:
    """Return what a file shows, by an API version or by the one that fits best."""
    try:
        root = parse(body)
    except XmlRefused as refusal:
        return _not_read(body, refusal)
    name = etree.QName(root).localname
    if name in DOCUMENTS:
        by = version or LATEST
        findings = as_of(judge_document(_text(body, root), expected=(name,)), by)
        return Audit(kind=name, findings=located(root, in_force(findings, by)))
    # Replies take the shapes of all messages, which a document can do without.
    from conformance.checks import replies_alone

    if name == ENVELOPE:
        return replies_alone.audit_envelope(body, root, version)
    return replies_alone.audit_message(root, version)


def in_force(findings: Iterable[Finding], version: str) -> Iterator[Finding]:
    """Yield the findings whose requirement holds in a version, or that no requirement speaks of."""
    for finding in findings:
        requirement = requirements().get(finding.requirement)
        if requirement is None or requirement.holds_in(version):
            yield finding


def located(root: etree._Element, findings: Iterable[Finding]) -> tuple[Located, ...]:
    """Return findings with the lines that they are about, where something is to be looked at."""
    return tuple(
        Located(finding=one, line=None if one.outcome is Outcome.MET else line_of(root, one.where)) for one in findings
    )


@cache
def judged_alone() -> frozenset[str]:
    """Return the requirements, beside those of the checks, that a file alone is held against."""
    from conformance.checks import notifications, replies_alone

    stated = (stated_requirements(document) for document in DOCUMENTS)
    messages = {WELL_FORMED, *replies_alone.STATED, *notifications.STATED}
    return frozenset(messages.union(*stated))


def _text(body: bytes, root: etree._Element) -> str:
    """Return the text of a document as it stands in the file."""
    try:
        return body.decode(root.getroottree().docinfo.encoding or "utf-8").removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError):  # the parser knows encodings that Python does not
        return etree.tostring(root, encoding="unicode")


def _not_read(body: bytes, refusal: XmlRefused) -> Audit:
    """Return what is told of bytes that are no XML, or more than is read."""
    kind, requirement = _guessed(body)
    if refusal.kind in _OUR_LIMITS:
        return Audit(kind=kind, unmeasured=f"{refusal}; the kit's own limit, which says nothing about the file")
    place = _LINE.search(refusal.detail)
    finding = missed(requirement, where="/", expected="well-formed XML without a DTD", actual=str(refusal))
    return Audit(kind=kind, findings=(Located(finding=finding, line=int(place[1]) if place else None),))


def _guessed(body: bytes) -> tuple[str, str]:
    """Return what a file seems to be that cannot be read, by its first tag, and the requirement that it breaks."""
    start = body[:_LOOKED_AT].decode("utf-8", "replace")
    found = _FIRST_TAG.search(start)
    name = found[1] if found else ""
    if name in DOCUMENTS:
        return name, root_requirement(name) or UNREADABLE
    if name.endswith("Response") or name == ENVELOPE:
        return "reply", WELL_FORMED
    return UNREADABLE, UNREADABLE
