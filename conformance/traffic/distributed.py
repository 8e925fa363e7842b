"""An audit by the workers of a Dask cluster, as by the local pool: the same tasks, made one outcome in the same order.

Imported only where a scheduler is named; Dask is in the extra ``dask``.  What workers have found stays with them until
it is its turn, so this process holds little; what a worker had that dies is done again by another.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from uuid import uuid4

from conformance import __version__
from conformance.record.audited import HISTORY_KEPT, Audited
from conformance.traffic.auditing import Outcome, Progress, Together, audit_task, range_of
from conformance.traffic.cluster import PATIENCE, Tell, connected, lost, said
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options, conclude
from conformance.traffic.sources import STANDARD_INPUT, is_url
from conformance.traffic.splitting import TASK_BYTES, Task, size_of, tasks

MOST_TOGETHER = 8
"""So many tasks of the local pool are given out as one, if there are enough for all workers."""
TASKS_EACH = 16
"""So many are to be given to each worker at least."""
AHEAD = 32
"""So many for each worker may be done ahead of one that takes long."""
_POLL = 2.0  # seconds until the cluster is looked at again while nothing is heard of a task
_MOMENT = 0.1

_one_at_a_time = threading.Lock()  # validators of lxml are shared, and what they say is for one thread


class _CutShort(Exception):
    """The cluster can do nothing more; the message is one clause."""


class _OtherKit(Exception):
    """A worker has another version of the kit; the message is one clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A task; its result is a future of Dask's, or None where only this process can do it."""

    task: Task
    result: Any


def audit_by_dask(
    sources: Iterable[Source],
    options: Options,
    address: str,
    *,
    progress: Progress | None = None,
    tell: Tell = lambda line: None,
    together_at_most: int = MOST_TOGETHER,
) -> Audited:
    """Return what all sources show together, judged by the workers of the scheduler at an address.

    The outcome is that of `auditing.audit_all`.  An interruption (Ctrl-C) ends it with what was found so far, and so
    does a cluster that can do no more: what is missing is told as not read.  Raises what `cluster.connected` raises.
    """
    sources = list(sources)
    sizes = sum(map(size_of, sources))
    if progress is not None:
        progress.begin(sizes)
    together = Together()
    with connected(address, tell) as client:
        fair = sizes // (TASK_BYTES * TASKS_EACH * max(1, len(client.nthreads())))
        with _Auditing(client, options, together, progress) as auditing:
            auditing.audit(_some_at_a_time(tasks(sources), max(1, min(fair, together_at_most))))
    conclude(together.whole)
    return together.whole


def _audit_there(task: Task, options: Options, tells: bool, version: str) -> Outcome:
    """Return what each source of a task shows; without history where nothing ``tells`` of it any more."""
    if version != __version__:
        raise _OtherKit(f"a worker has version {__version__} of mturk-conformance, this is {version}")
    with _one_at_a_time:
        outcome = audit_task(task, options)
    for _, audited in () if tells else outcome:
        audited.history_cut |= bool(audited.history)
        audited.history.clear()
    return outcome


class _Auditing:
    """Has tasks done by a cluster; a context manager that leaves none there."""

    def __init__(self, client: Any, options: Options, together: Together, progress: Progress | None) -> None:
        self._client = client
        self._options = options
        self._together = together
        self._progress = progress
        self._given: deque[_Work] = deque()
        self._fresh: list[Task] = []
        self._name = f"audit-{uuid4().hex}"
        self._count = 0
        self._rounds = 0
        self._looked = -PATIENCE
        self._ahead = AHEAD

    def __enter__(self) -> "_Auditing":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # a scheduler that is gone has forgotten them anyway
            self._client.cancel([work.result for work in self._given if work.result is not None], force=True)

    def audit(self, todo: Iterator[Task]) -> None:
        """Have all tasks done and their outcomes taken in, in their order."""
        try:
            while self._give_out(todo):
                work = self._given[0]
                self._take(work)
                self._given.popleft()
                if self._progress is not None:
                    self._progress.advance(sum(map(size_of, work.task)))
        except KeyboardInterrupt:
            self._together.whole.interrupted = True
        except _CutShort as error:
            self._together.whole.interrupted = True
            first = self._given[0].task if self._given else self._fresh[0]
            self._together.leave(first[0], f"{error}. This and all that comes after it was left out.")

    def _give_out(self, todo: Iterator[Task]) -> bool:
        """Give out tasks, if it is time to; tell whether there is any."""
        if len(self._given) <= self._ahead // 2:
            fresh = self._fresh = list(islice(todo, self._ahead - len(self._given)))
            there = [_for_others(task) for task in fresh if not _only_here(task)]
            results = iter(self._submitted(there))
            for task in fresh:
                self._given.append(_Work(task=task, result=None if _only_here(task) else next(results)))
        return bool(self._given)

    def _submitted(self, todo: list[Task]) -> list[Any]:
        if not todo:
            return []
        numbers = range(self._count, self._count + len(todo))
        self._count += len(todo)
        self._rounds += 1
        tells = len(self._together.whole.history) < HISTORY_KEPT
        try:
            futures: list[Any] = self._client.map(
                _audit_there,
                todo,
                options=self._options,
                tells=tells,
                version=__version__,
                key=[(self._name, number) for number in numbers],
                priority=-self._rounds,  # what comes first is waited for
                pure=False,
            )
        except Exception as error:
            raise _CutShort(lost(error)) from None
        return futures

    def _take(self, work: _Work) -> None:
        if work.result is None:
            self._add(audit_task(work.task, self._options))
            return
        try:
            self._add(self._waited_for(work.result))
        except _Killed:
            self._alone(work.task)

    def _add(self, outcome: Outcome) -> None:
        for source, audited in outcome:
            self._together.add(source, audited)

    def _alone(self, task: Task) -> None:
        """Give the sources of a task whose workers died out again, with nothing beside them that might be the cause."""
        for work in self._given:
            while work.result is not None and not work.result.done():
                self._look()
                time.sleep(_MOMENT)
        for source in task:
            (future,) = self._submitted([_for_others((source,))])
            try:
                self._add(self._waited_for(future))
            except _Killed as error:
                self._together.leave(
                    source,
                    f"each worker that read it, {range_of(source)}, died ({error}). "
                    "Perhaps memory ran out: start workers with more, or look at this part alone.",
                )

    def _waited_for(self, future: Any) -> Outcome:
        """Return the outcome of a task; look after the cluster while it is not there."""
        from distributed import KilledWorker

        while True:
            self._look()
            try:
                outcome: Outcome = future.result(timeout=_POLL)
                return outcome
            except TimeoutError:
                continue
            except KilledWorker as error:
                raise _Killed(f"the last at {error.last_worker.address}") from None
            except _OtherKit as error:
                raise _CutShort(str(error)) from None
            except (CancelledError, OSError) as error:
                raise _CutShort(lost(error)) from None
            except Exception as error:
                raise _CutShort(f"a worker could not do a task ({said(error)})") from None

    def _look(self) -> None:
        """Count the workers now and then, and wait for one where there is none."""
        if time.monotonic() - self._looked < _POLL:
            return
        deadline = time.monotonic() + PATIENCE
        while not (count := self._counted()):
            if time.monotonic() > deadline:
                raise _CutShort(f"the cluster has had no workers for {PATIENCE:.0f} s")
            time.sleep(_MOMENT)
        self._ahead = AHEAD * count
        self._looked = time.monotonic()

    def _counted(self) -> int:
        try:
            return len(self._client.nthreads())
        except Exception as error:
            raise _CutShort(lost(error)) from None


class _Killed(Exception):
    """Each worker that was given a task died; the message is one clause."""


def _some_at_a_time(todo: Iterator[Task], count: int) -> Iterator[Task]:
    """Yield tasks, so many as one: files are cut as in the local pool, so that all places are the same."""
    while some := list(islice(todo, count)):
        yield tuple(chain.from_iterable(some))


def _only_here(task: Task) -> bool:
    """Tell whether nobody else can read a source of a task: standard input, a pipe."""
    return any(
        one.path == STANDARD_INPUT
        or (not is_url(one.path) and os.path.exists(one.path) and not os.path.isfile(one.path))  # noqa: PTH110, PTH113
        for one in task
    )


def _for_others(task: Task) -> Task:
    """Return a task that does not depend on the working directory."""
    return tuple(one if is_url(one.path) else replace(one, at=os.path.abspath(one.path)) for one in task)  # noqa: PTH100
