"""Calls of the Requester as JSON carries them: what suites say in the words of the older versions, in those of today.

Operation is in the header X-Amz-Target, the access key, the moment and the signature in Authorization and X-Amz-Date.
"""

from collections.abc import Iterable, Mapping

from conformance.bindings.json import TARGET, write_call
from conformance.bindings.query import Credentials
from conformance.errors import NotMeasured
from conformance.transport.sigv4 import AUTHORIZATION, DATE, sign
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import parse_timestamp

SAYS = ("Operation", "AWSAccessKeyId", "Timestamp", "Signature")
"""The common parameters that JSON says in headers; the others it does not know."""


def write(
    operation: str,
    values: Values,
    *,
    url: str,
    credentials: Credentials,
    now: float,
    common: Mapping[str, str],
    omit: Iterable[str],
) -> HttpRequest:
    """Write a call signed at ``now``, seconds since the epoch, from what would be said by Query.

    ``common`` replaces what is signed with, a ``Signature`` in it the signature; ``omit`` leaves parameters out, and
    of the common ones their headers.  Raises NotMeasured for what JSON has no words for.
    """
    left_out = set(omit)
    for name in (*common, *(name for name in left_out if name in ("Service", "Version", "Action"))):
        if name not in SAYS:
            raise NotMeasured(f"{name} is a parameter of Query, which JSON does not know")
    try:
        request = write_call(common.get("Operation", operation), values, url=url, omit=left_out)
    except ValueError as error:
        raise NotMeasured(f"JSON cannot say it: {error}") from None
    account = Credentials(
        access_key_id=common.get("AWSAccessKeyId", credentials.access_key_id), secret_key=credentials.secret_key
    )
    signed = sign(request, account, at=_moment(common["Timestamp"]) if "Timestamp" in common else now)
    headers = dict(signed.headers)
    if "Signature" in common:
        headers[AUTHORIZATION] = headers[AUTHORIZATION].rpartition("=")[0] + "=" + common["Signature"]
    for name in left_out & {"Signature", "AWSAccessKeyId"}:
        headers.pop(AUTHORIZATION, name)
    for name, of in (("Timestamp", DATE), ("Operation", TARGET)):
        if name in left_out:
            headers.pop(of)
    return HttpRequest(method="POST", url=url, headers=tuple(headers.items()), body=request.body)


def _moment(text: str) -> float:
    try:
        return parse_timestamp(text).timestamp()
    except ValueError:
        raise NotMeasured(f"the Timestamp {text[:60]} is no moment, and the date of a signature has one form") from None
