"""Faults in what CreateHIT and RegisterHITType take and refuse, and in what is put where nothing was sent."""

import re
from collections.abc import Callable
from dataclasses import replace

from conformance.defects.both_ways import WITH_TYPE, handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant, planting, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.hit_types import hit_type_of
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.records import HITProperties
from conformance.reference.refusals import Refusal
from conformance.spec.documents import DOCUMENTS, document_faults
from conformance.spec.versions import TODAY, VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.xml import XmlRefused, parse

CREATE, REGISTER = "CreateHIT", "RegisterHITType"

_FORM = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
    "</Question></QuestionForm>"
)
_PRICE: Values = {"Amount": ["0.01"], "CurrencyCode": ["USD"]}
_LENGTHS = {"Title": 128, "Description": 2000, "Keywords": 1000, "RequesterAnnotation": 255}
_TOO_LITTLE = {"Title": 127, "Description": 1998, "Keywords": 998, "RequesterAnnotation": 254}
_OF_TYPE = (CREATE, REGISTER)
_ANY = "ANYTYPE"
Change = Callable[[Values, Endpoint], Values]


def _putting(name: str, change: Callable[[str], str]) -> Change:
    """Alter a text that was sent."""
    return lambda values, _: {**values, name: [change(text(values, name))]} if name in values else values


def _completing(name: str, value: str | Values) -> Change:
    """Put ``value`` where the parameter was not sent and no type is named."""
    return lambda values, _: values if name in values or "HITTypeId" in values else {**values, name: [value]}


def _pricing(change: Callable[[Values], Values]) -> Change:
    """Alter the members of a Reward."""

    def changed(values: Values, endpoint: Endpoint) -> Values:
        prices = values.get("Reward", [])
        return {**values, "Reward": [one if isinstance(one, str) else change(one) for one in prices]}

    return changed


def _required(change: Callable[[list[str | Values], Endpoint], list[str | Values]]) -> Change:
    """Alter the list of QualificationRequirements."""

    def changed(values: Values, endpoint: Endpoint) -> Values:
        given = values.get("QualificationRequirement", [])
        return {**values, "QualificationRequirement": change(given, endpoint)} if given else values

    return changed


def _known_only(given: list[str | Values], endpoint: Endpoint) -> list[str | Values]:
    known = endpoint.store.qualification_types
    return [one for one in given if isinstance(one, str) or text(one, "QualificationTypeId") in known]


def _clamped(name: str, least: int, most: int) -> Change:
    def clamp(number: str) -> str:
        return str(min(max(int(number), least), most)) if number.isdecimal() else number

    return _putting(name, clamp)


def _refusing(operation: str, name: str, refuses: Callable[[str], bool]) -> Plant:
    """Refuse a call whose parameter has a text that ``refuses`` picks."""

    def wrapper(handler: Handler, context: Context) -> Values:
        sent = text(context.values.sent, name)
        if refuses(sent):
            raise Refusal(unacceptable(name, sent, "it is not supported"))
        return handler(context)

    return handling(operation, wrapper)


def _cut(name: str, length: int) -> Change:
    return _putting(name, lambda sent: sent[:length])


def _refusing_longer(operation: str, name: str, length: int) -> Plant:
    return _refusing(operation, name, lambda sent: len(sent) > length)


def _refusing_kind(kind: str) -> Plant:
    return _refusing(CREATE, "Question", lambda sent: f"<{kind}" in sent)


def recoding(operation: str, parameter: str) -> Plant:
    """Report what is wrong with a parameter under another code."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.shape_refusal

        def shape(name: str | None, refusal: Refusal) -> Refusal:
            refusal = unchanged(name, refusal)
            if name != operation or parameter not in {value for one in refusal.errors for _, value in one.data}:
                return refusal
            errors = [replace(one, code="AWS.MechanicalTurk.Unexpected") for one in refusal.errors]
            return Refusal(*errors, status=refusal.status)

        endpoint.shape_refusal = OfOperation(operation=operation, changed=shape, unchanged=unchanged)

    return plant


# Documents, types and layouts


def _well_formed(question: str) -> str:
    try:
        parse(question.strip().encode())
    except XmlRefused:
        return _FORM
    return question


def _valid(question: str) -> str:
    return _FORM if "<" in question and document_faults(question) else question


def _without_unknown_layout(values: Values, endpoint: Endpoint) -> Values:
    if "HITLayoutId" not in values or text(values, "HITLayoutId") in endpoint.store.layouts:
        return values
    return {**{name: one for name, one in values.items() if name != "HITLayoutId"}, "Question": [_FORM]}


def _without_unknown_type(values: Values, endpoint: Endpoint) -> Values:
    if "HITTypeId" not in values or text(values, "HITTypeId") in endpoint.store.hit_types:
        return values
    added: Values = {
        "Title": ["t"],
        "Description": ["d"],
        "Reward": [_PRICE],
        "AssignmentDurationInSeconds": ["60"],
    }
    return {**{name: one for name, one in values.items() if name != "HITTypeId"}, **added}


def _last_type(endpoint: Endpoint) -> str:
    return next(reversed(endpoint.store.hit_types), "")


def _any_for_unknown(values: Values, endpoint: Endpoint) -> Values:
    sent = text(values, "HITTypeId")
    return values if not sent or sent in endpoint.store.hit_types else {**values, "HITTypeId": [_ANY]}


def _with_any_type(handler: Handler, context: Context) -> Values:
    """Make up the properties of a type that nobody has registered."""
    if context.values.required("HITTypeId", str) != _ANY:
        return handler(context)
    properties = HITProperties(
        title="t", description="d", reward=1, assignment_duration=60, auto_approval_delay=60, keywords=None
    )
    return handler(with_values(context, HITTypeId=hit_type_of(context, properties).hit_type_id))


def _read_kindly(price: Values) -> Values:
    """Take for an amount what looks like one."""
    said = re.sub(r"[^0-9.]", "", text(price, "Amount").replace(",", "."))
    return {**price, "Amount": [f"{float(said):.2f}"]} if said.count(".") < 2 and said.strip(".") else price


def _title_demanded(handler: Handler, context: Context) -> Values:
    if "Title" not in context.values.sent:
        raise Refusal(missing("Title"))
    return handler(context)


def _properties_demanded(values: Values, endpoint: Endpoint) -> Values:
    """Let properties go before HITTypeId."""
    return {name: one for name, one in values.items() if name != "HITTypeId" or "Title" not in values}


def _made_though_refused(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal:
        given = {name: one for name, one in context.values.read.items() if name != "QualificationRequirement"}
        handler(replace(context, values=replace(context.values, read=given)))
        raise


def _taken(operation: str, topic: str, change: Change, *more: str, versions: tuple[str, ...] | None = None) -> Defect:
    broken = (f"{operation}.{one}" for one in (topic, *more))
    return defect(f"{operation}/{topic}/taken", rereading(operation, change), *broken, versions=versions)


_LONG = tuple(
    one
    for operation in _OF_TYPE
    for name, most in _LENGTHS.items()
    if (operation, name) != (REGISTER, "RequesterAnnotation")
    for one in (
        _taken(operation, f"{name}.maxlen", _cut(name, most)),
        defect(
            f"{operation}/{name}/a-little-too-short",
            _refusing_longer(operation, name, _TOO_LITTLE[name]),
            f"{operation}.{name}.maxlen",
        ),
    )
)

_LEFT_OUT = (
    *(
        _taken(CREATE, f"{name}.required", _completing(name, value))
        for name, value in (
            ("Title", "untitled"),
            ("Description", "none"),
            ("Reward", _PRICE),
            ("AssignmentDurationInSeconds", "60"),
        )
    ),
    _taken(REGISTER, "Reward.required", _completing("Reward", _PRICE)),
    _taken(CREATE, "Reward.components", _pricing(lambda price: {**_PRICE, **price})),
    _taken(CREATE, "MaxAssignments.default", _completing("MaxAssignments", "2")),
    _taken(CREATE, "AutoApprovalDelayInSeconds.default", _completing("AutoApprovalDelayInSeconds", "86400")),
    _taken(
        REGISTER,
        "AutoApprovalDelayInSeconds.default",
        _completing("AutoApprovalDelayInSeconds", "86400"),
        "identity.default-equals-explicit",
    ),
    _taken(CREATE, "Keywords.optional", _completing("Keywords", "none")),
    defect(
        "CreateHIT/Question/made-up",
        rereading(
            CREATE,
            lambda values, _: (
                values if values.keys() & {"Question", "HITLayoutId"} else {**values, "Question": [_FORM]}
            ),
        ),
        f"{CREATE}.Question.required-old",
        f"{CREATE}.Question.required-or-layout",
        f"{WITH_TYPE}.Question.required-or-layout",
    ),
)

_WRONG = (
    _taken(CREATE, "Title.unicode", _putting("Title", lambda sent: sent.encode("ascii", "replace").decode())),
    _taken(
        CREATE,
        "Reward.currency",
        _pricing(lambda price: {**price, "CurrencyCode": ["USD"]} if "CurrencyCode" in price else price),
    ),
    _taken(
        CREATE,
        "Reward.precision",
        _pricing(
            lambda price: {**price, "Amount": [text(price, "Amount").lstrip("-")[:4]]} if "Amount" in price else price
        ),
    ),
    defect(
        "CreateHIT/MaxAssignments/other-code",
        recoding(CREATE, "MaxAssignments"),
        f"{CREATE}.MaxAssignments.out-of-range-code",
        f"{CREATE}.MaxAssignments.non-numeric-code",
    ),
    *(
        defect(
            f"{operation}/Reward/read-kindly",
            rereading(operation, _pricing(_read_kindly)),
            f"{operation}.Reward.text",
            versions=(TODAY,),
        )
        for operation in _OF_TYPE
    ),
    *(
        _taken(operation, "QualificationRequirement.max", _required(lambda given, _: given[:10]))
        for operation in _OF_TYPE
    ),
    _taken(CREATE, "QualificationRequirement.unknown-type", _required(_known_only)),
    defect(
        "CreateHIT/QualificationRequirement/made-though-refused",
        handling(CREATE, _made_though_refused),
        f"{CREATE}.QualificationRequirement.unknown-type",
    ),
    _taken(REGISTER, "AssignmentDurationInSeconds.min", _clamped("AssignmentDurationInSeconds", 30, 10**9)),
    _taken(REGISTER, "AssignmentDurationInSeconds.max", _clamped("AssignmentDurationInSeconds", 0, 31536000)),
    defect(
        "RegisterHITType/AssignmentDurationInSeconds/the-misprinted-limit",
        _refusing(REGISTER, "AssignmentDurationInSeconds", lambda sent: int(sent) > 3153600),
        f"{REGISTER}.AssignmentDurationInSeconds.max",
    ),
)

_DOCUMENTS = (
    *(
        defect(
            f"CreateHIT/Question/no-{kind}",
            _refusing_kind(kind),
            f"{CREATE}.Question.types",
            *([f"{CREATE}.Question.types-old"] if kind == "ExternalQuestion" else []),
        )
        for kind in ("ExternalQuestion", "HTMLQuestion")
    ),
    _taken(CREATE, "Question.size", _putting("Question", str.strip)),
    _taken(CREATE, "Question.not-xml", _putting("Question", _well_formed)),
    _taken(CREATE, "Question.schema-invalid", _putting("Question", _valid)),
    _taken(CREATE, "HITLayoutId.unknown", _without_unknown_layout),
    _taken(CREATE, "HITTypeId.invalid", _without_unknown_type, versions=VERSIONS),
    defect(
        "CreateHITWithHITType/HITTypeId/made-up-for-unknown",
        planting(rereading(WITH_TYPE, _any_for_unknown), handling(WITH_TYPE, _with_any_type)),
        f"{CREATE}.HITTypeId.invalid",
        f"{WITH_TYPE}.HITTypeId.unknown",
        versions=(TODAY,),
    ),
    defect(
        "CreateHITWithHITType/HITTypeId/the-last-for-none",
        rereading(WITH_TYPE, lambda values, endpoint: {"HITTypeId": [_last_type(endpoint)], **values}),
        f"{WITH_TYPE}.HITTypeId.required",
    ),
    defect(
        "CreateHITWithHITType/LifetimeInSeconds/an-hour-for-none",
        rereading(WITH_TYPE, lambda values, _: {"LifetimeInSeconds": ["3600"], **values}),
        f"{WITH_TYPE}.LifetimeInSeconds.required",
    ),
    defect("CreateHIT/HITTypeId/not-enough", handling(CREATE, _title_demanded), f"{CREATE}.forms.dispatch"),
    _taken(CREATE, "HITTypeId.overrides-properties", _properties_demanded),
)

DEFECTS: tuple[Defect, ...] = (*_LONG, *_LEFT_OUT, *_WRONG, *_DOCUMENTS)
