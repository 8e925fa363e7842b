"""An audit of many files: their entries read, judged and counted, here or in several processes.

Work is cut into tasks of some megabytes (`splitting`); the outcome of each is an `Audited`, and `Together` makes one of
them.  It is the same however many processes there are and whatever the order in which they end.
"""

import gc
import math
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from threading import get_ident
from typing import Protocol

from conformance.record.audited import Audited, Fault, FileAccount, Unread
from conformance.record.places import Place, after, told_after
from conformance.traffic.entries import Source
from conformance.traffic.formats import entries
from conformance.traffic.judging import Judging, Options, conclude
from conformance.traffic.splitting import Task, parts, size_of, tasks

__all__ = ["Outcome", "Progress", "Together", "audit_all", "audit_part", "audit_task", "parts", "range_of"]

COLLECTING = 10_000
"""So many more objects there are, at least, before cycles are looked for."""
Outcome = tuple[tuple[Source, Audited], ...]
"""What a task shows, source by source."""


class Progress(Protocol):
    """Told how much there is to do, and of each piece that is done, in bytes."""

    def begin(self, total: int) -> None:
        """Take note of the size of all files."""

    def advance(self, done: int) -> None:
        """Take note that so many bytes more are done."""


def audit_part(source: Source, options: Options) -> Audited:
    """Return what one file, or a range of it, shows; its entries are counted from its own beginning.

    What a fault of the kit itself keeps from being judged is told as not read.
    """
    audited = Audited()
    _audit_into(audited, source, Judging(options))
    return audited


def _audit_into(audited: Audited, source: Source, judging: Judging) -> None:
    account = audited.files[source.number] = FileAccount(file=source.path, format="")
    place = Place(source=source.number, file=source.path, offset=source.start)
    audited.is_telling = source.is_telling
    try:
        for entry in entries(source):
            place = entry.place
            judging.take(entry, audited)
    except Exception as error:  # whatever it is, the other files are to be judged
        said = f"{type(error).__name__}: {error}"[:300]
        account.unread += 1
        reason = f"the kit itself failed here ({said}); the rest of this part was left out. Please report it."
        audited.unread.append(Unread(place=place, reason=reason))
    finally:
        judging.finish(audited)


def audit_task(task: Task, options: Options) -> Outcome:
    """Return what each source of a task shows; the work of another process, which does one task at a time."""
    judging = _judging(options, get_ident())
    done = []
    for source in task:
        audited = Audited()
        _audit_into(audited, source, judging)
        done.append((source, audited))
    return tuple(done)


@lru_cache(1)
def _judging(options: Options, thread: int) -> Judging:
    """Return what judges in a thread, and remembers from task to task what replies of a kind show."""
    return Judging(options)


class Together:
    """Makes one outcome of those of the parts, which have to come in their order: that of `parts`.

    Entries of a range are counted from its beginning; here they get the numbers that they have in the file.
    """

    def __init__(self) -> None:
        self.whole = Audited()

    def add(self, source: Source, part: Audited) -> None:
        """Take in what a source, or the next range of one, shows."""
        known = self.whole.files.get(source.number)
        if source.start and known is not None:
            _count_on(part, known.entries)
        self.whole.merge(part)

    def due(self, source: Source) -> Source:
        """Return a source that is to be read, as one that is not telling where all that it tells would be left out."""
        end = self.whole.history_end
        if end is None or (source.number, source.start) <= (end.source, end.offset):
            return source
        return replace(source, is_telling=False)

    def settle(self, source: Source) -> None:
        """Judge what exchanges tell, if no more can be added now that all parts up to a source are in."""
        end, stop = self.whole.history_end, math.inf if source.stop is None else source.stop
        if self.whole.is_telling and end is not None and (end.source, end.offset) < (source.number, stop):
            conclude(self.whole)
            self.whole.is_telling = False

    def lose(self, source: Source, code: int | None) -> None:
        """Take note that the process died which read a source, or a range of one."""
        ended = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        reason = f"the process that read it, {range_of(source)}, ended {ended}, twice. "
        self.leave(source, reason + "Perhaps memory ran out: take fewer workers, or look at this part alone.")

    def leave(self, source: Source, reason: str) -> None:
        """Take note of why a source, or a range of one, could not be read."""
        place = Place(source=source.number, file=source.path, offset=source.start)
        account = FileAccount(file=source.path, format="", unread=1)
        self.add(source, Audited(files={source.number: account}, unread=[Unread(place=place, reason=reason)]))


def range_of(source: Source) -> str:
    """Return which bytes of a file a source means, in words."""
    reached = "its end" if source.stop is None else f"byte {source.stop}"
    return f"from byte {source.start} to {reached}"


def _count_on(part: Audited, already: int) -> None:
    """Give the entries of a part the numbers that come after ``already`` others."""

    def moved_fault(fault: Fault) -> Fault:
        return replace(fault, first=tuple(replace(one, place=after(one.place, already)) for one in fault.first))

    part.faults = {key: moved_fault(fault) for key, fault in part.faults.items()}
    part.unread = [replace(one, place=after(one.place, already)) for one in part.unread]
    part.history = [told_after(one, already) for one in part.history]
    part.history_end = part.history_end and after(part.history_end, already)
    part.kept = {key: replace(kept, place=after(kept.place, already)) for key, kept in part.kept.items()}


def audit_all(
    sources: Iterable[Source], options: Options, *, workers: int = 1, progress: Progress | None = None
) -> Audited:
    """Return what all sources show together; one worker is this process itself.

    An interruption (Ctrl-C) ends it with what was found so far.
    """
    sources = list(sources)
    if progress is not None:
        progress.begin(sum(map(size_of, sources)))
    together = Together()
    with _collecting_rarely():
        try:
            if workers <= 1:
                _here(sources, options, together, progress)
            else:
                _in_processes(sources, options, workers, together, progress)
        except KeyboardInterrupt:
            together.whole.interrupted = True
        conclude(together.whole)
    return together.whole


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Have cycles looked for less often: an audit makes few of them, and many objects that stay."""
    before = gc.get_threshold()
    gc.set_threshold(max(COLLECTING, before[0]) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _here(sources: list[Source], options: Options, together: Together, progress: Progress | None) -> None:
    judging = Judging(options)
    for source in map(together.due, parts(sources)):
        audited = Audited()
        try:
            _audit_into(audited, source, judging)
        finally:  # what was found before an interruption counts
            together.add(source, audited)
        if progress is not None:
            progress.advance(size_of(source))


def _in_processes(
    sources: list[Source], options: Options, workers: int, together: Together, progress: Progress | None
) -> None:
    from conformance.traffic.pool import Lost, Pool  # which one process can do without

    done: deque[Source] = deque(maxlen=1)

    def todo() -> Iterator[Task]:
        yield from _elsewhere(sources, options, together)
        if done:  # one process has nothing to do now, while others are busy with the last tasks
            together.settle(done[0])

    with Pool(partial(audit_task, options=options), workers) as pool:
        for task, outcome in pool.results(todo()):
            if not isinstance(outcome, Lost):
                for source, audited in outcome:
                    together.add(source, audited)
            elif len(task) > 1:
                _one_by_one(task, options, together)
            else:
                together.lose(task[0], outcome.code)
            done.append(task[-1])
            if progress is not None:
                progress.advance(sum(map(size_of, task)))


def _elsewhere(sources: list[Source], options: Options, together: Together) -> Iterator[Task]:
    """Yield the tasks for other processes; standard input is this one's alone, and done here."""
    for task in tasks(sources):
        if task[0].path == "-":
            together.add(task[0], audit_part(task[0], options))
        else:
            yield tuple(map(together.due, task))


def _one_by_one(task: Task, options: Options, together: Together) -> None:
    """Give the files of a lost task to a process each, so that only what kills it is lost."""
    from conformance.traffic.pool import Lost, Pool

    with Pool(partial(audit_task, options=options), 1) as pool:
        for (source,), outcome in pool.results(iter([(source,) for source in task])):
            if isinstance(outcome, Lost):
                together.lose(source, outcome.code)
            else:
                together.add(source, outcome[0][1])
