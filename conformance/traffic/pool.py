"""A pool of processes that do tasks, each of which knows what it is doing when it dies.

`concurrent.futures` breaks as a whole when one process dies and does not tell which task it had; here the task is given
out once more, to a new process, and given back as lost when that one dies too.
"""

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
TRIES = 2
"""So often a task is given to a process before it counts as lost."""
_COLLECTING = 50_000  # a task makes few cycles and many objects that stay, over which collecting goes in vain
_PATIENCE = 5.0  # seconds that a process has to end once it is told to

_context = multiprocessing.get_context("spawn")  # a forked process would share locks with threads it does not have


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A task whose process died each time; ``code`` is what it ended with, minus the signal's number if by one."""

    code: int | None


@dataclass(slots=True, kw_only=True)
class _Worker(Generic[T]):
    process: SpawnProcess
    pipe: Connection
    number: int = -1
    tries: int = 0
    task: T | None = None


def _serve(pipe: Connection, work: Callable[[T], R]) -> None:
    """Do task after task until there is none, or nobody who asks."""
    gc.set_threshold(_COLLECTING)
    try:
        while True:
            pipe.send(work(pipe.recv()))
    except (EOFError, OSError):
        return


class Pool(Generic[T, R]):
    """Does ``work`` (a picklable function) for tasks in ``workers`` processes; a context manager that leaves none.

    ``ahead`` bounds how many results may wait for an earlier one.
    """

    def __init__(self, work: Callable[[T], R], workers: int) -> None:
        self._work = work
        self._workers = workers
        self._running: list[_Worker[T]] = []
        self._again: deque[tuple[int, int, T]] = deque()
        self.ahead = 8 * workers

    def __enter__(self) -> "Pool[T, R]":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._running:
            worker.process.terminate()
        for worker in self._running:
            worker.process.join(_PATIENCE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()
        self._running.clear()

    def results(self, todo: Iterator[T]) -> Iterator[tuple[T, R | Lost]]:
        """Yield each task with its result, in the order of the tasks."""
        numbered = enumerate(todo)
        waiting: dict[int, tuple[T, R | Lost]] = {}
        following = 0
        while True:
            self._give_out(numbered, following)
            if not any(worker.number >= 0 for worker in self._running) and following not in waiting:
                return
            if following not in waiting:
                waiting.update(self._heard())
                self._give_out(numbered, following)  # first, so that nobody waits for what is done with the results
            while following in waiting:
                yield waiting.pop(following)
                following += 1

    def _give_out(self, numbered: Iterator[tuple[int, T]], following: int) -> None:
        while True:
            idle = next((worker for worker in self._running if worker.number < 0), None)
            if idle is None and len(self._running) >= self._workers:
                return
            busy = [worker.number for worker in self._running if worker.number >= 0]
            if max(busy, default=following) - following >= self.ahead and not self._again:
                return
            given = self._again.popleft() if self._again else None
            if given is None:
                fresh = next(numbered, None)
                if fresh is None:
                    return
                given = (fresh[0], 0, fresh[1])
            worker = idle or self._started()
            worker.number, worker.tries, worker.task = given[0], given[1] + 1, given[2]
            try:
                worker.pipe.send(given[2])
            except OSError:  # it is dead, and found so when it is listened to
                continue

    def _started(self) -> _Worker[T]:
        own, other = _context.Pipe()
        process = _context.Process(target=_serve, args=(other, self._work), daemon=True)
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()  # and has it held back for good: the process that asks tells when to stop
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        other.close()
        worker: _Worker[T] = _Worker(process=process, pipe=own)
        self._running.append(worker)
        return worker

    def _heard(self) -> Iterator[tuple[int, tuple[T, R | Lost]]]:
        """Yield what has been done since, or lost; wait for something if need be."""
        pipes = {worker.pipe: worker for worker in self._running}
        for pipe in wait(list(pipes)):
            worker = pipes[pipe]  # type: ignore[index]  # what it waits for is what it was given
            number, task = worker.number, worker.task
            try:
                result: R | Lost = worker.pipe.recv()
            except (EOFError, OSError):
                lost = self._buried(worker)
                if lost is None or task is None:
                    continue
                result = lost
            worker.number, worker.task = -1, None
            if task is not None:
                yield number, (task, result)

    def _buried(self, worker: _Worker[T]) -> Lost | None:
        """Forget a dead process; its task is to be done again, or is lost."""
        self._running.remove(worker)
        worker.pipe.close()
        worker.process.join(_PATIENCE)
        if worker.task is None:
            return None
        if worker.tries < TRIES:
            self._again.append((worker.number, worker.tries, worker.task))
            return None
        return Lost(code=worker.process.exitcode)
