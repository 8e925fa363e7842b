"""The SOAP binding: a message of one or several Requests in the body, the access key beside them, and its reply.

Source: the articles MakingSOAPRequests and CommonParameters of the API References 2008-08-02 and 2014-08-15, and the
published WSDLs.  The API version is in the namespace; Service stands in the URL; Operation is the message's name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from conformance.bindings.elements import taken_out, text_of, without_namespace
from conformance.bindings.query import SERVICE, Answer, Call, Credentials, ServiceError, answer_in
from conformance.spec.shapes import MESSAGE_NAMESPACE, Shapes, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.spec.wsdl import SOAP_ACTION
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse, header
from conformance.wire.parameters import ParametersUnreadable, read_parameters
from conformance.wire.signatures import sign, string_to_sign
from conformance.wire.soap import CONTENT_TYPE, Fault, SoapRefused, unwrap, wrap
from conformance.wire.xml import XmlRefused, parse

FAULT = "Fault"
"""The place of an error that a SOAP fault reports."""
REQUEST = "Request"
BESIDE_REQUESTS = ("AWSAccessKeyId", "Timestamp", "Signature", "Validate", "Credential")
"""The common parameters that a message has; Service, Operation and Version stand elsewhere."""
FRONT_END = "Response"
"""The root of a reply of the front end, which knows no binding."""
_MEDIA_TYPE = CONTENT_TYPE.partition(";")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapCall:
    """A call as the wire carries it.

    ``common`` holds the text of what stands beside the Requests.  Names outside the message's namespace are written
    ``{namespace}name``, those in none ``{}name``, wherever they stand.  ``version`` is what the namespace says, known
    or not; None where it is not a namespace of the API.  ``service`` is what the URL says, if anything.
    """

    operation: str
    version: str | None
    common: Mapping[str, str]
    requests: tuple[Values, ...]
    service: str | None = None


def is_soap(request: HttpRequest) -> bool:
    """Tell whether a request is meant as a SOAP call: a POST of XML, as no Query call is."""
    kind = header(request.headers, "Content-Type") if request.method == "POST" else None
    return kind is not None and kind.partition(";")[0].strip().lower() == _MEDIA_TYPE


def calls_in(call: SoapCall) -> tuple[Call, ...]:
    """Return what each Request of a message asks for, as the same call by Query; one without a Request asks once."""
    common = {name: text for name, text in call.common.items() if name in BESIDE_REQUESTS}
    common["Operation"] = call.operation
    if call.version is not None:
        common["Version"] = call.version
    if call.service is not None:
        common["Service"] = call.service
    return tuple(Call(common=common, values=values) for values in call.requests or ({},))


def sign_call(call: SoapCall, secret_key: str) -> str:
    """Return the signature that a call should have: of Service, Operation and Timestamp, as they are sent."""
    service = SERVICE if call.service is None else call.service
    return sign(secret_key, string_to_sign(service, call.operation, call.common.get("Timestamp", "")))


def write_call(
    operation: str,
    requests: Sequence[Values],
    *,
    url: str,
    credentials: Credentials,
    version: str,
    timestamp: str,
    common: Mapping[str, str] | None = None,
    omit: Iterable[str] = (),
) -> HttpRequest:
    """Write a signed call of one or several Requests.

    Members stand in the order of their type in ``version``, for versions unknown in that of the latest; what the type
    does not know stands behind them, in the order given, and is written all the same.  Names may be those that
    `read_call` gives to what is outside the message's namespace.
    ``common`` adds members beside the Requests or replaces them before signing (a ``Signature`` in it is sent as it
    is); ``omit`` leaves some of them out, ``Service`` from the URL as well, signed as if they were empty.
    Raises ValueError for names and texts that XML cannot hold, as control characters.
    """
    left_out = set(omit)
    sent = {"AWSAccessKeyId": credentials.access_key_id, "Timestamp": timestamp, **(common or {})}
    sent = {name: value for name, value in sent.items() if name not in left_out}
    url = url if "Service" in left_out else _with_service(url)
    if "Signature" not in left_out and "Signature" not in sent:
        call = SoapCall(operation=operation, version=version, common=sent, requests=(), service=_service(url))
        sent["Signature"] = sign_call(call, credentials.secret_key)
    shapes = shapes_for(version if version in VERSIONS else LATEST)
    namespace = MESSAGE_NAMESPACE + version
    members: Values = {**{name: [value] for name, value in sent.items()}, REQUEST: list(requests)}
    # As a default namespace, as genuine clients write it, it would also hold the names that are to be in none.
    prefixes: Any = {"m" if _has_names_in_none(members) else None: namespace}
    message = etree.Element(f"{{{namespace}}}{operation}", nsmap=prefixes)
    _append(message, namespace, operation, members, shapes)
    headers = (("Content-Type", CONTENT_TYPE), ("SOAPAction", f'"{SOAP_ACTION}"'))
    return HttpRequest(method="POST", url=url, headers=headers, body=wrap(message))


def _has_names_in_none(values: Values) -> bool:
    inner = (one for occurrences in values.values() for one in occurrences if not isinstance(one, str))
    return any(name.startswith("{}") for name in values) or any(map(_has_names_in_none, inner))


def _append(parent: etree._Element, namespace: str, type_name: str, values: Values, shapes: Shapes) -> None:
    shape = shapes.type(type_name)
    types = {member.name: member.type for member in shape.elements} if shape else {}
    order = {name: position for position, name in enumerate(types)}
    for name in sorted(values, key=lambda name: order.get(name, len(order))):
        for occurrence in values[name]:
            tag = name if name.startswith("{") else f"{{{namespace}}}{name}"
            child = etree.SubElement(parent, tag.removeprefix("{}"))
            if isinstance(occurrence, str):
                child.text = occurrence
            else:
                _append(child, namespace, types.get(name, ""), occurrence, shapes)


def _service(url: str) -> str | None:
    query_only = HttpRequest(method="POST", url=url)
    try:
        return next((value for name, value in read_parameters(query_only) if name == "Service"), None)
    except ParametersUnreadable:
        return None


def _with_service(url: str) -> str:
    if _service(url) is not None:
        return url
    path, hash_sign, fragment = url.partition("#")
    return f"{path}{'&' if '?' in path else '?'}Service={SERVICE}{hash_sign}{fragment}"


def read_call(request: HttpRequest) -> SoapCall:
    """Read a call from an HTTP request; raises XmlRefused or SoapRefused (both ValueError).

    Of a common member sent twice the first counts.  A structure with nothing in it is read as an empty text.
    """
    message = unwrap(request.body)
    if isinstance(message, Fault):
        raise SoapRefused("body", "the Body holds a Fault where the call belongs")
    name = etree.QName(message)
    namespace = name.namespace or ""
    version = namespace.removeprefix(MESSAGE_NAMESPACE) if namespace.startswith(MESSAGE_NAMESPACE) else None
    common: dict[str, str] = {}
    requests: list[Values] = []
    for child in message.iterchildren(tag=etree.Element):
        if _name_in(namespace, child) == REQUEST:
            requests.append(_values(namespace, child))
        else:
            common.setdefault(_name_in(namespace, child), text_of(child))
    return SoapCall(
        operation=name.localname,
        version=version,
        common=common,
        requests=tuple(requests),
        service=_service(request.url),
    )


def _name_in(namespace: str, element: etree._Element) -> str:
    name = etree.QName(element)
    if (name.namespace or "") == namespace:
        return name.localname
    return f"{{{name.namespace or ''}}}{name.localname}"


def _values(namespace: str, element: etree._Element) -> Values:
    values: Values = {}
    for child in element.iterchildren(tag=etree.Element):
        held = _values(namespace, child) or text_of(child)
        values.setdefault(_name_in(namespace, child), []).append(held)
    return values


def read_answer(response: HttpResponse) -> Answer:
    """Read a reply as its twin in `conformance.bindings.query` does; a fault is one error, its place `FAULT`.

    What cannot be read is told in ``unreadable`` and never raised.  The namespace of the message is taken off; that
    it is the one of the call is not judged, only that it is one of the API's, or none.  Of a fault's code the class
    before the first dot (``Client`` or ``Server``) is left out where something follows it.
    """
    try:
        message = unwrap(response.body)
    except (XmlRefused, SoapRefused) as refusal:
        return _front_end(response) or Answer(status=response.status, unreadable=_told(response, refusal))
    if isinstance(message, Fault):
        code = message.code if message.code.startswith("{") else message.code.partition(".")[2] or message.code
        error = ServiceError(code=code, message=message.message, place=FAULT)
        return Answer(status=response.status, errors=(error,))
    bare = without_namespace(message)
    if bare.tag.startswith("{"):
        return Answer(status=response.status, unreadable=f"no message of the API in its Body, but {bare.tag[:120]}")
    alone = taken_out(bare)
    etree.cleanup_namespaces(alone)  # else a default namespace of the envelope would fall on the bare names
    return answer_in(alone, status=response.status)


def _told(response: HttpResponse, refusal: ValueError) -> str:
    start = response.body[:60].decode("utf-8", "replace")
    return f"not a SOAP reply ({refusal}; it begins {start!r})"


def _front_end(response: HttpResponse) -> Answer | None:
    """Return the reply of the front end without an envelope, as a retired service gives it; None for anything else."""
    try:
        root = parse(response.body)
    except XmlRefused:
        return None
    return answer_in(root, status=response.status) if root.tag == FRONT_END else None
