"""Drivers whose acts are noted in the log of a case, so that what it did can be done again."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from conformance.bindings.exchanges import calls_of
from conformance.bindings.json import access_key_id, is_json
from conformance.bindings.query import Credentials
from conformance.bindings.soap import is_soap
from conformance.errors import WorkerRefused
from conformance.record.case_log import CaseLog
from conformance.record.events import ActionEvent, ExchangeEvent
from conformance.wire.parameters import read_parameters

D = TypeVar("D")

NOTED = (
    "request_qualification",
    "submit_test",
    "submit_test_form",
    "accept_assignment",
    "submit_assignment",
    "submit_form",
    "return_assignment",
    "upload_file",
    "worker_in",
    "advance",
    "restart",
)
REFUSED = "refused"


class _Noted:
    """Stands in for a driver."""

    def __init__(self, driver: object, log: CaseLog) -> None:
        self._driver = driver
        self._log = log

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._driver, name)
        return self._noting(name, member) if name in NOTED else member

    def _noting(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any) -> Any:
            texts = [_text(one) for one in arguments]
            try:
                result = method(*arguments)
            except WorkerRefused:
                self._log.note(name, texts, REFUSED)
                raise
            self._log.note(name, texts, _id_in(result))
            return result

        return act


def _text(argument: object) -> str:
    """Return an argument as records hold it: the fields of a form as JSON, nothing for what is not said."""
    if isinstance(argument, list | tuple):
        return json.dumps(argument)
    return "" if argument is None else str(argument)


def _id_in(result: object) -> str:
    """Return the id that an act gave, of an assignment or of a Worker."""
    return result if isinstance(result, str) else getattr(result, "assignment_id", "") or ""


def noted(driver: D, log: CaseLog) -> D:
    """Return ``driver`` with each of its acts in `NOTED` put down in the log."""
    return cast("D", _Noted(driver, log))


def with_accounts(
    exchanges: Iterable[ExchangeEvent], actions: Iterable[ActionEvent], second: Credentials | None
) -> tuple[list[ExchangeEvent], list[ActionEvent]]:
    """Return both with accounts told apart without their keys: the second Requester's, and those that were opened."""
    actions = list(actions)
    opened = [one.result for one in actions if one.name == "new_requester"]
    names = {key: str(number) for number, key in enumerate(opened, 1)}
    if second is not None:
        names[second.access_key_id] = "second"
    told = [
        replace(one, result=names[one.result], arguments=one.arguments) if one.name == "new_requester" else one
        for one in actions
    ]
    return [replace(one, account=names.get(_access_key(one), "")) for one in exchanges] if names else list(
        exchanges
    ), told


def _access_key(event: ExchangeEvent) -> str:
    request = event.exchange.request
    if is_json(request):
        return access_key_id(request) or ""
    try:
        # By SOAP it stands in the message; of Query, the parameters are found faster than the call.
        common = calls_of(request)[0].common if is_soap(request) else dict(read_parameters(request))
    except ValueError:
        return ""
    return common.get("AWSAccessKeyId", "")
