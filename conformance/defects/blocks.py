"""Faults of blocks: what a blocked Worker can do, what is kept and told of the block, and how it is listed."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.pages import of_list
from conformance.defects.planting import Plant, acting, handling
from conformance.reference.context import Context, Handler
from conformance.reference.parameters import missing
from conformance.reference.records import Message, WorkerBlock
from conformance.reference.refusals import INVALID, Refusal, refused
from conformance.reference.worker import ControlRefused, Visit, WorkerAction
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

BLOCK, UNBLOCK, LIST = "BlockWorker", "UnblockWorker", "GetBlockedWorkers"

_LISTING = ("2012-03-25", "2013-11-15", "2014-08-15", TODAY)
_ACCEPT, _LIFTED = f"{BLOCK}.effect-accept", f"{UNBLOCK}.effect"
_LISTED = (f"{BLOCK}.Reason.stored", f"{LIST}.Result.one-per-worker", f"{LIST}.Pages.partition")
_UNASKED = f"{LIST}.PageSize.default"
_TWICE = f"{BLOCK}.idempotent"


def _afterwards(operation: str, change: Callable[[Context, str], None]) -> Plant:
    """Let ``change`` do more to the store after a call; it gets the Worker's id."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        change(context, context.values.required("WorkerId", str))
        return values

    return handling(operation, wrapper)


def _before(operation: str, refuse: Callable[[Context, str], bool]) -> Plant:
    """Refuse a call where ``refuse`` says so."""

    def wrapper(handler: Handler, context: Context) -> Values:
        if refuse(context, context.values.required("WorkerId", str)):
            raise refused(INVALID, "The value of the parameter WorkerId is not accepted.", ParameterName="WorkerId")
        return handler(context)

    return handling(operation, wrapper)


def _own_block(context: Context, worker_id: str) -> WorkerBlock:
    return context.store.blocks[context.requester.access_key_id, worker_id]


def _is_blocked(context: Context, worker_id: str) -> bool:
    return (context.requester.access_key_id, worker_id) in context.store.blocks


def _lift(context: Context, worker_id: str) -> None:
    context.store.lift_block(context.requester.access_key_id, worker_id)


def _for_everybody(context: Context, worker_id: str) -> None:
    for owner in context.store.requesters:
        context.store.save_block(replace(_own_block(context, worker_id), owner=owner))


def _twice(context: Context, worker_id: str) -> None:
    """Put in a second block, which blocks nobody and is listed."""
    block = _own_block(context, worker_id)
    context.store.blocks[block.owner, f"{worker_id} again"] = block


def _all_twice(handler: Handler, context: Context) -> Values:
    again = _is_blocked(context, context.values.required("WorkerId", str))
    values = handler(context)
    if again:
        _twice(context, context.values.required("WorkerId", str))
    return values


def _keeping(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the reason that is kept."""

    def put(context: Context, worker_id: str) -> None:
        block = _own_block(context, worker_id)
        context.store.save_block(replace(block, reason=change(block.reason)))

    return _afterwards(BLOCK, put)


def _tell(context: Context, worker_id: str) -> None:
    text = context.values.optional("Reason", str) or ""
    context.store.send_message(Message(worker_id=worker_id, subject="Your account", text=text, at=context.at))


def _taking_anybody(operation: str) -> Plant:
    """Answer with success where the WorkerId names nobody."""

    def wrapper(handler: Handler, context: Context) -> Values:
        known = context.values.required("WorkerId", str) in context.store.workers
        return handler(context) if known else {}

    return handling(operation, wrapper)


def _need_reason(handler: Handler, context: Context) -> Values:
    if not context.values.optional("Reason", str):
        raise Refusal(missing("Reason"))
    return handler(context)


# What a Worker does


def _accept_newer_hits(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Let a blocked Worker accept what was created after the block."""
    hit = visit.store.hits.get(visit.text("hit_id"))
    block = visit.store.blocks.get((hit.owner, visit.worker_id)) if hit else None
    if hit is None or block is None or hit.created_at < block.blocked_at:
        return action(visit)
    visit.store.lift_block(block.owner, block.worker_id)
    try:
        return action(visit)
    finally:
        visit.store.save_block(block)


def _keep_out_everybody(action: WorkerAction, visit: Visit) -> dict[str, object]:
    hit = visit.store.hits.get(visit.text("hit_id"))
    if hit is not None and any(owner == hit.owner for owner, _ in visit.store.blocks):
        raise ControlRefused(409, "the Requester has blocked Workers")
    return action(visit)


def _end_work(action: WorkerAction, visit: Visit) -> dict[str, object]:
    record = visit.store.assignments.get(visit.text("assignment_id"))
    if record is not None and (visit.store.hits[record.hit_id].owner, visit.worker_id) in visit.store.blocks:
        raise ControlRefused(409, "the Requester has blocked the Worker")
    return action(visit)


# The list


def _list_of_everybody(handler: Handler, context: Context) -> Values:
    views = [handler(replace(context, requester=one)) for one in context.store.requesters.values()]
    blocks = [block for view in views for block in view["WorkerBlock"]]
    counts: Values = {name: [str(len(blocks))] for name in ("NumResults", "TotalNumResults")}
    return {**handler(context), **counts, "WorkerBlock": blocks}


def _list_with_size_only(handler: Handler, context: Context) -> Values:
    if "PageSize" not in context.values.sent:
        raise Refusal(missing("PageSize"))
    return handler(context)


_BLOCK = (
    defect(
        "block/without-effect",
        _afterwards(BLOCK, _lift),
        _ACCEPT,
        *_LISTED,
        _UNASKED,
        also=(_TWICE,),
        because="the versions with the list show that nothing is listed",
    ),
    defect(
        "block/for-all-requesters",
        _afterwards(BLOCK, _for_everybody),
        f"{BLOCK}.effect-other-requesters",
        f"{LIST}.own-only",
    ),
    defect("block/of-former-hits-only", acting("accept-assignment", _accept_newer_hits), _ACCEPT),
    defect(
        "block/of-everybody",
        acting("accept-assignment", _keep_out_everybody),
        _ACCEPT,
        also=(_LIFTED,),
        because="blocks of earlier cases keep out as well",
    ),
    defect("block/ends-work-in-progress", acting("submit-assignment", _end_work), f"{BLOCK}.effect-in-progress"),
    defect(
        "block/refused-the-second-time",
        _before(BLOCK, _is_blocked),
        _TWICE,
    ),
    defect(
        "block/kept-twice",
        handling(BLOCK, _all_twice),
        _TWICE,
        f"{LIST}.Result.one-per-worker",
        f"{LIST}.Pages.partition",
        versions=_LISTING,
    ),
    defect("block/of-nobody", _taking_anybody(BLOCK), f"{BLOCK}.WorkerId.invalid-message"),
    defect("block/reason-told", _afterwards(BLOCK, _tell), f"{BLOCK}.Reason.private"),
    defect(
        "block/reason-not-kept",
        _keeping(lambda reason: ""),
        f"{BLOCK}.Reason.stored",
        also=("WorkerBlock.elements",),
        because="the block is listed without it",
    ),
    defect("block/reason-cut-off", _keeping(lambda reason: reason[:20]), f"{BLOCK}.Reason.stored"),
    defect("block/reason-in-upper-case", _keeping(str.upper), f"{BLOCK}.Reason.stored"),
    defect(
        "block/list-of-all-requesters",
        handling(LIST, _list_of_everybody),
        f"{LIST}.own-only",
        also=(f"{LIST}.*", f"{UNBLOCK}.*", f"{BLOCK}.*"),
        because="the pages are not kept apart",
    ),
    defect(
        "block/list-needs-a-size",
        handling(LIST, _list_with_size_only),
        f"{LIST}.parameters-optional",
        f"{LIST}.none-needed",
        also=(f"{LIST}.*",),
        because="what is listed unasked is not listed",
    ),
)

_UNBLOCK = (
    defect(
        "unblock/without-effect",
        handling(UNBLOCK, lambda handler, context: {}),
        _LIFTED,
        _ACCEPT,
        also=(f"{UNBLOCK}.WorkerId.invalid-message",),
        because="every Worker is taken",
    ),
    defect(
        "unblock/refused-if-not-blocked",
        _before(UNBLOCK, lambda context, worker_id: not _is_blocked(context, worker_id)),
        f"{UNBLOCK}.not-blocked",
        also=(f"{UNBLOCK}.Result.*",),
        because="a Worker who was not blocked is unblocked there",
    ),
    defect("unblock/of-nobody", _taking_anybody(UNBLOCK), f"{UNBLOCK}.WorkerId.invalid-message"),
    defect("unblock/reason-told", _afterwards(UNBLOCK, _tell), f"{UNBLOCK}.Reason.private"),
    defect(
        "unblock/reason-needed",
        handling(UNBLOCK, _need_reason),
        f"{UNBLOCK}.Reason.optional",
        f"{UNBLOCK}.not-blocked",
    ),
)

DEFECTS: tuple[Defect, ...] = (
    *_BLOCK,
    *_UNBLOCK,
    *of_list(LIST, "WorkerBlock", read=(f"{LIST}.own-only", _TWICE, *_LISTED)),
)
