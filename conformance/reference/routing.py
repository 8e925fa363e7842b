"""What is settled before anyone asks who calls: path, method, operation, service, version.

Of the refusals here only `InvalidParameterValue` (HTTP 400) and the retirement (HTTP 403) were captured from the real
service; the other codes and statuses are plausible ones.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from conformance.bindings.query import SERVICE, Call
from conformance.reference.refusals import Refusal, front_end_refused
from conformance.spec.versions import in_force
from conformance.wire.messages import HttpRequest, header

PATHS = ("/", "/onca/xml")

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def path_of(request: HttpRequest) -> str:
    """Return the path of the request's URL, ``/`` where it has none."""
    try:
        return urlsplit(request.url).path or "/"
    except ValueError:
        return request.url


def site_of(request: HttpRequest) -> str:
    """Return the address that the request was sent to, up to and with the slash after the host."""
    try:
        parts = urlsplit(request.url)
    except ValueError:
        parts = urlsplit("")
    host = parts.netloc or header(request.headers, "Host") or "localhost"
    return f"{parts.scheme or 'http'}://{host}/"


def check_route(request: HttpRequest) -> None:
    """Raise Refusal unless Query calls are served at this path by this method."""
    if path_of(request) not in PATHS:
        raise front_end_refused(404, "NotFound", f"Nothing is served at this path; calls go to {' or '.join(PATHS)}")
    if request.method not in ("GET", "POST"):
        raise front_end_refused(405, "MethodNotAllowed", "Calls are made by GET or POST")


def invalid(message: str) -> Refusal:
    """Return the refusal of a request that cannot be read."""
    return front_end_refused(400, "InvalidParameterValue", message)


def check_text(call: Call) -> None:
    """Raise Refusal if a parameter has a character that no XML reply could give back."""
    if not _NOT_IN_XML.search("".join(map("".join, call.pairs))):
        return
    for name, value in call.pairs:
        if _NOT_IN_XML.search(value) or _NOT_IN_XML.search(name):
            raise invalid(f"The parameter {_NOT_IN_XML.sub('?', name)[:80]} has a character that XML does not allow")


def check_service(call: Call) -> None:
    """Raise Refusal if the call names another service; boto names none, and was served for years."""
    service = call.common.get("Service", SERVICE)
    if service != SERVICE:
        raise invalid(f"The value {service[:80]} is not valid for the parameter Service; it is {SERVICE}")


def choose_version(call: Call, offered: Collection[str]) -> str:
    """Return the version that the call asks for, the newest one offered if it names none; raises Refusal."""
    version = call.version
    if not version:
        return max(offered)
    if version not in offered:
        raise invalid(f"The value {version[:80]} is not valid for the parameter Version; offered is {max(offered)}")
    return version


def only_checks(call: Call, version: str) -> bool:
    """Tell whether a call is to be checked and not carried out: so the parameter Validate was described up to 2008."""
    wanted = call.common.get("Validate", "").strip().lower()
    return wanted in ("true", "1") and in_force(version, None, "2011-10-01")


def choose_operation(call: Call, known: Collection[str]) -> str:
    """Return the operation called; raises Refusal if it is none of ``known``."""
    operation = call.operation
    if not operation:
        raise front_end_refused(400, "MissingParameter", "The request lacks the parameter Operation")
    if operation not in known:
        raise front_end_refused(400, "InvalidAction", f"The version has no operation {operation[:80]}")
    return operation
