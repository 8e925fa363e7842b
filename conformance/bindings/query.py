"""The Query ("REST") binding: parameters in the URL or a form body, bare XML as the reply.

Source: the articles MakingRESTRequests and CommonParameters of the API References 2008-08-02 and 2014-08-15;
the shapes of error replies are those of genuine replies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from conformance.bindings.elements import without_namespace
from conformance.wire.flattening import Values, flatten, unflatten
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.parameters import encode_parameters, read_parameters
from conformance.wire.signatures import sign, string_to_sign, string_to_sign_v1
from conformance.wire.xml import XmlRefused, parse

SERVICE = "AWSMechanicalTurkRequester"
COMMON_PARAMETERS = (
    "Service",
    "AWSAccessKeyId",
    "Version",
    "Operation",
    "Action",
    "Signature",
    "SignatureVersion",
    "Timestamp",
    "Validate",
    "Credential",
)
_COMMON = frozenset(COMMON_PARAMETERS)
NO_RESULTS = ("OperationRequest", "Errors")
MAX_ERRORS = 100
"""So many errors are read at one place of a reply."""
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A Requester account: the public id of its access key and the secret that signs."""

    access_key_id: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as the wire carries it: the common parameters, and the operation's own as a value tree.

    ``mistyped`` is for JSON, as that of an `Answer`; ``by_json`` tells a call of 2017-01-17 from one by Query that only
    names that version, as samples of the documents do.
    """

    common: Mapping[str, str]
    values: Values
    pairs: tuple[tuple[str, str], ...] = ()
    mistyped: tuple[tuple[str, str, str], ...] = ()
    by_json: bool = False

    @property
    def operation(self) -> str | None:
        """The operation called; ``Action`` is an undocumented alias that the service knew."""
        return self.common.get("Operation") or self.common.get("Action")

    @property
    def version(self) -> str | None:
        """The API version named by the call, if any."""
        return self.common.get("Version")

    @property
    def response_groups(self) -> tuple[str, ...]:
        """The response groups asked for; empty where the call leaves the choice to the operation."""
        return tuple(group for group in self.values.get("ResponseGroup", ()) if isinstance(group, str) and group)


def read_call(request: HttpRequest) -> Call:
    """Read a call from an HTTP request; raises ParametersUnreadable or FlatteningError (both ValueError)."""
    pairs = read_parameters(request)
    common: dict[str, str] = {}
    for name, value in pairs:
        if name in _COMMON:
            common.setdefault(name, value)
    own = [pair for pair in pairs if pair[0] not in _COMMON]
    return Call(common=common, values=unflatten(own), pairs=tuple(pairs))


def sign_call(pairs: Iterable[tuple[str, str]], secret_key: str) -> str:
    """Return the signature that the parameters ask for: version 1 where they say so, else the documented rule."""
    pairs = list(pairs)
    common = dict(reversed([pair for pair in pairs if pair[0] in COMMON_PARAMETERS]))
    if common.get("SignatureVersion") == "1":
        return sign(secret_key, string_to_sign_v1(pairs))
    operation = common.get("Operation") or common.get("Action") or ""
    return sign(secret_key, string_to_sign(common.get("Service", SERVICE), operation, common.get("Timestamp", "")))


def write_call(
    operation: str,
    values: Values,
    *,
    url: str,
    credentials: Credentials,
    version: str,
    timestamp: str,
    method: str = "POST",
    signing: str = "documented",
    common: Mapping[str, str] | None = None,
    omit: Iterable[str] = (),
) -> HttpRequest:
    """Write a signed call.

    ``common`` replaces common parameters before signing (a ``Signature`` in it is sent as it is); ``omit``
    leaves parameters out of the message, common ones and the operation's own, signed as if they were empty.
    ``signing`` is ``documented`` or ``version-1``.
    """
    sent = {
        "Service": SERVICE,
        "AWSAccessKeyId": credentials.access_key_id,
        "Version": version,
        "Operation": operation,
        "Timestamp": timestamp,
        **({"SignatureVersion": "1"} if signing == "version-1" else {}),
        **(common or {}),
    }
    left_out = set(omit)
    sent = {name: value for name, value in sent.items() if name not in left_out}
    own = [(name, value) for name, value in flatten(values) if name not in left_out]
    if "Signature" not in left_out and "Signature" not in sent:
        sent["Signature"] = sign_call([*sent.items(), *own], credentials.secret_key)
    text = encode_parameters([*sent.items(), *own])
    if method == "GET":
        return HttpRequest(method="GET", url=f"{url}{'&' if '?' in url else '?'}{text}")
    return HttpRequest(method=method, url=url, headers=(("Content-Type", FORM),), body=text.encode("ascii"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceError:
    """One error that the service reports; ``place`` is ``Request``, ``OperationRequest`` or ``front end``.

    ``kind`` is the type that JSON names beside the code, or in its place.
    """

    code: str
    message: str
    place: str
    data: tuple[tuple[str, str], ...] = ()
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply as read: its tree, its result elements and the errors at their three places.

    ``unreadable`` says why there is no tree (then all else is empty).  ``mistyped`` is for JSON: where a value is of
    another type than its shape, what belongs there, and what stands there.
    """

    status: int
    root: etree._Element | None = None
    results: tuple[etree._Element, ...] = ()
    errors: tuple[ServiceError, ...] = ()
    unreadable: str | None = None
    mistyped: tuple[tuple[str, str, str], ...] = ()

    @property
    def request_id(self) -> str | None:
        """The service's id of the call, if the reply has one."""
        if self.root is None:
            return None
        return self.root.findtext("OperationRequest/RequestId") or self.root.findtext("RequestID")

    @property
    def is_valid(self) -> str | None:
        """The text of ``Request/IsValid`` of the first result; None where the element is missing."""
        return self.results[0].findtext("Request/IsValid") if self.results else None

    @property
    def accepted(self) -> bool:
        """Whether the service took the call: a readable success with a result and without errors."""
        refused = (self.is_valid or "").strip().lower() == "false"
        return self.status == 200 and self._is_reply and bool(self.results) and not self.errors and not refused

    @property
    def _is_reply(self) -> bool:
        return self.root is not None and self.root.tag.endswith("Response")

    @property
    def refused(self) -> bool:
        """Whether the service reported an error with a code."""
        return any(error.code for error in self.errors)

    @property
    def summary(self) -> str:
        """What came back, in one line."""
        if self.unreadable:
            return f"HTTP {self.status}, {self.unreadable}"
        if self.errors:
            return f"HTTP {self.status}, error {self.errors[0]}"
        if self.accepted:
            return "success"
        root = self.root.tag if self.root is not None else "nothing"
        lack = "without result and without error" if self._is_reply else "in the place of a reply"
        return f"HTTP {self.status}, {root} {lack}"

    def text(self, path: str) -> str | None:
        """Return the text at ``path`` below the first result, or None where there is no such element."""
        return self.results[0].findtext(path) if self.results else None


def _errors(parent: etree._Element | None, place: str) -> list[ServiceError]:
    if parent is None:
        return []
    return [
        ServiceError(
            code=(error.findtext("Code") or "").strip(),
            message=(error.findtext("Message") or "").strip(),
            place=place,
            data=tuple((data.findtext("Key") or "", data.findtext("Value") or "") for data in error.iterfind("Data")),
        )
        for error in islice(parent.iterfind("Errors/Error"), MAX_ERRORS)
    ]


def read_answer(response: HttpResponse) -> Answer:
    """Read a reply; what cannot be read is told in ``unreadable`` and never raised."""
    try:
        root = without_namespace(parse(response.body))
    except XmlRefused as refusal:
        start = response.body[:60].decode("utf-8", "replace")
        return Answer(status=response.status, unreadable=f"not an XML reply ({refusal}; it begins {start!r})")
    return answer_in(root, status=response.status)


def answer_in(root: etree._Element, *, status: int) -> Answer:
    """Return the reply in a tree without the message namespace."""
    if root.tag == "Response":
        return Answer(status=status, root=root, errors=tuple(_errors(root, "front end")))
    results = tuple(child for child in root.iterchildren(tag=etree.Element) if child.tag not in NO_RESULTS)
    errors = _errors(root.find("OperationRequest"), "OperationRequest")
    for result in results:
        errors += _errors(result.find("Request"), "Request")
    return Answer(status=status, root=root, results=results, errors=tuple(errors))
