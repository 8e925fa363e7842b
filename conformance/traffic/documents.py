"""From a body that stands alone to what it shows: a document, or a reply whose call is not known."""

from dataclasses import replace

from conformance.checks.alone import audit
from conformance.record.audited import Audited
from conformance.record.places import Place, placed
from conformance.spec.versions import LATEST
from conformance.traffic.folding import Seen, fold, leave
from conformance.traffic.options import Options
from conformance.wire.messages import Exchange


def judge_alone(
    place: Place, body: bytes, options: Options, into: Audited, *, binding: str = "", exchange: Exchange | None = None
) -> None:
    """Judge a document; or a reply that came by a ``binding`` in an ``exchange`` whose call is not known."""
    account = into.files[place.source]
    told = audit(body, options.version)
    account.format = account.format or told.kind
    if told.unmeasured:
        leave(account, told.unmeasured)
    else:
        account.judged += 1
    version = told.version or options.version or LATEST
    kept = exchange if options.keeps else None
    for one in told.findings:
        # In a capture the line is that of the entry; the path says where in the message.
        at = place if exchange is not None else replace(place, line=one.line or place.line)
        fold([one.finding], Seen(place=at, version=version, binding=binding, exchange=kept), into)
    if told.reading is None:
        return
    # Of a document nothing else is told, and what tells it takes longer to import than a document to judge.
    from conformance.checks.history_facts import facts_of, packed
    from conformance.traffic.exercising import exercise

    exercise(told.reading, into.coverage)
    if exchange is not None:
        into.tell([placed(place, packed(fact)) for fact in facts_of((told.reading,), exchange, binding)])
