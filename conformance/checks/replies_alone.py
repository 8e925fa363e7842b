"""Single replies whose call is not known, bare or in a SOAP envelope, and the other messages of the service.

A reply is judged by the checks that judge it in a run, but for what only its call can tell.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from conformance.bindings.elements import taken_out, without_namespace
from conformance.bindings.query import Answer, answer_in
from conformance.checks import shape
from conformance.checks.alone import Audit, in_force, located
from conformance.checks.finding import Finding, Outcome, decide, missed
from conformance.checks.judge import judge_reading
from conformance.checks.notifications import NOTIFY, judge_notification
from conformance.checks.reading import MAX_VISITS, read_reply
from conformance.errors import nearest
from conformance.spec.documents import DOCUMENTS
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, TODAY, VERSIONS
from conformance.wire.soap import Fault, SoapRefused, unwrap

SOAP = "SOAP"
"""The name under which an envelope that is none of SOAP 1.1 is told."""
FRONT_END = "Response"
ERRORS = "Common.Response.error-structure"
ROOT = "Common.Response.root"
MISFITS_COUNTED = 1_000
"""So many misfits tell versions apart; what has more fits none."""
STATED = (ERRORS, ROOT)
HTTP_OK = 200  # that of a reply whose status is not known, also of those that refuse


def audit_envelope(body: bytes, root: etree._Element, version: str | None) -> Audit:
    """Return what the message in a SOAP envelope shows."""
    try:
        message = unwrap(body)
    except SoapRefused as refusal:
        expected = "a SOAP 1.1 envelope with one message in its Body"
        finding = missed(SOAP, where="/Envelope", expected=expected, actual=str(refusal))
        return Audit(kind="SOAP envelope", findings=located(root, [finding]))
    if isinstance(message, Fault):
        told = f"{message.code}: {message.message}"[:300]
        return Audit(kind="SOAP fault", unmeasured=f"a fault is no reply of an operation; it says {told!r}")
    return audit_message(taken_out(message), version)


def audit_message(root: etree._Element, version: str | None) -> Audit:
    """Return what a message of the service shows, by an API version or by the one that fits best."""
    name = etree.QName(root)
    if name.localname == NOTIFY:
        return Audit(kind="notification message", findings=located(root, judge_notification(root)))
    if not name.localname.endswith(FRONT_END):
        return _unknown(name.localname)
    findings = list(_bared(root))
    if name.localname == FRONT_END:
        return Audit(kind="reply of the front end", findings=located(root, [*findings, _front_end(root)]))
    return _reply(root, name.localname.removesuffix(FRONT_END), _told_version(name.namespace or "", version), findings)


def _reply(root: etree._Element, operation: str, told: tuple[str | None, str], already: Iterable[Finding]) -> Audit:
    """Return what a reply of an operation shows; ``told`` is the version to judge it by, if any, and whence that is."""
    answer = answer_in(root, status=HTTP_OK)
    version, source = told
    if version is None:
        version, source = fitting_version(answer, operation)
    elif operation not in shapes_for(version).operations:
        having = list(_having(operation))
        if having:
            why = f"{version} ({source}) has no operation {operation}, which is in {having[-1]} to {having[0]}"
            return Audit(kind=f"reply of {operation}", version=version, version_from=source, unmeasured=why)
        version = None
    if version is None:
        return _unknown(f"{operation}{FRONT_END}")
    reading = read_reply(answer, operation, version)
    findings = located(root, [*already, *in_force(judge_reading(reading), version)])
    kind = f"reply of {operation}"
    return Audit(kind=kind, findings=findings, version=version, version_from=source, reading=reading)


def _having(operation: str) -> Iterator[str]:
    """Yield the versions that have an operation, the newest first."""
    return (version for version in reversed(VERSIONS) if operation in shapes_for(version).operations)


def fitting_version(answer: Answer, operation: str) -> tuple[str | None, str]:
    """Return the newest version that a reply fits, else the one it fits best; None where none has the operation."""
    best: tuple[int, str | None] = (0, None)
    for version in _having(operation):
        count = len(_misfits(answer, operation, version))
        if not count:
            return version, "the newest that it fits"
        if best[1] is None or count < best[0]:
            best = count, version
    return best[1], "the one that it fits best"


def _told_version(namespace: str, version: str | None) -> tuple[str | None, str]:
    """Return the version that a reply is to be judged by as far as it is told, and by whom."""
    spoken = namespace.removeprefix(MESSAGE_NAMESPACE)
    if version is not None and version != TODAY:  # whose replies are JSON
        other = spoken not in (namespace, version)
        return version, f"as asked; its namespace says {spoken[:40]!r}" if other else "as asked"
    return (spoken, "by its namespace") if spoken in VERSIONS else (None, "")


def _bared(root: etree._Element) -> Iterator[Finding]:
    """Take the namespace off a reply, and yield the fault that it is one that no reply is in."""
    name = etree.QName(root)
    foreign = bool(name.namespace) and not str(name.namespace).startswith(MESSAGE_NAMESPACE)
    if not foreign:
        without_namespace(root)
        return
    expected = f"{name.localname} in no namespace, or with SOAP in {MESSAGE_NAMESPACE}<version>"
    yield missed(ROOT, where=f"/{name.localname}", expected=expected, actual=f"in the namespace {name.namespace}")
    for element in islice(root.iter(etree.Element), MAX_VISITS):  # more are not judged
        if etree.QName(element).namespace == name.namespace:
            element.tag = etree.QName(element).localname


def _misfits(answer: Answer, operation: str, version: str) -> list[Finding]:
    """Return what speaks against a version: that which does not fit its schema."""
    reading = read_reply(answer, operation, version)
    findings = (finding for check in shape.CHECKS for finding in check.judge(reading))
    return list(islice((one for one in in_force(findings, version) if one.outcome is not Outcome.MET), MISFITS_COUNTED))


def _front_end(root: etree._Element) -> Finding:
    """Judge the reply of the front end, which knows no operation and is in no schema."""
    errors = root.findall("Errors/Error")
    lacking = [
        f"Error {number} without {member}"
        for number, error in enumerate(errors, 1)
        for member in ("Code", "Message")
        if not (error.findtext(member) or "").strip()
    ]
    return decide(
        ERRORS,
        bool(errors) and not lacking,
        where=f"/{FRONT_END}/Errors",
        expected="Errors with an Error or several, each with Code and Message",
        actual=", ".join(lacking[:10]) or "no Error",
    )


def _unknown(name: str) -> Audit:
    """Return what is told of a root element that nothing here judges."""
    shapes = shapes_for(LATEST)
    roots = (*DOCUMENTS, NOTIFY, *(f"{operation}{FRONT_END}" for operation in shapes.operations))
    results = {shapes.operation(one).result.name: one for one in shapes.operations}
    if name in shapes.operations:
        hint = f"It is a call of {name}; what is judged alone is its reply, {name}{FRONT_END}."
    elif name in results:
        hint = f"It is a part of {results[name]}{FRONT_END}, which is judged as a whole."
    else:
        known = f"{', '.join(DOCUMENTS)}, {NOTIFY}, and replies (<Operation>{FRONT_END})"
        hint = f"Known are {known}{nearest(name, roots) or '.'}"
    return Audit(kind="unknown", unmeasured=f"nothing here judges the root element {name[:120]!r}. {hint}")
