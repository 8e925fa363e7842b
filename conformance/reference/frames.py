"""The frame in which a Worker sees a HIT whose page is not a QuestionForm: its address.

Source: the articles ExternalQuestion (The Frame's URL and Parameters, Preview Mode) and HTMLQuestion.  All four
parameters are appended whatever the version: the Workers' site knows none.
"""

from urllib.parse import urlencode, urlsplit

from lxml import etree

from conformance.reference.documents import read_document
from conformance.reference.records import HIT
from conformance.wire.xml import XmlRefused

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
"""What a frame is told as assignmentId where nobody has accepted the HIT."""


def frame_url(hit: HIT, site: str, assignment_id: str | None, worker_id: str) -> str | None:
    """Return the address of the frame, None for a HIT that has no frame; without an assignment it is a preview."""
    base = _page_of(hit, site)
    if base is None:
        return None
    parameters = {"assignmentId": assignment_id or PREVIEW, "hitId": hit.hit_id, "turkSubmitTo": site}
    if assignment_id is not None:
        parameters["workerId"] = worker_id
    page, mark, fragment = base.partition("#")
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}{urlencode(parameters)}{mark}{fragment}"


def _page_of(hit: HIT, site: str) -> str | None:
    """Return the address of the page without what is appended, None where the question is no page."""
    try:
        root = read_document(hit.question)
    except XmlRefused:
        return None
    name = etree.QName(root).localname
    if name == "HTMLQuestion":
        return f"{site}frames/{hit.hit_id}"
    external = (root.findtext("{*}ExternalURL") or "").strip()
    if name != "ExternalQuestion" or not external:
        return None
    try:
        urlsplit(external)
    except ValueError:
        return None
    return external
