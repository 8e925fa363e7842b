"""SOAP 1.1 envelopes around one message, and faults: written, and read without trusting them.

Source: the note "Simple Object Access Protocol (SOAP) 1.1", sections 4 and 6; the published WSDLs, which are
document/literal: the body holds exactly one element.
"""

from dataclasses import dataclass
from typing import Literal

from lxml import etree

from conformance.wire.xml import parse, serialise

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
CONTENT_TYPE = "text/xml; charset=utf-8"

_SOAP = f"{{{ENVELOPE}}}"
_ENVELOPE_1_2 = "http://www.w3.org/2003/05/soap-envelope"
_NEXT_ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"

RefusalKind = Literal["not an envelope", "version", "must understand", "body"]


class SoapRefused(ValueError):
    """A document is not read as a SOAP 1.1 message; ``kind`` says which rule it breaks, ``detail`` how."""

    def __init__(self, kind: RefusalKind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A SOAP 1.1 fault.

    ``code`` is the local name where it is one of SOAP's own (``Client``, ``Server.Busy``), else ``{namespace}name``.
    ``detail`` is the text in the detail element, without the elements that may structure it; None where there is no
    such element, which says that the body of the call was not at fault.
    """

    code: str
    message: str
    actor: str | None = None
    detail: str | None = None


def wrap(message: etree._Element) -> bytes:
    """Return the document that carries ``message``, which is taken out of the tree that it was in."""
    envelope = etree.Element(f"{_SOAP}Envelope", nsmap={"soap": ENVELOPE})
    etree.SubElement(envelope, f"{_SOAP}Body").append(message)
    return serialise(envelope)


def wrap_fault(fault: Fault) -> bytes:
    """Return the document that carries a fault; ValueError where its code is no name."""
    code = etree.QName(fault.code)
    prefixes = {"soap": ENVELOPE, **({"code": code.namespace} if code.namespace else {})}
    element = etree.Element(f"{_SOAP}Fault", nsmap=prefixes)
    etree.SubElement(element, "faultcode").text = f"{'code' if code.namespace else 'soap'}:{code.localname}"
    etree.SubElement(element, "faultstring").text = fault.message
    if fault.actor is not None:
        etree.SubElement(element, "faultactor").text = fault.actor
    if fault.detail is not None:
        etree.SubElement(element, "detail").text = fault.detail
    return wrap(element)


def unwrap(body: bytes) -> etree._Element | Fault:
    """Return the message in a SOAP 1.1 document, still in its envelope, or the fault that is there instead.

    Header entries are passed over unless they must be understood: none is.  Raises XmlRefused for what is no XML and
    SoapRefused for what is no SOAP 1.1 message with one element in its body (both ValueError).
    """
    envelope = parse(body)
    _check_envelope(envelope)
    parts = list(envelope.iterchildren(tag=etree.Element))
    if parts and parts[0].tag == f"{_SOAP}Header":
        _check_header(parts.pop(0))
    if not parts or parts[0].tag != f"{_SOAP}Body":
        found = f"{_short(parts[0])} stands" if parts else "nothing stands"
        raise SoapRefused("body", f"{found} where the Body belongs, directly after the Header if there is one")
    messages = list(parts[0].iterchildren(tag=etree.Element))
    if len(messages) != 1:
        raise SoapRefused("body", f"the Body holds {len(messages)} elements; a message is one")
    return _fault(messages[0]) if messages[0].tag == f"{_SOAP}Fault" else messages[0]


def _check_envelope(root: etree._Element) -> None:
    name = etree.QName(root)
    if name.localname != "Envelope":
        raise SoapRefused("not an envelope", f"the root element is {_short(root)}; send {_SOAP}Envelope")
    if name.namespace != ENVELOPE:
        found = "SOAP 1.2" if name.namespace == _ENVELOPE_1_2 else f"the namespace {(name.namespace or '')[:80]!r}"
        raise SoapRefused("version", f"the envelope is of {found}; send one of SOAP 1.1, {ENVELOPE}")


def _check_header(header: etree._Element) -> None:
    for entry in header.iterchildren(tag=etree.Element):
        meant_for_us = entry.get(f"{_SOAP}actor", _NEXT_ACTOR) in ("", _NEXT_ACTOR)
        if meant_for_us and entry.get(f"{_SOAP}mustUnderstand", "0").strip() in ("1", "true"):
            raise SoapRefused("must understand", f"the header {_short(entry)} must be understood and is not known")


def _fault(element: etree._Element) -> Fault:
    # In SOAP 1.1 the children of a fault are in no namespace.
    detail = element.find("detail")
    return Fault(
        code=_code(element),
        message=(element.findtext("faultstring") or "").strip(),
        actor=element.findtext("faultactor"),
        detail=None if detail is None else " ".join(str(detail.xpath("string()")).split()),
    )


def _code(element: etree._Element) -> str:
    node = element.find("faultcode")
    text = (node.text or "").strip() if node is not None else ""
    prefix, colon, name = text.rpartition(":")
    namespace = node.nsmap.get(prefix if colon else None) if node is not None else None  # prefixes differ by place
    if not namespace or (colon and not prefix):
        return text
    return name if namespace == ENVELOPE else f"{{{namespace}}}{name}"


def _short(element: etree._Element) -> str:
    return element.tag[:120]
