"""Faults of Qualification types: what an update takes, and what is read afterwards."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects import type_disposal, type_granting, type_lists, type_parameters, type_updates, type_views
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, planting, text
from conformance.defects.request_contents import UNFITTING
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import QualificationTest
from conformance.reference.refusals import INVALID, refused
from conformance.wire.flattening import Values

CREATE, UPDATE, GET = "CreateQualificationType", "UpdateQualificationType", "GetQualificationType"

_REPLACE = f"{UPDATE}.Test.replace"
_STABLE = "QualificationRequest.Test.snapshot-stable"
_NEW_FORM = "a request made after the update has to show the new form"


def _keep(member: Callable[[QualificationTest, QualificationTest], QualificationTest]) -> Plant:
    """Let an update keep of the old test what ``member`` puts into the new one."""

    def wrapper(handler: Handler, context: Context) -> Values:
        types, type_id = context.store.qualification_types, context.values.required("QualificationTypeId", str)
        old = types[type_id].test if type_id in types else None
        values = handler(context)
        new = types[type_id].test
        if old is not None and new is not None:
            context.store.save_type(replace(types[type_id], test=member(old, new)))
        return values

    return handling(UPDATE, wrapper)


def _refuse_key(handler: Handler, context: Context) -> Values:
    if "AnswerKey" in context.values.sent:
        raise refused(INVALID, "An AnswerKey cannot be changed.", ParameterName="AnswerKey")
    return handler(context)


def _hide_key(handler: Handler, context: Context) -> Values:
    values = handler(context)
    values.pop("AnswerKey", None)
    return values


def _remember_first_view(endpoint: Endpoint) -> None:
    """Answer GetQualificationType by what CreateQualificationType answered."""
    views: dict[str, Values] = {}

    def remember(handler: Handler, context: Context) -> Values:
        values = handler(context)
        views[text(values, "QualificationTypeId")] = values
        return values

    def recall(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return views.get(text(values, "QualificationTypeId"), values)

    planting(handling(CREATE, remember), handling(GET, recall))(endpoint)


def _without_zone(operation: str, name: str) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, name: [text(values, name).removesuffix("Z")]}

    return handling(operation, wrapper)


_UTC = "Common.Response.timestamps-utc"

DEFECTS: tuple[Defect, ...] = (
    defect(
        "update/ignores-test",
        _keep(lambda old, new: replace(new, form=old.form)),
        _REPLACE,
        also=(_STABLE, *UNFITTING),
        because=_NEW_FORM,
    ),
    defect("update/ignores-duration", _keep(lambda old, new: replace(new, duration=old.duration)), _REPLACE),
    defect("update/ignores-key", _keep(lambda old, new: replace(new, answer_key=old.answer_key)), _REPLACE),
    defect(
        "update/drops-key", _keep(lambda old, new: replace(new, answer_key=None)), _REPLACE, f"{UPDATE}.AnswerKey.auto"
    ),
    defect(
        "update/ignores-all-of-the-test",
        _keep(lambda old, new: old),
        _REPLACE,
        also=(_STABLE, *UNFITTING),
        because=_NEW_FORM,
    ),
    defect("update/refuses-key", handling(UPDATE, _refuse_key), _REPLACE),
    defect(
        "type/hides-the-key-from-its-owner",
        handling(GET, _hide_key),
        _REPLACE,
        f"{GET}.AnswerKey.returned",
        "QualificationType.used-in",
    ),
    defect("type/stale-for-ever", _remember_first_view, _REPLACE),
    defect("type/creation-time-without-zone", _without_zone(CREATE, "CreationTime"), _UTC),
    defect("score/grant-time-without-zone", _without_zone("GetQualificationScore", "GrantTime"), _UTC),
    *type_parameters.DEFECTS,
    *type_updates.DEFECTS,
    *type_granting.DEFECTS,
    *type_views.DEFECTS,
    *type_lists.DEFECTS,
    *type_disposal.DEFECTS,
)
