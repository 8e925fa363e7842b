"""Drivers that are somebody's own program or Python object: the control API's questions as named actions.

Each action takes and returns what the control API's request takes and returns (docs/drivers.md), so that the drivers
of `conformance.target.control_drivers` speak to all three alike.
"""

import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import Any

from conformance.errors import Blocked, KitError, NotMeasured, UsageError, WorkerRefused

Perform = Callable[[str, dict[str, Any]], Any]
"""Does an action, named, with its values; raises Blocked or returns what came."""

REFUSED, NOT_OFFERED = "refused", "not offered"
_OF_WORKERS = {
    "qualification-requests": "request_qualification",
    "test-submissions": "submit_test",
    "assignments": "accept_assignment",
    "submissions": "submit_assignment",
    "external-submissions": "submit_form",
    "previews": "preview",
    "returns": "return_assignment",
    "uploads": "upload_file",
    "messages": "read_messages",
}
_OTHERS = {
    ("POST", "workers"): "new_workers",
    ("POST", "requesters"): "new_requester",
    ("POST", "layouts"): "new_layout",
    ("GET", "notifications"): "sent_notifications",
    ("GET", "clock"): "read_clock",
    ("POST", "clock"): "advance_clock",
    ("POST", "restart"): "restart",
}
ACTIONS = frozenset({*_OF_WORKERS.values(), *_OTHERS.values()})
_ID = re.compile(r"\b[A-Z0-9]{8,}\b")


class Actions:
    """Takes the place of the control API: asks ``perform`` for the action that a request stands for.

    ``who`` names the driver in messages.
    """

    def __init__(self, who: str, perform: Perform) -> None:
        self._who = who
        self._perform = perform

    def get(self, *path: str) -> dict[str, Any]:
        """Return the answer to an action that only reads; raises as `post`."""
        return self._do("GET", path, {})

    def post(self, *path: str, **values: Any) -> dict[str, Any]:
        """Return the answer to an action.

        Raises Blocked if it fails, WorkerRefused if the endpoint did not let the Worker, NotMeasured if it is not
        offered.
        """
        return self._do("POST", path, values)

    def answers(self) -> bool:
        """Tell that the endpoint serves: whoever restarts it returns when it does."""
        return True

    def _do(self, method: str, path: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
        if len(path) == 3:
            action, values = _OF_WORKERS[path[2]], {"worker_id": path[1], **values}
        else:
            action = _OTHERS[method, path[0]]
        answer = self._perform(action, values)
        if not isinstance(answer, Mapping) or not all(isinstance(name, str) for name in answer):
            raise Blocked(f"{self._who}, {action}: the answer is no JSON object, but {type(answer).__name__}")
        if "error" in answer:
            # Ids change from run to run, and reports fold by the line.
            why = f"{self._who}, {action}: {_ID.sub('…', str(answer['error']))}"
            match answer.get("reason"):
                case "refused":
                    raise WorkerRefused(why)
                case "not offered":
                    raise NotMeasured(why)
            raise Blocked(why)
        return dict(answer)


class ActionRestart:
    """Restarts the endpoint by the action ``restart``, which returns when the endpoint serves again."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def restart(self) -> None:
        """Return when the endpoint serves again."""
        self._actions.post("restart")


def command_actions(command: Sequence[str], timeout: float) -> Actions:
    """Return the actions of a program: started for each, it reads one JSON object and writes one.

    ``timeout`` is how many seconds it has.  Raises UsageError where there is no such program.
    """
    if shutil.which(command[0]) is None:
        raise UsageError(
            f"driver_command begins with {command[0]!r}, and there is no such program that can be run. "
            "Give its path, or that of the interpreter first."
        )
    return Actions("driver_command", lambda action, values: _run(command, timeout, action, values))


def _run(command: Sequence[str], timeout: float, action: str, values: dict[str, Any]) -> Any:
    what = f"driver_command, {action}"
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise Blocked(f"{what}: cannot be started: {error.strerror}") from error
    with process:
        try:
            out, err = process.communicate(json.dumps({"action": action, **values}).encode(), timeout)
        except BaseException as error:
            # The program may have started others, which hold its output open.
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Blocked(f"{what}: no answer within {timeout:g} seconds") from error
            raise
    if process.returncode:
        last = next(reversed(err.decode(errors="replace").strip().splitlines()), "without a word")
        raise Blocked(f"{what}: it ended with {process.returncode}: {_ID.sub('…', last)}")
    try:
        return json.loads(out)
    except ValueError:
        raise Blocked(f"{what}: its output is not one JSON object") from None


def python_actions(name: str, url: str, timeout: float) -> tuple[Actions, object]:
    """Return the actions of the object ``module:attribute``, and the object: its methods, named like the actions.

    A class, or another callable without any such method, is called with the endpoint's URL and returns the object.
    The module is looked for in the working directory as well.  Raises UsageError where that gives no driver.
    """
    found = _loaded(name)
    if isinstance(found, type) or (callable(found) and not _methods(found)):
        try:
            found = found(url)
        except Exception as error:
            raise UsageError(
                f"driver_object: {name} was called with the URL {url} and raised {_told(error)}. "
                "Correct it, or name an object that is made already."
            ) from error
    if not _methods(found):
        raise UsageError(
            f"driver_object: {name} is {type(found).__name__} and has no method of a driver. "
            f"Known are {', '.join(sorted(ACTIONS))}."
        )

    def perform(action: str, values: dict[str, Any]) -> Any:
        method = getattr(found, action, None)
        if method is None:
            raise NotMeasured(f"driver_object, {action}: {name} has no such method")
        return _within(timeout, f"driver_object, {action}", lambda: method(**values))

    return Actions("driver_object", perform), found


def _loaded(name: str) -> Any:
    module, _, attribute = name.partition(":")
    here = os.getcwd()  # noqa: PTH109 - an entry of sys.path is a text
    sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise UsageError(
            f"driver_object: cannot load {name}: {_told(error)}. "
            "Give module:attribute of what can be imported here, or add its folder to PYTHONPATH."
        ) from error
    finally:
        sys.path.remove(here)
    return found


def _methods(found: object) -> set[str]:
    return {action for action in ACTIONS if callable(getattr(found, action, None))}


def _within(timeout: float, what: str, act: Callable[[], Any]) -> Any:
    """Return what ``act`` returns; Blocked where it fails or takes longer: then it is left alone in its thread."""
    came: list[Any] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            came.append(act())
        except Exception as error:
            failed.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise Blocked(f"{what}: no answer within {timeout:g} seconds")
    if not failed:
        return came[0]
    if isinstance(failed[0], Blocked | NotMeasured | KitError):
        raise failed[0]
    if isinstance(failed[0], NotImplementedError):
        raise NotMeasured(f"{what}: {str(failed[0]) or 'not offered'}") from failed[0]
    raise Blocked(f"{what}: {_ID.sub('…', _told(failed[0]))}") from failed[0]


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
