"""All that the endpoint knows, in plain tables.

A store is one process's; whoever shares it between threads lets only one of them in at a time (`Endpoint` does).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Self

from conformance.bindings.query import Credentials
from conformance.reference import identifiers
from conformance.reference.records import (
    Message,
    Qualification,
    QualificationRequest,
    QualificationTest,
    QualificationType,
    Requester,
    Worker,
)

FORMAT = 1


class Store:
    """The tables, the counters that ids come from, and how far the endpoint's clock is ahead (seconds).

    ``calls`` counts calls (each RequestId is new), ``issued`` the ids of objects: only the latter changes with what
    the endpoint holds.
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
        return store


def _with_test(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "test": QualificationTest(**row["test"]) if row["test"] else None}
