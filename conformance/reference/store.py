"""All that the endpoint knows, in plain tables.

A store is one process's; whoever shares it between threads lets only one of them in at a time (`Endpoint` does).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from heapq import heappop, heappush
from math import inf
from typing import Any, Self, TypeVar

from conformance.bindings.query import Credentials
from conformance.reference import identifiers
from conformance.reference.groups import Groups
from conformance.reference.hit_orders import HITOrders, Place
from conformance.reference.notification_records import Notification, NotificationSetting
from conformance.reference.records import (
    HIT,
    AcceptLimit,
    Assignment,
    BonusPayment,
    HITLayout,
    HITProperties,
    HITType,
    Message,
    Qualification,
    QualificationRequest,
    QualificationType,
    Requester,
    Upload,
    UsedToken,
    Worker,
    WorkerBlock,
)
from conformance.reference.review_records import ReviewAction, ReviewResult
from conformance.reference.rows import record_of, row_of

T = TypeVar("T")

FORMAT = 2

TOKEN_LIFE = 24 * 60 * 60.0
"""How long a UniqueRequestToken is remembered, in seconds."""


class Store:
    """The tables, the counters that ids come from, and how far the endpoint's clock is ahead (seconds).

    ``calls`` counts calls (each RequestId is new), ``issued`` the ids of objects: only the latter changes with what
    the endpoint holds.  ``awaiting`` (when each undecided submission approves itself) and ``worked_on`` (a HIT's
    assignments) follow from the tables, and so do the groups and orders by which records are found without looking
    through a table.  ``to_review`` and ``to_notify`` are the HITs to which something has happened
    since somebody looked, ``alarms`` (a heap) tells when something will happen to a HIT by itself.
    """

    def __init__(self, *, seed: int) -> None:
        self.seed = seed
        self.calls = 0
        self.issued = 0
        self.clock_offset = 0.0
        self.requesters: dict[str, Requester] = {}
        self.workers: dict[str, Worker] = {}
        self.qualification_types: dict[str, QualificationType] = {}
        self.qualification_requests: dict[str, QualificationRequest] = {}
        self.qualifications: dict[tuple[str, str], Qualification] = {}
        self.messages: list[Message] = []
        self.hit_types: dict[str, HITType] = {}
        self.hits: dict[str, HIT] = {}
        self.layouts: dict[str, HITLayout] = {}
        self.assignments: dict[str, Assignment] = {}
        self.uploads: dict[str, Upload] = {}
        self.payments: list[BonusPayment] = []
        self.blocks: dict[tuple[str, str], WorkerBlock] = {}
        self.accept_limits: dict[tuple[str, str], AcceptLimit] = {}
        self.tokens: dict[tuple[str, str, str], UsedToken] = {}
        self.awaiting: dict[str, float] = {}
        self.next_approval = inf  # or earlier: no time in `awaiting` is before it
        self.worked_on = Groups()
        self.hits_by_owner = Groups()
        self.hits_by_type = Groups()
        self.hit_orders = HITOrders()
        self.hit_types_by_properties = Groups()
        self.assignments_by_worker = Groups()
        self.types_by_owner = Groups()
        self.requests_by_worker = Groups()
        self.requests_by_type = Groups()
        self.review_results: list[ReviewResult] = []
        self.review_actions: list[ReviewAction] = []
        self.to_review: dict[str, None] = {}
        self.to_notify: dict[str, None] = {}
        self.alarms: list[tuple[float, str]] = []
        self.notification_settings: dict[str, NotificationSetting] = {}
        self.notifications: list[Notification] = []

    @classmethod
    def new(cls, *, requesters: Iterable[Credentials], seed: int = 0) -> Self:
        """Return a store that knows nothing but these Requesters."""
        store = cls(seed=seed)
        for account in requesters:
            store.add_requester(Requester(access_key_id=account.access_key_id, secret_key=account.secret_key))
        return store

    def next_request_id(self) -> str:
        """Return a new id for a call."""
        self.calls += 1
        return identifiers.request_id(self.seed, self.calls)

    def next_object_id(self) -> str:
        """Return a new id for an object."""
        self.issued += 1
        return identifiers.object_id(self.seed, self.issued)

    def next_worker_id(self) -> str:
        """Return a new id for a Worker."""
        self.issued += 1
        return identifiers.worker_id(self.seed, self.issued)

    def next_access_key_id(self) -> str:
        """Return a new id for an access key."""
        self.issued += 1
        return identifiers.access_key_id(self.seed, self.issued)

    def add_requester(self, requester: Requester) -> None:
        """Let in a Requester, or put in one whose balance has changed."""
        self.requesters[requester.access_key_id] = requester

    def add_worker(self, worker: Worker) -> None:
        """Let in a Worker."""
        self.workers[worker.worker_id] = worker

    def save_type(self, record: QualificationType) -> None:
        """Put in a Qualification type, in place of the one with its id."""
        self.qualification_types[record.qualification_type_id] = record
        self.types_by_owner.put(record.qualification_type_id, record.owner)

    def save_request(self, record: QualificationRequest) -> None:
        """Put in a Worker's request, in place of the one with its id."""
        request_id, type_id = record.qualification_request_id, record.qualification_type_id
        self.qualification_requests[request_id] = record
        self.requests_by_type.put(request_id, type_id)
        self.requests_by_worker.put(request_id, (type_id, record.worker_id))

    def save_qualification(self, record: Qualification) -> None:
        """Put in a Qualification, in place of the one that the Worker held of the type."""
        self.qualifications[record.qualification_type_id, record.worker_id] = record

    def send_message(self, message: Message) -> None:
        """Deliver a mail."""
        self.messages.append(message)

    def save_hit_type(self, record: HITType) -> None:
        """Put in a HIT type."""
        self.hit_types[record.hit_type_id] = record
        self.hit_types_by_properties.put(record.hit_type_id, (record.owner, record.properties))

    def save_hit(self, record: HIT) -> None:
        """Put in a HIT, in place of the one with its id."""
        former = self.hits.get(record.hit_id)
        self.hits[record.hit_id] = record
        self.hits_by_owner.put(record.hit_id, record.owner)
        self.hits_by_type.put(record.hit_id, record.hit_type_id)
        self.hit_orders.change(former, record, lambda: self.hit_types[record.hit_type_id].properties)
        heappush(self.alarms, (record.expires_at, record.hit_id))
        self._mark(record.hit_id)

    def save_layout(self, record: HITLayout) -> None:
        """Put in a HIT layout."""
        self.layouts[record.hit_layout_id] = record

    def save_assignment(self, record: Assignment) -> None:
        """Put in an assignment, in place of the one with its id."""
        self.assignments[record.assignment_id] = record
        self.worked_on.put(record.assignment_id, record.hit_id)
        self.assignments_by_worker.put(record.assignment_id, record.worker_id)
        if record.state == "Accepted":
            heappush(self.alarms, (record.deadline, record.hit_id))
        self._mark(record.hit_id)
        self.awaiting.pop(record.assignment_id, None)
        if record.state == "Submitted" and record.auto_approval_at is not None:
            self.awaiting[record.assignment_id] = record.auto_approval_at
            self.next_approval = min(self.next_approval, record.auto_approval_at)

    def due_approvals(self, at: float) -> list[tuple[float, str]]:
        """Return the submissions that approve themselves by a time: when, and the id of each, in this order."""
        if at < self.next_approval:
            return []
        self.next_approval = min(self.awaiting.values(), default=inf)
        return sorted((time, assignment_id) for assignment_id, time in self.awaiting.items() if time <= at)

    def _mark(self, hit_id: str) -> None:
        self.to_review[hit_id] = self.to_notify[hit_id] = None

    def wake(self, at: float) -> None:
        """Mark the HITs to which something has happened by itself: they have expired, or a deadline has passed."""
        while self.alarms and self.alarms[0][0] <= at:
            self._mark(heappop(self.alarms)[1])

    def save_review_result(self, record: ReviewResult) -> None:
        """Put in what a review policy found out."""
        self.review_results.append(record)

    def save_review_action(self, record: ReviewAction) -> None:
        """Put in what a review policy did."""
        self.review_actions.append(record)

    def save_notification_setting(self, record: NotificationSetting) -> None:
        """Put in the notifications of a HIT type, in place of those that it had."""
        self.notification_settings[record.hit_type_id] = record

    def send_notification(self, record: Notification) -> None:
        """Deliver a message to a Requester."""
        self.notifications.append(record)

    def save_upload(self, record: Upload) -> None:
        """Put in a file that a Worker uploaded."""
        self.uploads[record.key] = record

    def drop_upload(self, key: str) -> None:
        """Take out a file in whose place another one came."""
        del self.uploads[key]

    def can_pay(self, access_key_id: str, amount: int, fee: int) -> bool:
        """Tell whether a Requester's balance covers an amount and the fee, in cents."""
        return self.requesters[access_key_id].balance >= amount + fee

    def charge(self, access_key_id: str, amount: int, fee: int) -> None:
        """Take an amount that is paid to a Worker, and the fee, from a Requester's balance (in cents)."""
        requester = self.requesters[access_key_id]
        self.add_requester(replace(requester, balance=requester.balance - amount - fee))

    def record_payment(self, record: BonusPayment) -> None:
        """Put in a bonus that was paid."""
        self.payments.append(record)

    def save_block(self, record: WorkerBlock) -> None:
        """Put in a block, in place of the one of that Worker by that Requester."""
        self.blocks[record.owner, record.worker_id] = record

    def lift_block(self, owner: str, worker_id: str) -> None:
        """Take out a Requester's block of a Worker, if there is one."""
        self.blocks.pop((owner, worker_id), None)

    def save_accept_limit(self, record: AcceptLimit) -> None:
        """Put in a limit, in place of the one for that HIT type, or of the default one."""
        self.accept_limits[record.owner, record.hit_type_id] = record

    def remember_token(self, record: UsedToken) -> None:
        """Put in a token, in place of the forgotten use of the same one."""
        self.tokens[record.owner, record.operation, record.token] = record

    def find_token(self, owner: str, operation: str, token: str, at: float) -> UsedToken | None:
        """Return the use of a token that is still remembered at ``at``, or None."""
        used = self.tokens.get((owner, operation, token))
        return used if used is not None and at < used.used_at + TOKEN_LIFE else None

    def find_hit_type(self, owner: str, properties: HITProperties) -> HITType | None:
        """Return the Requester's HIT type with exactly these properties, or None."""
        found = next(iter(self.hit_types_by_properties.of((owner, properties))), None)
        return None if found is None else self.hit_types[found]

    def hits_of(self, owner: str) -> Iterator[HIT]:
        """Yield the Requester's HITs, those disposed of among them, oldest first."""
        return _known(self.hits, self.hits_by_owner.of(owner))

    def hits_in_order(self, owner: str, name: str) -> Sequence[Place]:
        """Return the Requester's HITs in the order of a SortProperty, but for those disposed of by a call."""
        return self.hit_orders.of(
            owner, name, lambda: ((hit, self.hit_types[hit.hit_type_id].properties) for hit in self.hits_of(owner))
        )

    def hits_of_type(self, hit_type_id: str) -> Iterator[HIT]:
        """Yield the HITs of a type, those disposed of among them."""
        return _known(self.hits, self.hits_by_type.of(hit_type_id))

    def assignments_of(self, hit_id: str) -> Iterator[Assignment]:
        """Yield the assignments of a HIT, in whatever state, in the order of acceptance."""
        return _known(self.assignments, self.worked_on.of(hit_id))

    def assignments_by(self, worker_id: str) -> Iterator[Assignment]:
        """Yield the assignments of a Worker, in whatever state, in the order of acceptance."""
        return _known(self.assignments, self.assignments_by_worker.of(worker_id))

    def types_of(self, owner: str) -> Iterator[QualificationType]:
        """Yield the Requester's Qualification types, oldest first."""
        return _known(self.qualification_types, self.types_by_owner.of(owner))

    def pending_requests(self, owner: str) -> Iterator[QualificationRequest]:
        """Yield the requests that wait for a decision of the Requester, oldest first."""
        every = (record for kind in self.types_of(owner) for record in self.requests_for(kind.qualification_type_id))
        return iter(sorted((one for one in every if one.state == "Submitted"), key=lambda record: record.requested_at))

    def requests_for(self, qualification_type_id: str) -> Iterator[QualificationRequest]:
        """Yield the requests for a type, in whatever state, oldest first."""
        return _known(self.qualification_requests, self.requests_by_type.of(qualification_type_id))

    def last_request(self, qualification_type_id: str, worker_id: str) -> QualificationRequest | None:
        """Return the latest request of the Worker for the type, in whatever state, or None."""
        latest_first = reversed(self.requests_by_worker.of((qualification_type_id, worker_id)))
        return next(_known(self.qualification_requests, latest_first), None)

    def messages_to(self, worker_id: str) -> Iterator[Message]:
        """Yield the mails to a Worker, oldest first."""
        return (message for message in self.messages if message.worker_id == worker_id)

    def dump(self) -> dict[str, Any]:
        """Return everything, secret keys included, as values that JSON can carry; `load` takes it back."""
        tables = {name: list(map(row_of, self._records(name))) for name in TABLES}
        counters = {name: getattr(self, name) for name in COUNTERS}
        return {"format": FORMAT, **counters, **tables}

    def copy(self) -> Self:
        """Return a store that holds the same, and knows nothing of what happens to this one.

        Records never change, so both stores hold the same ones.
        """
        other = type(self)(seed=self.seed)
        for name in [*vars(other)]:
            setattr(other, name, copy(getattr(self, name)))
        return other

    def _records(self, table: str) -> Iterable[Any]:
        records: Mapping[Any, Any] | list[Any] = getattr(self, table)
        return records.values() if isinstance(records, Mapping) else records

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return the store that was dumped; ValueError for a dump of another format."""
        if data.get("format") != FORMAT:
            raise ValueError(f"a store was dumped in format {data.get('format')!r}, this kit reads {FORMAT}: dump anew")
        store = cls(seed=data["seed"])
        for name in COUNTERS:
            setattr(store, name, data[name])
        for name, (kind, put) in TABLES.items():
            for row in data[name]:
                put(store, record_of(kind, row))
        return store


def _known(table: Mapping[str, T], ids: Iterable[str]) -> Iterator[T]:
    """Yield the records that a table has under these ids; one that was lost has left its id behind."""
    return (table[one] for one in ids if one in table)


COUNTERS = ("seed", "calls", "issued", "clock_offset")
TABLES: dict[str, tuple[type, Callable[[Store, Any], None]]] = {
    "requesters": (Requester, Store.add_requester),
    "workers": (Worker, Store.add_worker),
    "qualification_types": (QualificationType, Store.save_type),
    "qualification_requests": (QualificationRequest, Store.save_request),
    "qualifications": (Qualification, Store.save_qualification),
    "messages": (Message, Store.send_message),
    "hit_types": (HITType, Store.save_hit_type),
    "hits": (HIT, Store.save_hit),
    "layouts": (HITLayout, Store.save_layout),
    "assignments": (Assignment, Store.save_assignment),
    "uploads": (Upload, Store.save_upload),
    "payments": (BonusPayment, Store.record_payment),
    "blocks": (WorkerBlock, Store.save_block),
    "accept_limits": (AcceptLimit, Store.save_accept_limit),
    "tokens": (UsedToken, Store.remember_token),
    "review_results": (ReviewResult, Store.save_review_result),
    "review_actions": (ReviewAction, Store.save_review_action),
    "notification_settings": (NotificationSetting, Store.save_notification_setting),
    "notifications": (Notification, Store.send_notification),
}
"""Attribute of the store → its records, and how one is put in: what a dump holds, in the order in which it is read."""
