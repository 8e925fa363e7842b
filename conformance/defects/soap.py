"""Faults of SOAP alone: its message, its namespaces, its header, its errors and the documents in it."""

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import front_end_refused
from conformance.spec.versions import LATEST, VERSIONS
from conformance.spec.wsdl import SOAP_ACTION
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse, header

_SOAP, _VERSION = "Common.SOAP.*", "Common.Version.soap-namespace"
_NAMESPACE, _ERROR = "Common.SOAP.response-namespace", "Common.SOAP.error-in-response"
_BEFORE_LATEST = VERSIONS[:-1]
_NO_OTHER_NAME = "a response of another name or namespace is no response, whatever stands in it"
_NOTHING_WORKS = "what every message is asked for no message has"


def _missing(name: str) -> Exception:
    return front_end_refused(400, "MissingParameter", f"The request lacks the parameter {name}")


def _asks_for_service_in_the_body(endpoint: Endpoint) -> None:
    unchanged = endpoint.read_soap

    def read(request: HttpRequest) -> tuple[Call, ...]:
        if b"Service>" not in request.body:
            raise _missing("Service")
        return unchanged(request)

    endpoint.read_soap = read


def _asks_for_an_action(operation: str) -> Plant:
    """Serve an operation only with a SOAPAction that names it, as many services have it."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.read_soap

        def read(request: HttpRequest) -> tuple[Call, ...]:
            calls = unchanged(request)
            action = (header(request.headers, "SOAPAction") or "").strip('"')
            if calls[0].operation == operation and action != f"{SOAP_ACTION}/{operation}":
                raise front_end_refused(400, "InvalidAction", f"The SOAPAction {action} is not known")
            return calls

        endpoint.read_soap = read

    return plant


def _renamed(suffix: str) -> Plant:
    """Call the child of the Body like the operation with ``suffix`` behind it."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.write_soap

        def write(replies: Sequence[etree._Element], version: str) -> HttpResponse:
            replies[0].tag = replies[0].tag.removesuffix("Response") + suffix
            return unchanged(replies, version)

        endpoint.write_soap = write

    return plant


def _answers_in(version: str) -> Plant:
    """Answer in the namespace of one version, whatever the request's."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.write_soap
        endpoint.write_soap = lambda replies, _: unchanged(replies, version)

    return plant


def _without_namespace(endpoint: Endpoint) -> None:
    unchanged = endpoint.write_soap

    def write(replies: Sequence[etree._Element], version: str) -> HttpResponse:
        response = unchanged(replies, version)
        root = etree.fromstring(response.body)
        for node in root.iter(tag=etree.Element):
            if "/doc/" in node.tag:
                node.tag = etree.QName(node).localname
        etree.cleanup_namespaces(root)
        return replace(response, body=etree.tostring(root))

    endpoint.write_soap = write


def _errors_as_faults(endpoint: Endpoint) -> None:
    unchanged = endpoint.write_soap

    def write(replies: Sequence[etree._Element], version: str) -> HttpResponse:
        error = replies[0].find("*/Request/Errors/Error")
        if error is None:
            return unchanged(replies, version)
        code, message = error.findtext("Code") or "", error.findtext("Message") or ""
        return endpoint.write_fault(front_end_refused(500, code, message))

    endpoint.write_soap = write


def _errors_below_operation_request(endpoint: Endpoint) -> None:
    unchanged = endpoint.write_soap

    def write(replies: Sequence[etree._Element], version: str) -> HttpResponse:
        listed, access = replies[0].find("*/Request/Errors"), replies[0].find("OperationRequest")
        if listed is not None and access is not None:
            access.append(listed)
        return unchanged(replies, version)

    endpoint.write_soap = write


def _takes_elements_for_text(endpoint: Endpoint) -> None:
    """Take a Test that is sent as elements, by writing those as the text that it should have been."""
    unchanged = endpoint.read_soap
    endpoint.read_soap = lambda request: tuple(_with_text(call) for call in unchanged(request))


def _with_text(call: Call) -> Call:
    tests = [one if isinstance(one, str) else _written(one) for one in call.values.get("Test", ())]
    return replace(call, values={**call.values, "Test": list(tests)}) if tests else call


def _written(values: Values) -> str:
    root = etree.Element("root")
    _append(root, values)
    return etree.tostring(root[0], encoding="unicode")


def _append(parent: etree._Element, values: Values) -> None:
    for name, occurrences in values.items():
        for occurrence in occurrences:
            child = etree.SubElement(parent, name.removeprefix("{}"))
            if isinstance(occurrence, str):
                child.text = occurrence
            else:
                _append(child, occurrence)


def _asks_for_escaping_twice(endpoint: Endpoint) -> None:
    """Take the text of a Test for XML that is to be escaped once more."""
    unchanged = endpoint.read_soap

    def read(request: HttpRequest) -> tuple[Call, ...]:
        calls = unchanged(request)
        for call in calls:
            if any(isinstance(one, str) and one.startswith("<") for one in call.values.get("Test", ())):
                raise front_end_refused(400, "InvalidParameterValue", "The Test is not escaped")
        return calls

    endpoint.read_soap = read


DEFECTS: tuple[Defect, ...] = (
    defect(
        "soap/service-in-the-body",
        _asks_for_service_in_the_body,
        "Common.SOAP.no-service-operation",
        also=(_SOAP, _VERSION),
        because=_NOTHING_WORKS,
    ),
    defect("soap/an-action-for-search", _asks_for_an_action("SearchHITs"), "Common.SOAP.soap-action"),
    defect(
        "soap/an-action-for-the-balance",
        _asks_for_an_action("GetAccountBalance"),
        "Common.SOAP.soap-action",
        also=("Common.SOAP.no-service-operation", _NAMESPACE, _VERSION),
        because="the balance is what these are seen by",
    ),
    *(
        defect(
            f"soap/{name}-for-response",
            _renamed(suffix),
            _NAMESPACE,
            also=(_SOAP, _VERSION, "Common.Response.root", "*.Result.element"),
            because=_NO_OTHER_NAME,
        )
        for name, suffix in (("result", "Result"), ("operation", ""))
    ),
    defect(
        "soap/no-namespace",
        _without_namespace,
        _NAMESPACE,
        _VERSION,
        also=(_ERROR,),
        because="the response of an error is known by its name, which has the namespace in it",
    ),
    defect(
        "soap/newest-namespace",
        _answers_in(LATEST),
        _NAMESPACE,
        _VERSION,
        also=(_ERROR,),
        because="the response of an error is known by its name, which has the namespace in it",
        versions=_BEFORE_LATEST,
    ),
    defect(
        "soap/oldest-namespace",
        _answers_in(VERSIONS[0]),
        _VERSION,
        also=(_NAMESPACE, _ERROR),
        because="it is that of no request but of those of the oldest version",
        versions=VERSIONS[1:],
    ),
    defect("soap/errors-as-faults", _errors_as_faults, _ERROR),
    defect(
        "soap/errors-below-operation-request",
        _errors_below_operation_request,
        _ERROR,
        also=("Common.Response.is-valid",),
        because="the result is left with an IsValid that says False, and with no error beside it",
    ),
    defect("soap/elements-for-text", _takes_elements_for_text, "Common.SOAP.escaped-xml"),
    defect("soap/text-escaped-twice", _asks_for_escaping_twice, "Common.SOAP.escaped-xml"),
)
