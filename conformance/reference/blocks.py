"""Workers whom a Requester has blocked: they can accept none of the Requester's HITs.

Source: the articles BlockWorker, UnblockWorker, GetBlockedWorkers and WorkerBlock.  The words of the refusal of an
unknown Worker are those of the pages, its code is that of other values that are refused.
"""

from conformance.reference.context import Context, Handler
from conformance.reference.formats import members
from conformance.reference.paging import page_of
from conformance.reference.parameters import unacceptable
from conformance.reference.records import WorkerBlock
from conformance.reference.refusals import Refusal
from conformance.reference.store import Store
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values


def block_worker(context: Context) -> Values:
    """Block a Worker; one who is blocked already stays so, for the reason given last."""
    context.store.save_block(
        WorkerBlock(
            owner=context.requester.access_key_id,
            worker_id=known_worker(context),
            reason=context.values.required("Reason", str),
            blocked_at=context.at,
        )
    )
    return {}


def unblock_worker(context: Context) -> Values:
    """Lift the block of a Worker, if there is one."""
    context.store.lift_block(context.requester.access_key_id, known_worker(context))
    return {}


def get_blocked_workers(context: Context) -> Values:
    """Return one page of the Requester's blocks, in the order in which the Workers were first blocked."""
    owner = context.requester.access_key_id
    blocks = [record for record in context.store.blocks.values() if record.owner == owner]
    if context.version == TODAY:  # whose pages have to hold together while blocks are lifted and given anew
        blocks.sort(key=_place)
    shown, counts = page_of(blocks, context, place=_place)
    return {**counts, "WorkerBlock": [members(WorkerId=block.worker_id, Reason=block.reason) for block in shown]}


def _place(block: WorkerBlock) -> tuple[str]:
    return (block.worker_id,)


def is_blocked(store: Store, owner: str, worker_id: str) -> bool:
    """Tell whether a Requester has blocked a Worker."""
    return (owner, worker_id) in store.blocks


def known_worker(context: Context) -> str:
    """Return the WorkerId of the call, which has to be that of a Worker; raises Refusal."""
    worker_id = context.values.required("WorkerId", str)
    if worker_id not in context.store.workers:
        raise Refusal(unacceptable("WorkerId", worker_id, "WorkerId is invalid"))
    return worker_id


HANDLERS: dict[str, Handler] = {
    "BlockWorker": block_worker,
    "UnblockWorker": unblock_worker,
    "GetBlockedWorkers": get_blocked_workers,
}
