"""How far a defect reaches: the operations without which its endpoint answers like one without it."""

from conformance.defects.defect import Defect
from conformance.defects.planting import OfOperation
from conformance.reference.endpoint import Endpoint
from conformance.reference.store import Store
from conformance.spec.names import names


def operations_reached(defect: Defect) -> frozenset[str] | None:
    """Return the operations that a defect changes, where it changes nothing but operations; else None.

    A case that calls none of them gets the very answers of the endpoint without the defect.  Operations are seen by
    their handlers, and by what is put round a seam for one operation alone; what 2017-01-17 says by another one, by
    both.  What changes nothing of a new endpoint shows after a restart, whatever is called.
    """
    endpoint = Endpoint(Store(seed=0))
    seams, handlers, store, actions = (
        dict(part) for part in (vars(endpoint), endpoint.handlers, vars(endpoint.store), endpoint.worker_actions)
    )
    defect.plant(endpoint)
    if vars(endpoint.store) != store or endpoint.worker_actions != actions:
        return None
    reached = {name for name, handler in endpoint.handlers.items() if handlers.get(name) is not handler}
    reached |= handlers.keys() - endpoint.handlers.keys()
    for name, seam in vars(endpoint).items():
        below = seam
        while isinstance(below, OfOperation):
            reached.add(below.operation)
            below = below.unchanged
        if below is not seams[name]:
            return None
    return frozenset((*reached, *map(names().said_by, reached))) or None
