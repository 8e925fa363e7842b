"""Signature Version 4, as botocore makes it; nothing of the arithmetic is the kit's.

The kit chooses the moment, so that a clock that was moved, or one that goes wrong on purpose, signs as it tells.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from conformance.bindings.json import access_key_id, format_date
from conformance.bindings.query import Credentials
from conformance.wire.messages import HttpRequest, header

SERVICE = "mturk-requester"
REGION = "us-east-1"
DATE = "X-Amz-Date"
AUTHORIZATION = "Authorization"
_ALGORITHM = "AWS4-HMAC-SHA256"


class SignatureUnreadable(ValueError):
    """A request has no signature of Version 4, or one that names no headers, day, region or service."""


def sign(request: HttpRequest, credentials: Credentials, *, at: float) -> HttpRequest:
    """Return the request signed by an account at ``at``, seconds since the epoch."""
    dated = replace(request, headers=(*request.headers, (DATE, format_date(at))))
    auth = _auth(credentials.access_key_id, credentials.secret_key, REGION, SERVICE)
    message = _message(auth, dated, ["host", *(name for name, _ in dated.headers)])
    credential = f"{credentials.access_key_id}/{auth.credential_scope(message)}"
    signature, headers = _signature(auth, message), auth.signed_headers(message.headers)
    text = f"{_ALGORITHM} Credential={credential}, SignedHeaders={headers}, Signature={signature}"
    return replace(dated, headers=(*dated.headers, (AUTHORIZATION, text)))


def signature_in(request: HttpRequest) -> str:
    """Return the signature that a request has; raises SignatureUnreadable."""
    return _parts(request)["Signature"]


def signature_of(request: HttpRequest, secret_key: str) -> str:
    """Return the signature that a request should have by what it says of itself; raises SignatureUnreadable."""
    parts = _parts(request)
    key, _, scope = parts["Credential"].partition("/")
    fields = scope.split("/")
    moment = header(request.headers, DATE)
    if len(fields) != 4 or moment is None or fields[0] != moment[:8]:
        raise SignatureUnreadable("the scope of its Credential is not <day>/<region>/<service>/aws4_request")
    auth = _auth(key, secret_key, fields[1], fields[2])
    return str(_signature(auth, _message(auth, request, parts["SignedHeaders"].split(";"))))


def _parts(request: HttpRequest) -> dict[str, str]:
    text = header(request.headers, AUTHORIZATION) or ""
    algorithm, _, rest = text.partition(" ")
    parts = {name.strip(): value for name, found, value in (one.partition("=") for one in rest.split(",")) if found}
    if algorithm != _ALGORITHM or {"Credential", "SignedHeaders", "Signature"} - parts.keys():
        raise SignatureUnreadable(
            "its Authorization is not Credential, SignedHeaders and Signature of AWS4-HMAC-SHA256"
        )
    if access_key_id(request) is None:
        raise SignatureUnreadable("its Credential names no access key")
    return parts


def _auth(access_key_id: str, secret_key: str, region: str, service: str) -> Any:
    from botocore.auth import SigV4Auth  # as slow to import as much else together
    from botocore.credentials import Credentials as Account

    return SigV4Auth(Account(access_key_id, secret_key), service, region)


def _message(auth: Any, request: HttpRequest, signed: list[str]) -> Any:
    """Return the request as botocore takes it, with those headers alone that are to be signed."""
    from botocore.awsrequest import AWSRequest

    wanted = {name.lower() for name in signed} - {"authorization"}
    parts = urlsplit(request.url)
    host = header(request.headers, "Host") or parts.netloc
    message = AWSRequest(
        method=request.method,
        url=parts._replace(scheme=parts.scheme or "http", netloc=parts.netloc or host).geturl(),
        data=request.body,
    )
    for name, value in request.headers:
        if name.lower() in wanted:
            message.headers[name.lower()] = value
    if "host" in wanted - {name.lower() for name, _ in request.headers}:
        message.headers["host"] = auth.headers_to_sign(message)["host"]
    message.context["timestamp"] = header(request.headers, DATE) or ""
    return message


def _signature(auth: Any, message: Any) -> str:
    """Return the signature of all headers of a message: clients of others sign some that botocore leaves out."""
    auth.headers_to_sign = lambda _: message.headers
    return str(auth.signature(auth.string_to_sign(message, auth.canonical_request(message)), message))
