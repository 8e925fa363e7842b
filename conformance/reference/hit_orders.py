"""The orders in which a Requester's HITs are listed, kept up to date while HITs come, change and go.

Enumeration sorts by HITId; equal keys keep the order of creation.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from conformance.reference.records import HIT, HITProperties

Key = float | str
KEYS: dict[str, Callable[[HIT, HITProperties], Key]] = {
    "Title": lambda hit, properties: properties.title,
    "Reward": lambda hit, properties: properties.reward,
    "Expiration": lambda hit, properties: hit.expires_at,
    "CreationTime": lambda hit, properties: hit.created_at,
    "Enumeration": lambda hit, properties: hit.hit_id,
}
"""What SortProperty can be → what is compared."""

Place = tuple[Key, int, str]
"""What is compared, the number of the HIT in the order of creation, its id."""


class Order:
    """HITs of one Requester, sorted."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = sorted(places)
        self._place_of = {place[-1]: place for place in self._places}

    @property
    def places(self) -> Sequence[Place]:
        """The places of the HITs, first to last, as they are now; not to be changed."""
        return self._places

    def put(self, place: Place) -> None:
        """Put in a HIT, or move it."""
        if self._place_of.get(place[-1]) != place:
            self.drop(place[-1])
            insort(self._places, place)
            self._place_of[place[-1]] = place

    def drop(self, hit_id: str) -> None:
        """Take out a HIT, if it is in."""
        place = self._place_of.pop(hit_id, None)
        if place is not None:
            del self._places[bisect_left(self._places, place)]


@dataclass(slots=True, kw_only=True)
class HITOrders:
    """Orders by Requester and what is compared; one that nobody has asked for costs nothing.

    ``_numbers`` are those of the HITs in the order of creation.
    """

    _numbers: dict[str, int] = field(default_factory=dict)
    _orders: dict[str, dict[str, Order]] = field(default_factory=dict, compare=False)

    def change(self, former: HIT | None, hit: HIT, properties: Callable[[], HITProperties]) -> None:
        """Follow a HIT that was put in, or changed; ``properties`` looks up those of its type."""
        number = self._numbers.setdefault(hit.hit_id, len(self._numbers))
        if former is not None and former.owner != hit.owner:
            for order in self._orders.get(former.owner, {}).values():
                order.drop(hit.hit_id)
        for name, order in self._orders.get(hit.owner, {}).items():
            if hit.disposed_at is None:
                order.put((KEYS[name](hit, properties()), number, hit.hit_id))
            else:
                order.drop(hit.hit_id)

    def of(self, owner: str, name: str, hits: Callable[[], Iterable[tuple[HIT, HITProperties]]]) -> Sequence[Place]:
        """Return a Requester's HITs in an order; ``hits`` gives them, with their properties, the first time."""
        orders = self._orders.setdefault(owner, {})
        if name not in orders:
            own = ((hit, properties) for hit, properties in hits() if hit.disposed_at is None)
            orders[name] = Order((KEYS[name](hit, kind), self._numbers[hit.hit_id], hit.hit_id) for hit, kind in own)
        return orders[name].places

    def __copy__(self) -> "HITOrders":
        return HITOrders(_numbers=self._numbers.copy())
