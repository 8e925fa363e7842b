"""From the entry of a capture to what it shows, by the checks of a run."""

from typing import TYPE_CHECKING

from conformance.record.audited import Audited, Unread
from conformance.record.places import Place
from conformance.traffic.documents import judge_alone
from conformance.traffic.entries import Entry
from conformance.traffic.options import Options
from conformance.wire.messages import Exchange

if TYPE_CHECKING:  # a document is judged without what exchanges take
    from conformance.traffic.calls import Calls

__all__ = ["CALLS", "Judging", "Options", "conclude"]

CALLS = "calls and replies"
"""What a file is called that no reader has given a format to and that holds exchanges."""


class Judging:
    """Judges entries one after the other; what repeats is remembered."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._calls: Calls | None = None

    def take(self, entry: Entry, into: Audited) -> None:
        """Judge an entry and add what it shows; the account of its file has to be there."""
        account = into.files[entry.place.source]
        account.entries += 1
        if entry.fault:
            account.unread += 1
            into.unread.append(Unread(place=entry.place, reason=entry.fault))
        elif entry.body is not None:
            judge_alone(entry.place, entry.body, self.options, into)
        elif entry.exchange is not None:
            account.format = account.format or CALLS
            self._exchange(entry.place, entry.exchange, into)
        else:  # not HTTP at all
            account.foreign += 1

    def finish(self, into: Audited) -> None:
        """Add what has only been counted so far; the outcome is whole then, but for the history (`conclude`)."""
        if self._calls is not None:
            self._calls.finish(into)

    def _exchange(self, place: Place, exchange: Exchange, into: Audited) -> None:
        if self._calls is None:
            from conformance.traffic.calls import Calls

            self._calls = Calls(self.options)
        self._calls.take(place, exchange, into)


def conclude(audited: Audited) -> None:
    """Judge, once all parts are together, what their exchanges show together; what they told is forgotten then."""
    audited.cut_history()
    if audited.history:
        from conformance.traffic.stories import judge_stories

        try:
            judge_stories(audited)
        finally:  # so that an interruption never has it told twice
            audited.history.clear()
