"""``run --against``: the same seeded run at two endpoints, and in what their replies differ that is no noise."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from random import randrange

import click

from conformance.cli.playing import Step, play
from conformance.cli.run import conduct
from conformance.cli.shrinking import shrunk
from conformance.errors import UsageError
from conformance.pytest_plugin.settings import Settings, make_session
from conformance.record.divergences import Divergence, compare
from conformance.record.likeness import Pairing, Unlike
from conformance.record.reader import Record, read_record
from conformance.record.redaction import pseudonymise
from conformance.report.export import CannotBeDone, steps_to
from conformance.report.parting import Parting, lines
from conformance.target.run import Run, new_run_id

MOST_SHRUNK = 25
"""Of so many kinds of divergences the calls are made few; the others are told as they were found."""
_OF_THE_FIRST = ("control_url", "other_scheme_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plays:
    """The records of the three plays, the first endpoint's twice."""

    first: Record
    again: Record
    second: Record


def against(settings: Settings, url: str, *, profile: str | None = None, workers: int = 1) -> int:
    """Play the run of ``settings`` twice, and once at ``url``; tell where they diverge and return the exit code.

    ``profile`` is that of the second endpoint, where it is another one.  0: no divergence; 1: they diverge; 3: a play
    was cut short; 5: nothing could be compared.
    """
    settings = replace(settings, seed=randrange(2**32) if settings.seed is None else settings.seed)
    other = _at(settings, url, profile)
    for one in (settings, other):  # before anything is sent, see that both are allowed
        if make_session(one).run.profile.spend_cap is not None:
            raise UsageError(
                "--against plays a run several times, so what --spend-cap allows would be spent several times: "
                "leave it out, and what has to be paid for is not measured."
            )
    codes, plays = _play(settings, other, workers)
    noise = compare(plays.first, plays.again)
    found = compare(plays.first, plays.second)
    with ExitStack() as stack:
        runs = tuple(_opened(one, stack) for one in (settings, other))
        told = list(_told(plays, found.first_of_each(noise.noise), (runs[0], runs[1])))
    cut = any(code not in (0, 1, 5) for code in codes)
    code = 1 if any(one.counts for one in told) else 3 if cut else 0 if found.exchanges else 5
    for line in lines((plays.first, plays.second), found, noise, told, code):
        click.echo(line)
    return code


def _at(settings: Settings, url: str, profile: str | None) -> Settings:
    """Return the settings for the other endpoint; what plays for the embedded one does so for no other."""
    kept = {name: value for name, value in settings.overrides.items() if name not in _OF_THE_FIRST}
    overrides = {name: value for name, value in kept.items() if value != "reference"}
    return replace(settings, profile=profile or settings.profile, overrides={**overrides, "url": url})


def _play(settings: Settings, other: Settings, workers: int) -> tuple[list[int], _Plays]:
    codes, records = [], []
    for number, one in enumerate((settings, settings, other), 1):
        click.echo(f"note: play {number} of 3", err=True)
        code, path = conduct(replace(one, record=None, run_id=new_run_id()), workers=workers)
        codes.append(code)
        records.append(pseudonymise(read_record(path)))
    return codes, _Plays(first=records[0], again=records[1], second=records[2])


def _opened(settings: Settings, stack: ExitStack) -> Run:
    """Return a run for playing cases again; what it creates is removed at the end of the block."""
    run = make_session(replace(settings, record=None, run_id=None)).run
    stack.callback(run.close)
    stack.callback(run.clean)
    return run


def _told(plays: _Plays, first: Sequence[Divergence], runs: tuple[Run, Run]) -> Iterator[Parting]:
    """Yield each divergence with the fewest calls that show it, or why there is no such sequence."""
    open_ones = list(first)
    tried = 0
    while open_ones:
        one = open_ones.pop(0)
        try:
            steps: list[Step] = [*steps_to(plays.first, f"{one.case}#{one.number}")]
        except CannotBeDone as error:
            yield Parting(divergence=one, why=str(error))
            continue
        tried += 1
        every = range(len(steps))
        trial = _Trial(steps=steps, wanted=one, runs=runs, run_id=plays.first.header.run_id)
        if tried > MOST_SHRUNK or not trial.shows(every):
            many = tried > MOST_SHRUNK
            why = "there are many others" if many else "playing them again does not show it"
            yield Parting(divergence=one, steps=tuple(steps), of=len(steps), once=not many, why=why)
            continue
        few = shrunk(every, trial.shows)
        seen, noise = trial.unlike(few, runs), [*trial.itself(few), *trial.itself(few)]
        told = _same(one.unlike, noise)
        also = [
            other
            for other in open_ones
            if not told
            and other.operation == one.operation
            and _same(other.unlike, seen)
            and not _same(other.unlike, noise)
        ]
        open_ones = [other for other in open_ones if other not in also]
        kept = tuple(steps[number] for number in few)
        yield Parting(divergence=one, also=tuple(also), steps=kept, of=len(steps), shown=True, noise=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Plays some of the steps at both endpoints, to see whether the last reply still differs as it did."""

    steps: Sequence[Step]
    wanted: Divergence
    runs: tuple[Run, Run]
    run_id: str

    def shows(self, kept: Sequence[int]) -> bool:
        """Tell whether these steps show it."""
        return _same(self.wanted.unlike, self.unlike(kept, self.runs))

    def itself(self, kept: Sequence[int]) -> list[Unlike]:
        """Return in what the first endpoint differs from itself."""
        return self.unlike(kept, (self.runs[0], self.runs[0]))

    def unlike(self, kept: Sequence[int], runs: tuple[Run, Run]) -> list[Unlike]:
        """Return in what the last replies differ; nothing where the steps cannot be played at both."""
        plays = [play(run, self.steps, kept, self.wanted.case, self.run_id) for run in runs]
        if plays[0] is None or plays[1] is None:
            return []
        pairing = Pairing(run_ids=(plays[0].run_id, plays[1].run_id))
        found: list[Unlike] = []
        for one, other in zip(plays[0].exchanges, plays[1].exchanges, strict=False):
            alike = pairing.same_call(one, other)
            found = pairing.unlike(one, other) if alike else []
        return found


def _same(wanted: Unlike, found: Iterable[Unlike]) -> bool:
    """Tell whether a difference is among others; the values themselves may be of the moment."""
    return any(
        (one.aspect, one.place) == (wanted.aspect, wanted.place)
        and (one.aspect in ("value", "header", "body") or (one.first, one.second) == (wanted.first, wanted.second))
        for one in found
    )
