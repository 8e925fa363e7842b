"""All that the endpoint knows, in plain tables.

A store is one process's; whoever shares it between threads lets only one of them in at a time (`Endpoint` does).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Self

from conformance.bindings.query import Credentials
from conformance.reference import identifiers
from conformance.reference.records import (
    HIT,
    Assignment,
    BonusPayment,
    HITProperties,
    HITType,
    Locale,
    Message,
    Qualification,
    QualificationRequest,
    QualificationRequirement,
    QualificationTest,
    QualificationType,
    Requester,
    UsedToken,
    Worker,
)

FORMAT = 2

TOKEN_LIFE = 24 * 60 * 60.0
"""How long a UniqueRequestToken is remembered, in seconds."""


class Store:
    """The tables, the counters that ids come from, and how far the endpoint's clock is ahead (seconds).

    ``calls`` counts calls (each RequestId is new), ``issued`` the ids of objects: only the latter changes with what
    the endpoint holds.  ``awaiting`` (when each undecided submission approves itself) and ``worked_on`` (a HIT's
    assignments) follow from the tables.
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
        self.assignments: dict[str, Assignment] = {}
        self.payments: list[BonusPayment] = []
        self.tokens: dict[tuple[str, str, str], UsedToken] = {}
        self.awaiting: dict[str, float] = {}
        self.worked_on: dict[str, list[str]] = {}

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
        """Let in a Requester."""
        self.requesters[requester.access_key_id] = requester

    def add_worker(self, worker: Worker) -> None:
        """Let in a Worker."""
        self.workers[worker.worker_id] = worker

    def save_type(self, record: QualificationType) -> None:
        """Put in a Qualification type, in place of the one with its id."""
        self.qualification_types[record.qualification_type_id] = record

    def save_request(self, record: QualificationRequest) -> None:
        """Put in a Worker's request, in place of the one with its id."""
        self.qualification_requests[record.qualification_request_id] = record

    def save_qualification(self, record: Qualification) -> None:
        """Put in a Qualification, in place of the one that the Worker held of the type."""
        self.qualifications[record.qualification_type_id, record.worker_id] = record

    def send_message(self, message: Message) -> None:
        """Deliver a mail."""
        self.messages.append(message)

    def save_hit_type(self, record: HITType) -> None:
        """Put in a HIT type."""
        self.hit_types[record.hit_type_id] = record

    def save_hit(self, record: HIT) -> None:
        """Put in a HIT, in place of the one with its id."""
        self.hits[record.hit_id] = record

    def save_assignment(self, record: Assignment) -> None:
        """Put in an assignment, in place of the one with its id."""
        if record.assignment_id not in self.assignments:
            self.worked_on.setdefault(record.hit_id, []).append(record.assignment_id)
        self.assignments[record.assignment_id] = record
        self.awaiting.pop(record.assignment_id, None)
        if record.state == "Submitted" and record.auto_approval_at is not None:
            self.awaiting[record.assignment_id] = record.auto_approval_at

    def can_pay(self, access_key_id: str, amount: int, fee: int) -> bool:
        """Tell whether a Requester's balance covers an amount and the fee, in cents."""
        return self.requesters[access_key_id].balance >= amount + fee

    def charge(self, access_key_id: str, amount: int, fee: int) -> None:
        """Take an amount that is paid to a Worker, and the fee, from a Requester's balance (in cents)."""
        requester = self.requesters[access_key_id]
        self.requesters[access_key_id] = replace(requester, balance=requester.balance - amount - fee)

    def record_payment(self, record: BonusPayment) -> None:
        """Put in a bonus that was paid."""
        self.payments.append(record)

    def remember_token(self, record: UsedToken) -> None:
        """Put in a token, in place of the forgotten use of the same one."""
        self.tokens[record.owner, record.operation, record.token] = record

    def find_token(self, owner: str, operation: str, token: str, at: float) -> UsedToken | None:
        """Return the use of a token that is still remembered at ``at``, or None."""
        used = self.tokens.get((owner, operation, token))
        return used if used is not None and at < used.used_at + TOKEN_LIFE else None

    def find_hit_type(self, owner: str, properties: HITProperties) -> HITType | None:
        """Return the Requester's HIT type with exactly these properties, or None."""
        return next(
            (kind for kind in self.hit_types.values() if kind.owner == owner and kind.properties == properties), None
        )

    def assignments_of(self, hit_id: str) -> Iterator[Assignment]:
        """Yield the assignments of a HIT, in whatever state, in the order of acceptance."""
        return (self.assignments[assignment_id] for assignment_id in self.worked_on.get(hit_id, ()))

    def types_of(self, owner: str) -> Iterator[QualificationType]:
        """Yield the Requester's Qualification types, oldest first."""
        return (record for record in self.qualification_types.values() if record.owner == owner)

    def pending_requests(self, owner: str) -> Iterator[QualificationRequest]:
        """Yield the requests that wait for a decision of the Requester, oldest first."""
        types = self.qualification_types
        for record in self.qualification_requests.values():
            if record.state == "Submitted" and types[record.qualification_type_id].owner == owner:
                yield record

    def last_request(self, qualification_type_id: str, worker_id: str) -> QualificationRequest | None:
        """Return the latest request of the Worker for the type, in whatever state, or None."""
        for record in reversed(self.qualification_requests.values()):
            if record.worker_id == worker_id and record.qualification_type_id == qualification_type_id:
                return record
        return None

    def messages_to(self, worker_id: str) -> Iterator[Message]:
        """Yield the mails to a Worker, oldest first."""
        return (message for message in self.messages if message.worker_id == worker_id)

    def dump(self) -> dict[str, Any]:
        """Return everything, secret keys included, as values that JSON can carry; `load` takes it back."""
        return {
            "format": FORMAT,
            "seed": self.seed,
            "calls": self.calls,
            "issued": self.issued,
            "clock_offset": self.clock_offset,
            "requesters": [asdict(record) for record in self.requesters.values()],
            "workers": [asdict(record) for record in self.workers.values()],
            "qualification_types": [asdict(record) for record in self.qualification_types.values()],
            "qualification_requests": [asdict(record) for record in self.qualification_requests.values()],
            "qualifications": [asdict(record) for record in self.qualifications.values()],
            "messages": [asdict(record) for record in self.messages],
            "hit_types": [asdict(record) for record in self.hit_types.values()],
            "hits": [asdict(record) for record in self.hits.values()],
            "assignments": [asdict(record) for record in self.assignments.values()],
            "payments": [asdict(record) for record in self.payments],
            "tokens": [asdict(record) for record in self.tokens.values()],
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return the store that was dumped; ValueError for a dump of another format."""
        if data.get("format") != FORMAT:
            raise ValueError(f"a store was dumped in format {data.get('format')!r}, this kit reads {FORMAT}: dump anew")
        store = cls(seed=data["seed"])
        store.calls, store.issued, store.clock_offset = data["calls"], data["issued"], data["clock_offset"]
        for row in data["requesters"]:
            store.add_requester(Requester(**row))
        for row in data["workers"]:
            store.add_worker(Worker(**row))
        for row in data["qualification_types"]:
            store.save_type(QualificationType(**_with_test(row)))
        for row in data["qualification_requests"]:
            store.save_request(QualificationRequest(**_with_test(row)))
        for row in data["qualifications"]:
            store.save_qualification(Qualification(**row))
        store.messages = [Message(**row) for row in data["messages"]]
        for row in data["hit_types"]:
            store.save_hit_type(HITType(**{**row, "properties": _properties(row["properties"])}))
        for row in data["hits"]:
            store.save_hit(HIT(**row))
        for row in data["assignments"]:
            store.save_assignment(Assignment(**row))
        store.payments = [BonusPayment(**row) for row in data["payments"]]
        for row in data["tokens"]:
            store.remember_token(UsedToken(**row))
        return store


def _with_test(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "test": QualificationTest(**row["test"]) if row["test"] else None}


def _properties(row: Mapping[str, Any]) -> HITProperties:
    return HITProperties(**{**row, "requirements": tuple(map(_requirement, row["requirements"]))})


def _requirement(row: Mapping[str, Any]) -> QualificationRequirement:
    locales = tuple(Locale(**place) for place in row["locales"])
    return QualificationRequirement(**{**row, "integers": tuple(row["integers"]), "locales": locales})
