"""Faults of HITs made from a layout."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.both_ways import handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import HIT
from conformance.wire.flattening import Values

CREATE = "CreateHIT"
_PARAMETER, _LAYOUT = f"{CREATE}.HITLayoutParameter", f"{CREATE}.HITLayout"


def _saving(change: Callable[[HIT, list[Values]], HIT]) -> Plant:
    """Save something else than the HIT that was made from a layout."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        record = context.store.hits.get(text(values, "HITId"))
        given = [one for one in context.values.sent.get("HITLayoutParameter", []) if not isinstance(one, str)]
        if record is not None and record.layout_id is not None:
            context.store.save_hit(change(record, given))
        return values

    return handling(CREATE, wrapper)


def _placeholders_left(record: HIT, given: list[Values]) -> HIT:
    question = record.question
    for one in given:
        question = question.replace(text(one, "Value"), f"${{{text(one, 'Name')}}}")
    return replace(record, question=question)


def _first_value_only(record: HIT, given: list[Values]) -> HIT:
    return replace(record, question=record.question.replace(text(given[-1], "Value"), ""))


def _bare_html(record: HIT, given: list[Values]) -> HIT:
    _, _, content = record.question.partition("<![CDATA[")
    return replace(record, question=content.partition("]]>")[0])


def _given(change: Callable[[list[Values], set[str]], list[Values]]) -> Plant:
    """Alter the HITLayoutParameters of a call as they are read; ``change`` also gets the names of the placeholders."""

    def reread(values: Values, endpoint: Endpoint) -> Values:
        layout = endpoint.store.layouts.get(text(values, "HITLayoutId"))
        if layout is None:
            return values
        names = {part.partition("}")[0] for part in layout.template.split("${")[1:]}
        given = [one for one in values.get("HITLayoutParameter", []) if not isinstance(one, str)]
        return {**values, "HITLayoutParameter": [*change(given, names)]}

    return rereading(CREATE, reread)


def _known_only(given: list[Values], names: set[str]) -> list[Values]:
    return [one for one in given if text(one, "Name") in names or "Name" not in one]


def _completed(given: list[Values], names: set[str]) -> list[Values]:
    lacking = sorted(names - {text(one, "Name") for one in given})
    made_up: list[Values] = [{"Name": [name], "Value": ["-"]} for name in lacking]
    return [*given, *made_up]


def _layout_alone(values: Values, endpoint: Endpoint) -> Values:
    return {name: one for name, one in values.items() if name != "Question" or "HITLayoutId" not in values}


DEFECTS: tuple[Defect, ...] = (
    defect(
        "layout/placeholders-left",
        _saving(_placeholders_left),
        f"{_PARAMETER}.substitution",
        f"{_PARAMETER}.rest-names",
    ),
    defect("layout/first-value-only", _saving(_first_value_only), f"{_PARAMETER}.rest-names"),
    defect(
        "layout/bare-html",
        _saving(_bare_html),
        f"{_LAYOUT}.is-htmlquestion",
        also=("Common.Response.xml-values-escaped",),
        because="HTML is no XML document",
    ),
    defect(
        "layout/not-remembered",
        _saving(lambda record, given: replace(record, layout_id=None)),
        "HIT.HITLayoutId",
        f"{_LAYOUT}.is-htmlquestion",
    ),
    defect("layout/before-question", rereading(CREATE, _layout_alone), f"{CREATE}.Question.both-with-layout"),
    defect("layout/unknown-name-taken", _given(_known_only), f"{_PARAMETER}.unknown-name"),
    defect("layout/value-made-up", _given(_completed), f"{_PARAMETER}.missing"),
    defect(
        "layout/value-cut",
        _given(
            lambda given, _: [{**one, "Value": [text(one, "Value")[:99]]} if "Value" in one else one for one in given]
        ),
        f"{_LAYOUT}.size",
    ),
    defect(
        "layout/nameless-taken",
        _given(lambda given, _: [one for one in given if "Name" in one]),
        "HITLayoutParameter.Name.required",
    ),
    defect(
        "layout/valueless-taken",
        _given(lambda given, _: [one if "Value" in one else {**one, "Value": ["-"]} for one in given]),
        "HITLayoutParameter.Value.required",
    ),
)
