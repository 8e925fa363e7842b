"""Calls of the Requester as SOAP carries them: what suites say in the words of Query, in the places of SOAP.

Service stands in the URL, Operation and Version in the message's name; what Query alone can say is not measured.
"""

from collections.abc import Iterable, Mapping, Sequence

from conformance.bindings.query import Credentials
from conformance.bindings.soap import write_call
from conformance.errors import NotMeasured
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

OF_QUERY = ("Action", "SignatureVersion")
IN_THE_NAME = ("Operation", "Version")


def write(
    operation: str,
    requests: Sequence[Values],
    *,
    url: str,
    credentials: Credentials,
    version: str,
    timestamp: str,
    common: Mapping[str, str],
    omit: Iterable[str],
) -> HttpRequest:
    """Write a signed SOAP call of several Requests from what would be said by Query.

    ``omit`` leaves out common parameters, and members of every Request.  Raises NotMeasured for what only Query has:
    a call without Operation or Version, their other names, characters that XML has none for.
    """
    left_out = set(omit)
    for name in (*(name for name in OF_QUERY if name in common), *(name for name in IN_THE_NAME if name in left_out)):
        raise NotMeasured(f"{name} {'is left out' if name in left_out else 'is sent'}, which only Query can say")
    beside = {name: text for name, text in common.items() if name not in (*IN_THE_NAME, "Service")}
    if "Service" in common:
        url = f"{url}{'&' if '?' in url else '?'}Service={common['Service']}"
    try:
        return write_call(
            common.get("Operation", operation),
            [{name: values for name, values in one.items() if name not in left_out} for one in requests],
            url=url,
            credentials=credentials,
            version=common.get("Version", version),
            timestamp=timestamp,
            common=beside,
            omit=left_out,
        )
    except ValueError as error:
        raise NotMeasured(f"SOAP cannot say it: {error}") from None
