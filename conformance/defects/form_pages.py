"""Faults in the pages that show a QuestionForm to Workers."""

import re
from collections.abc import Callable

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, acting, planting
from conformance.reference.worker import Visit, WorkerAction

FORM = "QuestionForm"
_APPLICATION = f"{FORM}.application-hit-parameters"


def _shown(change: Callable[[str], str], *actions: str) -> Plant:
    """Let ``change`` alter the page that a Worker sees after each of these actions."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        seen = action(visit)
        page = seen.get("page")
        return {**seen, "page": change(page)} if isinstance(page, str) else seen

    return planting(*(acting(action, wrapper) for action in actions))


def _without(pattern: str, instead: str = "") -> Callable[[str], str]:
    return lambda page: re.sub(pattern, instead, page)


def _unescaped(page: str) -> str:
    return page.replace("&lt;", "<").replace("&gt;", ">")


def _left_is_empty(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Take no answer from a form that was sent as it was shown."""
    if "fields" not in visit.body:
        return action(visit)
    body = {**visit.body, "fields": [[name, ""] for name, _ in visit.fields()]}
    return action(Visit(store=visit.store, worker_id=visit.worker_id, body=body, at=visit.at, site=visit.site))


_ASK, _PREVIEW, _ACCEPT = "request-qualification", "preview", "accept-assignment"

DEFECTS: tuple[Defect, ...] = (
    defect("form-page/text-as-markup", _shown(_unescaped, _ASK), f"{FORM}.text-verbatim"),
    defect(
        "form-page/text-escaped-twice",
        _shown(lambda page: page.replace("&lt;", "&amp;lt;"), _ASK),
        f"{FORM}.text-verbatim",
    ),
    defect("form-page/no-default", _shown(_without(' value="[^"]*"'), _ASK), f"{FORM}.default-text"),
    defect("form-page/default-lost", acting("submit-test", _left_is_empty), f"{FORM}.default-text"),
    defect("form-page/no-hit", _shown(_without('<param name="hitId"[^>]*>'), _PREVIEW, _ACCEPT), _APPLICATION),
    defect(
        "form-page/preview-of-an-assignment",
        _shown(_without("ASSIGNMENT_ID_NOT_AVAILABLE", "1"), _PREVIEW),
        _APPLICATION,
    ),
    defect(
        "form-page/always-a-preview",
        _shown(_without('(name="assignmentId" value=")[^"]*', r"\1ASSIGNMENT_ID_NOT_AVAILABLE"), _ACCEPT),
        _APPLICATION,
    ),
)
