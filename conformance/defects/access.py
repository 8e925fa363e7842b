"""Faults in who is let in: access key, signature and Timestamp."""

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant
from conformance.reference.authentication import check_signature
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import Requester
from conformance.reference.refusals import Refusal, access_refused, front_end_refused
from conformance.reference.store import Store

REJECT, BALANCE = "RejectQualificationRequest", "GetAccountBalance"

_PARAMETERS = f"{REJECT}.common-parameters"
_NOTHING_CALLABLE = "nothing can be called any more"


def _authenticated_without(name: str, operation: str | None = None) -> Plant:
    """Let in calls without this parameter; whose key and signature are there they are still judged."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate

        def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
            if call.common.get(name) or operation not in (None, call.operation):
                return strict(call, store, now, tolerance)
            for requester in store.requesters.values():
                if call.common.get("AWSAccessKeyId", requester.access_key_id) != requester.access_key_id:
                    continue
                if name == "Signature" or _signed_by(requester, call, now):
                    return requester
            return strict(call, store, now, tolerance)

        endpoint.authenticate = authenticate

    return plant


def _signed_by(requester: Requester, call: Call, now: float) -> bool:
    try:
        check_signature(replace(call, common={"Timestamp": "", **call.common}), requester, now)
    except Refusal:
        return False
    return True


def _check_signature_only(lenient: Callable[[str], bool]) -> Plant:
    """Take a Timestamp of any form that ``lenient`` takes, whatever its time."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate

        def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
            requester = store.requesters.get(call.common.get("AWSAccessKeyId", ""))
            if requester is None or "Signature" not in call.common or not lenient(call.common.get("Timestamp", "")):
                return strict(call, store, now, tolerance)
            check_signature(call, requester, now)
            return requester

        endpoint.authenticate = authenticate

    return plant


def _refuse_signatures(which: Callable[[Call], bool]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate

        def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
            if call.common.get("Signature") and which(call):
                raise access_refused("AWS.BadClaimsSupplied", "The signature is not that of the request.")
            return strict(call, store, now, tolerance)

        endpoint.authenticate = authenticate

    return plant


def _has_own_parameters(call: Call) -> bool:
    return call.common.get("SignatureVersion") != "1" and bool(call.values)


def _refuse_timestamps_without_fraction(endpoint: Endpoint) -> None:
    strict = endpoint.authenticate

    def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
        if "." not in call.common.get("Timestamp", "."):
            raise front_end_refused(400, "InvalidParameterValue", "The Timestamp has no milliseconds.")
        return strict(call, store, now, tolerance)

    endpoint.authenticate = authenticate


def _show_data_to_strangers(endpoint: Endpoint) -> None:
    """Bring the balance beside the error that says who calls is not known."""

    def shape(operation: str, reply: etree._Element) -> etree._Element:
        if reply.find("OperationRequest/Errors") is not None and operation == BALANCE:
            balance = etree.SubElement(etree.SubElement(reply, f"{BALANCE}Result"), "AvailableBalance")
            etree.SubElement(balance, "Amount").text = "10000.00"
            etree.SubElement(balance, "CurrencyCode").text = "USD"
        return reply

    endpoint.shape_reply = shape


DEFECTS: tuple[Defect, ...] = (
    *(
        defect(f"{name.lower()}/not-needed", _authenticated_without(name), f"Common.{name}.required", _PARAMETERS)
        for name in ("AWSAccessKeyId", "Signature", "Timestamp")
    ),
    *(
        defect(f"{name.lower()}/not-needed-to-reject", _authenticated_without(name, REJECT), _PARAMETERS)
        for name in ("AWSAccessKeyId", "Signature", "Timestamp")
    ),
    defect(
        "refusal/with-data-beside-it",
        _show_data_to_strangers,
        "Common.AWSAccessKeyId.required",
        "Common.Signature.required",
        "Common.Timestamp.required",
        "Common.Response.isvalid-present",
    ),
    defect("timestamp/of-any-form", _check_signature_only(bool), "Common.Timestamp.format"),
    defect("timestamp/now", _check_signature_only(lambda time: time == "now"), "Common.Timestamp.format"),
    defect("timestamp/with-a-blank", _check_signature_only(lambda time: " " in time), "Common.Timestamp.format"),
    defect(
        "timestamp/refused-without-fraction",
        _refuse_timestamps_without_fraction,
        "Common.Timestamp.format",
        also=("*",),
        because=_NOTHING_CALLABLE,
    ),
    defect(
        "signature/always-refused",
        _refuse_signatures(lambda call: call.common.get("SignatureVersion") != "1"),
        "Common.Signature.v0-algorithm",
        also=("*",),
        because=_NOTHING_CALLABLE,
    ),
    defect(
        "signature/covers-all-parameters",
        _refuse_signatures(_has_own_parameters),
        "Common.Signature.v0-algorithm",
        also=("*",),
        because="no operation with parameters can be called any more",
    ),
)
