"""The documents that the service publishes beside its calls: WSDL, message schema and data schemas.

    GET  /?WSDL                                                        the newest WSDL, with &Version=V that of V
    GET  /AWSMechanicalTurk/V/AWSMechanicalTurkRequester.wsdl|.xsd     those of V; without V the newest ones
    GET  /AWSMechanicalTurkDataSchemas/DATE/NAME.xsd                   a data schema

Source: the article WSDL and Schema Locations of the API References 2008-08-02 and 2014-08-15.  The address ?WSDL is a
custom of SOAP services.
"""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import quoteattr

from conformance.reference.routing import PATHS, path_of, site_of
from conformance.spec.documents import DOCUMENTS
from conformance.spec.export import exported_files
from conformance.spec.wsdl import SERVICE, service_address
from conformance.wire.messages import HttpRequest, HttpResponse

MESSAGES = "/AWSMechanicalTurk/"
DATA = "/AWSMechanicalTurkDataSchemas/"

_OF_CALLS = {"operation", "action"}
_DATA_FILES = {
    DATA + "2006-07-14/FormattedContentXHTMLSubset.xsd": "FormattedContent.xsd",
    **{urlsplit(namespace).path: f"{name}.xsd" for name, namespace in DOCUMENTS.items()},
}
_HEADERS = (("Content-Type", "text/xml; charset=utf-8"),)


def publish(request: HttpRequest, offered: Collection[str]) -> HttpResponse | None:
    """Return the document that a request asks for; None where it asks for none of those of the versions offered.

    A WSDL names the address that it was fetched from as that of the service, so that tools call this endpoint.
    """
    path = path_of(request)
    if request.method != "GET" or not (path in PATHS or path.startswith((MESSAGES, DATA))):
        return None
    if path in PATHS:
        asked = _asked(request)
        name, version = f"{SERVICE}.wsdl", asked.get("version", max(offered))
        found = version in offered and "wsdl" in asked and asked.keys().isdisjoint(_OF_CALLS)
    elif path.startswith(MESSAGES):
        version, _, name = path.removeprefix(MESSAGES).rpartition("/")
        version = version or max(offered)
        found = version in offered and name in (f"{SERVICE}.wsdl", f"{SERVICE}.xsd")
    else:
        name, version = _DATA_FILES.get(path, ""), max(offered)
        found = True
    body = _files(version).get(name) if found else None
    if body is None:
        return None
    site = quoteattr(f"{site_of(request)}?Service={SERVICE}")[1:-1]
    return HttpResponse(
        status=200, headers=_HEADERS, body=body.replace(service_address(version).encode(), site.encode())
    )


def _asked(request: HttpRequest) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    return {name.lower(): value for name, value in pairs}


@lru_cache(maxsize=4)
def _files(version: str) -> dict[str, bytes]:
    return exported_files(version)
