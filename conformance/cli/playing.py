"""Playing the steps of a recorded case again at an endpoint: fresh names, ids and signatures, through the guard."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from conformance.bindings.query import Answer
from conformance.errors import Blocked, NotMeasured, WorkerRefused
from conformance.record.likeness import operation_of
from conformance.report.replaying import ACTS, REFUSED, leaves, written
from conformance.target.requester import Requester
from conformance.target.run import Run, new_run_id
from conformance.wire.messages import Exchange, HttpRequest
from conformance.wire.timestamps import format_timestamp

Step = Mapping[str, Any]
"""A call or an act, as `conformance.report.export.steps_to` returns it."""
_WORKER = re.compile(r"\bworker-\d+\b")
_FORMS = ("submit_form", "submit_test_form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The exchanges of a play, in order, and the run id that stood in its names."""

    exchanges: tuple[Exchange, ...]
    run_id: str


def play(run: Run, steps: Sequence[Step], kept: Sequence[int], place: str, run_id: str) -> Played | None:
    """Play those of ``steps`` whose numbers are ``kept``; None where one of them cannot be played there.

    The Workers of the steps are pseudonyms, for each of which there is a new one.  ``place`` is the case with version
    and binding, ``run_id`` that of the record.  What a step that is left out gave an id to is named by an id that no
    endpoint has given.
    """
    with suppress(NotMeasured, Blocked):
        return _Player(run, steps, kept, place, run_id).play()
    return None


class _Player:
    def __init__(self, run: Run, steps: Sequence[Step], kept: Sequence[int], place: str, run_id: str) -> None:
        self._run = run
        self._steps = [steps[number] for number in kept]
        _, self._version, self._binding = place.rsplit("|", 2)
        self._heard: list[Exchange] = []
        self._requesters: dict[str, Requester] = {}
        self._name = new_run_id()
        self._new = {run_id: self._name}
        for number in sorted({*range(len(steps))} - {*kept}):
            self._new |= {old: _made_up(old, self._name) for old in _ids_given(steps[number])}

    def play(self) -> Played:
        for step in self._steps:
            if "act" in step:
                self._act(step)
            else:
                self._call(step)
        return Played(exchanges=tuple(self._heard), run_id=self._name)

    def _watch(self, exchange: Exchange, _: Answer | None) -> None:
        self._heard.append(exchange)

    def _requester(self, account: str) -> Requester:
        if account not in self._requesters:
            if account not in ("", "second"):
                raise NotMeasured("the account was opened in a step that is left out")
            self._requesters[account] = self._run.requester(
                self._run.target, self._version, self._watch, second=account == "second", binding=self._binding
            )
        return self._requesters[account]

    def _call(self, step: Step) -> None:
        requester = self._requester(step["account"])
        account = (requester.credentials.access_key_id, requester.credentials.secret_key)
        moment = format_timestamp(self._run.target.now())
        method, url, body, headers = written(dict(step), requester.url, account, moment, self._fresh)
        request = HttpRequest(method=method, url=url, headers=tuple(headers.items()), body=body or b"")
        before = len(self._heard)
        with suppress(Blocked):  # whatever came of it is what is compared
            requester.send_again(operation_of(request), request)
        if len(self._heard) == before:
            raise Blocked("the call was not sent")
        response = self._heard[-1].response
        if response is not None:
            self._learn(step["leaves"], leaves(response.body.decode(errors="replace")))

    def _act(self, step: Step) -> None:
        name, arguments, target = step["act"], list(step["arguments"]), self._run.target
        if name == "new_requester":
            funded = self._run.funded(target, self._version, self._watch, arguments[0], binding=self._binding)
            self._requesters[step["result"]] = funded
        elif name == "restart":
            if target.restart_hook is None:
                raise NotMeasured("no way to restart the endpoint")
            target.restart_hook.restart()
        elif name == "advance":
            target.clock.advance(float(arguments[0]))
        elif name == "worker_in":
            self._new[step["result"]] = target.workers.worker_in(arguments[0], (arguments[1:] or [""])[0] or None)
        elif name in ACTS:
            self._work(name, arguments, step["result"])
        else:
            raise NotMeasured(f"{name} cannot be done again")

    def _work(self, name: str, arguments: list[str], result: str) -> None:
        workers = self._run.target.workers
        if arguments[0] not in self._new:  # an id that no pseudonym was made for
            self._new[arguments[0]] = workers.new_worker()
        worker, *texts = (self._fresh(text) for text in arguments)
        fresh: list[Any] = [*texts]
        if name in _FORMS:
            fresh[-1] = tuple((str(key), str(value)) for key, value in json.loads(fresh[-1]))
        with suppress(WorkerRefused):
            given = getattr(workers, name)(worker, *fresh)
            new = getattr(given, "assignment_id", "")
            if new and result not in ("", REFUSED):
                self._new[result] = new

    def _fresh(self, text: str) -> str:
        for pseudonym in _WORKER.findall(text):
            if pseudonym not in self._new:
                self._new[pseudonym] = self._run.target.workers.new_worker()
        text = _WORKER.sub(lambda found: self._new[found[0]], text)
        for old in sorted(self._new, key=len, reverse=True):
            text = text.replace(old, self._new[old])
        return text

    def _learn(self, wanted: Sequence[Sequence[str]], found: Sequence[Sequence[str]]) -> None:
        """Learn which ids the endpoint gave this time, by the elements in which both stand."""
        for name in {name for name, _ in wanted if _names_id(name)}:
            old, new = ([text for one, text in side if one == name] for side in (wanted, found))
            if len(old) == len(new):
                self._new |= {was: now for was, now in zip(old, new, strict=True) if was and now}


def _names_id(name: str) -> bool:
    return name.endswith("Id") and name != "RequestId"


def _ids_given(step: Step) -> list[str]:
    if "act" in step:
        return [step["result"]] if step["act"] == "accept_assignment" and step["result"] not in ("", REFUSED) else []
    return [text for name, text in step["leaves"] if _names_id(name) and len(text) >= 10]


def _made_up(old: str, salt: str) -> str:
    """Return an id of the same form that nobody has given."""
    digits = sha256(f"{salt}|{old}".encode()).hexdigest().upper() * (1 + len(old) // 64)
    made = iter(digits)
    return re.sub(r"[0-9A-Za-z]", lambda _: next(made), old)
