"""Who calls: the access key, the signature and the age of the call.

Source: the article Request Authentication, genuine replies to bad keys and signatures (AWS.NotAuthorized and
AWS.BadClaimsSupplied with its three Data keys, below OperationRequest), and a report of RequestExpired.  The tolerance
for clocks that differ and the codes for missing and ill-formed parameters were never captured.
"""

import hmac

from conformance.bindings.query import SERVICE, Call
from conformance.reference.records import Requester
from conformance.reference.refusals import MISSING, access_refused, front_end_refused
from conformance.reference.store import Store
from conformance.wire.signatures import sign, string_to_sign, string_to_sign_v1
from conformance.wire.timestamps import format_timestamp, parse_timestamp

_NEEDED = ("AWSAccessKeyId", "Timestamp", "Signature")


def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
    """Return the Requester who signed the call; raises Refusal if that is nobody.

    ``tolerance`` is how many seconds the Timestamp may differ from ``now``, either way.
    """
    lacking = [name for name in _NEEDED if not call.common.get(name)]
    if lacking:
        names = ", ".join(lacking)
        raise access_refused(MISSING, f"The request lacks {names}: every call needs it.", ParameterName=names)
    check_timestamp(call.common["Timestamp"], now, tolerance)
    requester = store.requesters.get(call.common["AWSAccessKeyId"])
    if requester is None:
        raise access_refused(
            "AWS.NotAuthorized", "The AWSAccessKeyId of the request is not that of a Requester: check the key"
        )
    check_signature(call, requester, now)
    return requester


def check_timestamp(text: str, now: float, tolerance: float) -> None:
    """Raise Refusal unless ``text`` is a UTC dateTime not further than ``tolerance`` seconds from ``now``."""
    try:
        moment = parse_timestamp(text)
    except ValueError:
        moment = None
    if moment is None or not text.endswith("Z"):
        message = f"The Timestamp {text[:60]} is not a dateTime in UTC of the form YYYY-MM-DDThh:mm:ssZ"
        raise front_end_refused(400, "InvalidParameterValue", message)
    if abs(moment.timestamp() - now) > tolerance:
        message = f"The request is expired: its Timestamp is {text}, the time is {format_timestamp(now)}"
        raise front_end_refused(400, "RequestExpired", message)


def check_signature(call: Call, requester: Requester, now: float) -> None:
    """Raise Refusal unless the call is signed with the Requester's secret key by the rule that it names."""
    text = _signed_text(call)
    signature = call.common["Signature"]
    if not hmac.compare_digest(sign(requester.secret_key, text).encode(), signature.encode()):
        time = format_timestamp(now)
        raise access_refused(
            "AWS.BadClaimsSupplied",
            f"The signature {signature[:60]} is not that of the text {text[:200]}; the time of the service is {time}",
            CustomerSignature=signature,
            StringToSign=text,
            SystemTime=time,
        )


def _signed_text(call: Call) -> str:
    if call.common.get("SignatureVersion") == "1":
        return string_to_sign_v1(call.pairs)
    service = call.common.get("Service", SERVICE)
    return string_to_sign(service, call.operation or "", call.common["Timestamp"])
