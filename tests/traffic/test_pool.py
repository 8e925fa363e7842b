"""The pool of processes: results in order, and each task that kills its process given out once more."""

from multiprocessing import active_children
from pathlib import Path
from typing import Any

from conformance.traffic.pool import Lost, Pool

_DIES = "__import__('os').kill(__import__('os').getpid(), 9)"


def results(tasks: list[str], workers: int = 2) -> list[Any]:
    """Return what expressions are worth, evaluated in processes."""
    pool: Pool[str, Any] = Pool(eval, workers)
    with pool:
        return [result for _, result in pool.results(iter(tasks))]


def test_results_come_in_the_order_of_the_tasks() -> None:
    """Whichever is ready first."""
    slow = "__import__('time').sleep(0.3) or 'slow'"
    assert results([slow, *(str(number) for number in range(30))]) == ["slow", *range(30)]
    assert not active_children()


def test_a_task_that_kills_its_process_each_time_is_lost_alone() -> None:
    """The others are done."""
    told = results(["1", _DIES, "3", "4"])
    assert told == [1, Lost(code=-9), 3, 4]


def test_a_task_that_kills_its_process_once_is_done_again(tmp_path: Path) -> None:
    """By a new process."""
    mark = tmp_path / "tried"
    once = f"(lambda p: 'done' if p.exists() else (p.touch(), {_DIES}))(__import__('pathlib').Path({str(mark)!r}))"
    assert results(["1", once, "3"]) == [1, "done", 3]


def test_nothing_to_do_starts_no_process() -> None:
    """An audit of nothing is over at once."""
    assert results([]) == []


def test_leaving_early_leaves_no_process() -> None:
    """As an interruption does, with tasks that would take long."""
    pool: Pool[str, Any] = Pool(eval, 2)
    with pool:
        following = pool.results(iter(["1", "__import__('time').sleep(60)", "__import__('time').sleep(60)"]))
        assert next(following) == ("1", 1)
    assert not active_children()
