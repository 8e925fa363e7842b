"""Questions whose page is the Requester's own, the frames they are shown in, and what forms hand in."""

from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from conformance.errors import Blocked, NotMeasured
from conformance.spec.documents import DOCUMENTS, read_document
from conformance.transport.client import Client
from conformance.wire.messages import HttpRequest
from conformance.wire.xml import XmlRefused

NOBODY = "ASSIGNMENT_ID_NOT_AVAILABLE"
"""What a frame is told as assignmentId in a preview."""

PAGE = (
    "<!DOCTYPE html><html><head><title>t</title></head><body><form name='f' method='post' action='x'>"
    "<input type='hidden' name='assignmentId' value=''></form></body></html>"
)
Answers = dict[str, list[tuple[str, str]]]
"""QuestionIdentifier → the other members of its answers, by local name, with their texts."""


def external_question(url: str = "https://worker.example.org/form", *, height: str = "400", order: str = "uh") -> str:
    """Return an ExternalQuestion; ``order`` names its members, u the address and h the height."""
    members = {"u": f"<ExternalURL>{escape(url)}</ExternalURL>", "h": f"<FrameHeight>{height}</FrameHeight>"}
    inner = "".join(members[one] for one in order)
    return f'<ExternalQuestion xmlns="{DOCUMENTS["ExternalQuestion"]}">{inner}</ExternalQuestion>'


def html_question(content: str = PAGE, *, height: str = "400", order: str = "ch") -> str:
    """Return an HTMLQuestion; ``order`` names its members, c the content and h the height."""
    members = {
        "c": f"<HTMLContent><![CDATA[{content}]]></HTMLContent>",
        "h": f"<FrameHeight>{height}</FrameHeight>",
    }
    inner = "".join(members[one] for one in order)
    return f'<HTMLQuestion xmlns="{DOCUMENTS["HTMLQuestion"]}">{inner}</HTMLQuestion>'


def frame(url: str | None) -> dict[str, str]:
    """Return the parameters in the address of a frame, in their order; NotMeasured where it is not known."""
    if url is None:
        raise NotMeasured("the worker driver does not tell the address of the frame")
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def answers_in(document: str | None) -> Answers:
    """Return the answers of a QuestionFormAnswers document; raises Blocked where it is no XML."""
    try:
        root = read_document(document or "")
    except XmlRefused as refusal:
        raise Blocked(f"an Answer cannot be read: {refusal}") from None
    found: Answers = {}
    for answer in root.iterfind("{*}Answer"):
        members = [(etree.QName(one).localname, one.text or "") for one in answer.iter(tag=etree.Element)][1:]
        name = next((text for tag, text in members if tag == "QuestionIdentifier"), "").strip()
        found.setdefault(name, []).extend(one for one in members if one[0] != "QuestionIdentifier")
    return found


def post_form(client: Client, site: str, *fields: tuple[str, str], method: str = "POST") -> str:
    """Send a form to the Workers' site; return what came in one line."""
    address = site.rstrip("/") + "/mturk/externalSubmit"
    if not address.startswith(("http://", "https://")):
        raise NotMeasured("turkSubmitTo in the address of the frame is no http address")
    form = urlencode(fields)
    if method == "GET":
        request = HttpRequest(method=method, url=f"{address}?{form}")
    else:
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        request = HttpRequest(method=method, url=address, headers=headers, body=form.encode())
    exchange = client.send(request, retry=False)
    return f"HTTP {exchange.response.status}" if exchange.response else exchange.failure or "nothing"
