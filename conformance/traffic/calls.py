"""From an exchange to what it shows: whose it is, what its call asked for, and what all checks say of the reply."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.checks.finding import Finding
from conformance.checks.history_facts import facts_of, packed
from conformance.checks.judge import judge_readings
from conformance.checks.reading import readings_from
from conformance.checks.request_faults import faults_of_call, faults_of_unreadable
from conformance.record.audited import Audited
from conformance.record.places import Place, placed
from conformance.spec.shapes import Shapes, shapes_for
from conformance.traffic.documents import judge_alone
from conformance.traffic.exercising import exercise
from conformance.traffic.folding import Seen, fold, leave
from conformance.traffic.options import Options
from conformance.traffic.plain import PlainTraffic
from conformance.traffic.recognition import Recognised, recognise
from conformance.wire.messages import Exchange


class Calls:
    """Judges exchanges one after the other; what repeats is remembered, and told by ``finish``."""

    def __init__(self, options: Options) -> None:
        self._options = options
        # The faults of requests are looked for in all of them, so then nothing is short.
        short = options.remembers and not options.requests
        self._plain = PlainTraffic(options.version) if short else None

    def take(self, place: Place, exchange: Exchange, into: Audited) -> None:
        """Judge an exchange and add what it shows."""
        if self._plain is None or not self._plain.take(place, exchange, into, into.files[place.source]):
            self._recognised(place, recognise(exchange, self._options.version), into)

    def finish(self, into: Audited) -> None:
        """Add what has only been counted so far."""
        if self._plain is not None:
            self._plain.finish(into)

    def _recognised(self, place: Place, known: Recognised, into: Audited) -> None:
        account = into.files[place.source]
        seen = Seen(
            place=place,
            version=known.version,
            binding=known.binding,
            exchange=known.exchange if self._options.keeps else None,
        )
        if known.whose == "foreign":
            account.foreign += 1
            return
        if self._options.requests and known.unreadable is not None:
            fold(faults_of_unreadable(known.unreadable, known.binding), seen, into)
        if known.whose == "silent":
            leave(account, known.reason)
            if self._options.requests:
                fold(_request_faults(known, shapes_for(known.version)), seen, into)
        elif known.whose == "reply":
            assert known.exchange.response is not None
            body = known.exchange.response.body
            judge_alone(place, body, self._options, into, binding=known.binding, exchange=known.exchange)
        else:
            account.judged += 1
            self._call(known, seen, into)

    def _call(self, known: Recognised, seen: Seen, into: Audited) -> None:
        readings = readings_from(
            known.calls,
            known.answer,
            response=known.exchange.response,
            by_soap=known.binding == "soap",
            call_known=known.call_known,
        )
        fold(judge_readings(readings), seen, into)
        for reading in readings:
            exercise(reading, into.coverage)
        if self._options.requests:
            fold(_request_faults(known, next(iter(readings)).shapes), seen, into)
        if into.is_telling:
            into.tell([placed(seen.place, packed(fact)) for fact in facts_of(readings, known.exchange, known.binding)])


def _request_faults(known: Recognised, shapes: Shapes) -> Iterator[Finding]:
    # A message of several Requests may have been answered by one refusal: its calls are more than its readings.
    for number, call in enumerate(known.sent, 1):
        for finding in faults_of_call(call, shapes, known.binding):
            yield finding if len(known.sent) == 1 else replace(finding, where=f"Request {number}: {finding.where}")
