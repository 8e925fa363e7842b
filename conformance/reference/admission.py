"""Whether a Worker may see a HIT and work on it, as far as that is for the Requester to say.

Source: the articles QualificationRequirement (RequiredToPreview, ActionsGuarded) and BlockWorker.
"""

from conformance.reference.blocks import is_blocked
from conformance.reference.eligibility import meets
from conformance.reference.records import HIT
from conformance.reference.store import Store


def obstacle(store: Store, worker_id: str, hit: HIT, at: float) -> str | None:
    """Return why a Worker may not accept a HIT, None if there is nothing in the way."""
    if is_blocked(store, hit.owner, worker_id):
        return "the Requester has blocked the Worker"
    requirements = store.hit_types[hit.hit_type_id].properties.requirements
    met = all(meets(store, worker_id, one, at) for one in requirements)
    return None if met else "the Worker does not meet a Qualification requirement of the HIT"


def obstacle_to_preview(store: Store, worker_id: str, hit: HIT, at: float) -> str | None:
    """Return why a Worker may not see a HIT, None if there is nothing in the way."""
    requirements = store.hit_types[hit.hit_type_id].properties.requirements
    met = all(meets(store, worker_id, one, at) for one in requirements if one.guards_preview)
    return None if met else "the Worker does not meet a Qualification requirement for a look at the HIT"
