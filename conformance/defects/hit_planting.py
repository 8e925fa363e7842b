"""What faults of HITs are made of: the HIT of a call, changed before, after or instead of what the call does."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from conformance.defects.both_ways import handling
from conformance.defects.planting import Plant, acting
from conformance.reference.context import Context, Handler
from conformance.reference.hit_states import status_of
from conformance.reference.records import HIT
from conformance.reference.refusals import Refusal, refused
from conformance.reference.store import Store
from conformance.reference.worker import ControlRefused, Visit, WorkerAction
from conformance.wire.flattening import Values

Change = Callable[[Context, HIT, HIT], None]
"""Alters the store after a call; it gets the HIT before and after it."""
Seeing = Callable[[HIT, str, Context], str]
"""Returns the HITStatus to show instead of the right one."""


def named_hit(context: Context) -> HIT | None:
    """Return the HIT that HITId names, whoever owns it."""
    return context.store.hits.get(context.values.optional("HITId", str) or "")


def afterwards(operation: str, change: Change) -> Plant:
    """Let ``change`` alter the store when the operation has done its work."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = named_hit(context)
        values = handler(context)
        after = named_hit(context)
        if before is not None and after is not None:
            change(context, before, after)
        return values

    return handling(operation, wrapper)


def saving(operation: str, change: Callable[[Context, HIT, HIT], HIT]) -> Plant:
    """Put another HIT in the place of the one that the operation has saved; it gets the HIT before and after."""
    return afterwards(operation, lambda context, before, after: context.store.save_hit(change(context, before, after)))


def undone(operation: str) -> Plant:
    """Let the operation check everything, answer with success and leave the HIT as it was."""
    return saving(operation, lambda context, before, after: before)


def pardoned_if(operation: str, pardons: Callable[[Context, HIT], bool], end: Callable[[Context, HIT], HIT]) -> Plant:
    """Where the operation refuses a HIT that ``pardons`` picks, save what ``end`` makes of it and answer success."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal:
            hit = named_hit(context)
            if hit is None or hit.owner != context.requester.access_key_id or not pardons(context, hit):
                raise
            context.store.save_hit(end(context, hit))
            return {}

    return handling(operation, wrapper)


def in_state(*states: str) -> Callable[[Context, HIT], bool]:
    """Return the choice of HITs in one of these states."""
    return lambda context, hit: status_of(context.store, hit, context.at) in states


def unchanged(_: Context, hit: HIT) -> HIT:
    """Return the HIT as it is."""
    return hit


def disposed(context: Context, hit: HIT) -> HIT:
    """Return the HIT disposed of."""
    return replace(hit, disposed_at=context.at)


def refusing(operation: str, refuses: Callable[[Context, HIT], bool]) -> Plant:
    """Refuse the operation for the HITs that ``refuses`` picks."""

    def wrapper(handler: Handler, context: Context) -> Values:
        hit = named_hit(context)
        if hit is not None and refuses(context, hit):
            raise refused("AWS.MechanicalTurk.InvalidHITState", "The HIT is not in the right state.", HITId=hit.hit_id)
        return handler(context)

    return handling(operation, wrapper)


def as_owner(handler: Handler, context: Context) -> Values:
    """Carry out a call as if the owner of the HIT had made it."""
    hit = named_hit(context)
    return handler(context if hit is None else replace(context, requester=context.store.requesters[hit.owner]))


def seen_as(see: Seeing) -> Plant:
    """Let GetHIT show another HITStatus."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        hit = named_hit(context)
        if hit is not None and "HITStatus" in values:
            values["HITStatus"] = [see(hit, status_of(context.store, hit, context.at), context)]
        return values

    return handling("GetHIT", wrapper)


@contextmanager
def changed_hits(store: Store, hits: Iterable[HIT], change: Callable[[HIT], HIT]) -> Iterator[None]:
    """Change these HITs in the store and bring them back afterwards."""
    hits = list(hits)
    for hit in hits:
        store.save_hit(change(hit))
    try:
        yield
    finally:
        for hit in hits:
            store.save_hit(hit)


def reading(operation: str, change: Callable[[HIT, float], HIT]) -> Plant:
    """Let an operation that reads take every HIT for what ``change`` makes of it at that time."""

    def wrapper(handler: Handler, context: Context) -> Values:
        with changed_hits(context.store, context.store.hits.values(), lambda hit: change(hit, context.at)):
            return handler(context)

    return handling(operation, wrapper)


def accepting(change: Callable[[HIT, float], HIT]) -> Plant:
    """Let a Worker who accepts a HIT meet what ``change`` makes of it at that time."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        hit = visit.store.hits.get(visit.text("hit_id"))
        with changed_hits(visit.store, [hit] if hit else [], lambda hit: change(hit, visit.at)):
            return action(visit)

    return acting("accept-assignment", wrapper)


def refusing_submissions(refuses: Callable[[HIT, float], bool]) -> Plant:
    """Refuse what Workers hand in for the HITs that ``refuses`` picks at that time."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        assignment = visit.store.assignments.get(visit.text("assignment_id"))
        if assignment is not None and refuses(visit.store.hits[assignment.hit_id], visit.at):
            raise ControlRefused(409, "the HIT is over")
        return action(visit)

    return acting("submit-assignment", wrapper)


def accepting_unknown(handler: Handler, context: Context) -> Values:
    """Answer with success where HITId names no HIT."""
    return handler(context) if named_hit(context) is not None else {}


def with_another_code(handler: Handler, context: Context) -> Values:
    """Refuse with a code that nobody knows."""
    try:
        return handler(context)
    except Refusal as refusal:
        raise Refusal(*(replace(error, code="AWS.MechanicalTurk.Oops") for error in refusal.errors)) from None


def refused_though_done(handler: Handler, context: Context) -> Values:
    """Do what another Requester's call asks for and refuse it all the same."""
    hit = named_hit(context)
    if hit is not None and hit.owner != context.requester.access_key_id:
        as_owner(handler, context)
    return handler(context)
