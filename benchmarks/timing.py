"""Interleaved timing: contestants take turns, so that a noisy minute hits them alike."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

KIT = (sys.executable, "-m", "conformance")
"""The command of the kit, as this interpreter has it."""


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def interleaved(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Return the median of what each contestant measures, over ``rounds`` rounds in which each has one turn."""
    measured: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            measured[name].append(contestant())
    return {name: statistics.median(values) for name, values in measured.items()}


def percentile(values: Sequence[float], share: int) -> float:
    """Return what ``share`` of a hundred values do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def process(arguments: Sequence[str]) -> Callable[[], float]:
    """Return a contestant: a whole process, from start to end."""
    return lambda: seconds(lambda: subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL))


def above_bare(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Return by how many milliseconds the median of each of the kit's commands is above a bare interpreter's."""
    contestants = {name: process([*KIT, *arguments]) for name, arguments in commands.items()}
    medians = interleaved({"bare": process([sys.executable, "-c", "pass"]), **contestants}, rounds)
    bare = medians.pop("bare")
    sys.stdout.write(f"bare interpreter: {1000 * bare:.1f} ms\n")
    return {name: 1000 * (median - bare) for name, median in medians.items()}


def verdict(what: str, value: float, *, goal: float, limit: float, at_most: bool = True, unit: str = "") -> bool:
    """Print a figure with its goal and limit; return whether the limit holds."""

    def holds(bound: float) -> bool:
        return value <= bound if at_most else value >= bound

    state = "goal met" if holds(goal) else "within the limit" if holds(limit) else "LIMIT MISSED"
    sign = "at most" if at_most else "at least"
    sys.stdout.write(f"{what}: {value:.2f}{unit} ({sign} {goal:g}{unit}, limit {limit:g}{unit}): {state}\n")
    return holds(limit)
