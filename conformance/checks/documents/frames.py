"""ExternalQuestion and HTMLQuestion: pages in a frame, what their schemas cannot say.

Source: the articles ExternalQuestion and HTMLQuestion.  The earlier pages take http and https, the latest ask for
https; so an http address is told only, but for 2017-01-17 (`as_of`); any other scheme breaks both.
"""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from conformance.checks.documents.markup import OPTIONAL, RAW, VOID, Tag, scan, unbalanced
from conformance.checks.documents.places import at, whole_number
from conformance.checks.finding import Finding, Outcome, met, missed, seen
from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import TODAY

TALLEST = 100_000
"""No screen has a frame of more pixels."""
MOST_CLAUSES = 5
HTTPS = "ExternalQuestion.https"

_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)


def judge_external(root: etree._Element) -> Iterator[Finding]:
    """Yield what an ExternalQuestion shows beyond its shape."""
    space = f"{{{DOCUMENTS['ExternalQuestion']}}}"
    for address in root.iterfind(f"{space}ExternalURL"):
        yield _judge_address(address)
    for height in root.iterfind(f"{space}FrameHeight"):
        yield from _judge_height("ExternalQuestion", height)


def _judge_address(address: etree._Element) -> Finding:
    text = (address.text or "").strip(" \t\r\n")
    scheme = text[:8].lower()
    expected = "an https address (http before 2014-08-15)"
    if scheme.startswith("https://") and len(text) > len("https://"):
        return met(HTTPS, at(address))
    if scheme.startswith("http://") and len(text) > len("http://"):
        return seen(HTTPS, where=at(address), expected=expected, actual=repr(text))
    return missed(HTTPS, where=at(address), expected=expected, actual=repr(text))


def as_of(findings: Iterable[Finding], version: str) -> Iterator[Finding]:
    """Yield what a document shows in a version: since 2017-01-17 nothing is said any longer of addresses by http."""
    for one in findings:
        if version == TODAY and one.requirement == HTTPS and one.outcome is Outcome.SEEN:
            yield missed(HTTPS, where=one.where, expected="an https address", actual=one.actual)
        else:
            yield one


def _judge_height(document: str, height: etree._Element) -> Iterator[Finding]:
    number = whole_number(height.text)
    if number is not None and not 0 <= number <= TALLEST:
        expected = f"a height from 0 to {TALLEST} pixels"
        yield seen(f"{document}.FrameHeight.integer", where=at(height), expected=expected, actual=str(number))


def judge_html(root: etree._Element) -> Iterator[Finding]:
    """Yield what an HTMLQuestion shows beyond its shape."""
    space = f"{{{DOCUMENTS['HTMLQuestion']}}}"
    for content in root.iterfind(f"{space}HTMLContent"):
        if not len(content):  # elements instead of text: a fault of shape
            yield _judge_page(content)
    for height in root.iterfind(f"{space}FrameHeight"):
        yield from _judge_height("HTMLQuestion", height)


def _judge_page(content: etree._Element) -> Finding:
    """Hold a page against what any HTML5 document has: its doctype, and tags that pair."""
    clauses = list(_page_faults(content.text or ""))
    if not clauses:
        return met("HTMLQuestion.html5", at(content))
    told = "; ".join(clauses[:MOST_CLAUSES]) + ("; and more" if len(clauses) > MOST_CLAUSES else "")
    expected = "an HTML5 document: <!DOCTYPE html>, and every tag closed in its order"
    return missed("HTMLQuestion.html5", where=at(content), expected=expected, actual=told)


def _page_faults(text: str) -> Iterator[str]:
    if not text.strip():
        yield "no content"
        return
    markup = scan(text, raw=RAW)
    if not _DOCTYPE.match(markup.doctype or ""):
        yield "no doctype of HTML5"
    if markup.unfinished:
        yield f"a tag that never ends: {markup.unfinished!r}"
    # HTML5 passes over the slash of <div/>; it counts only in the elements of SVG and MathML, which are let off here.
    tags = tuple(Tag(name=tag.name.lower(), end=tag.end, empty=tag.empty) for tag in markup.tags)
    for fault in unbalanced(tags, void=VOID, optional=OPTIONAL):
        if fault.kind != "stray" or fault.name not in OPTIONAL:
            yield f"<{fault.name}> is {'never closed' if fault.kind == 'open' else 'closed where it is not open'}"
