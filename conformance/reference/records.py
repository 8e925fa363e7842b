"""What the store holds: one frozen record a thing; a change is a new record under the same key.

All times are seconds since the epoch by the endpoint's own clock; a Requester is named by the id of its access key.
"""

from dataclasses import dataclass, field
from typing import Literal

STARTING_BALANCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """An account: its key pair, and what it may spend, in cents."""

    access_key_id: str
    secret_key: str = field(repr=False)
    balance: int = STARTING_BALANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Someone who can ask for Qualifications."""

    worker_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationTest:
    """A test: the QuestionForm and perhaps the AnswerKey as they were sent, and the seconds that it may take."""

    form: str
    duration: int
    answer_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationType:
    """A kind of Qualification; ``retry_delay`` in seconds, None where a Worker may ask only once."""

    qualification_type_id: str
    owner: str
    created_at: float
    name: str
    status: str
    description: str | None = None
    keywords: str | None = None
    retry_delay: int | None = None
    test: QualificationTest | None = None
    auto_granted: bool = False
    auto_granted_value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRequest:
    """A Worker's request; ``test`` is the one that the type had when the Worker asked.

    It is ``Started`` while the answers to its test are awaited, ``Submitted`` while the Requester is, and ends as
    ``Granted`` or ``Rejected``.
    """

    qualification_request_id: str
    qualification_type_id: str
    worker_id: str
    state: Literal["Started", "Submitted", "Granted", "Rejected"]
    requested_at: float
    submitted_at: float | None = None
    test: QualificationTest | None = None
    answer: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """What a Worker holds of a type."""

    qualification_type_id: str
    worker_id: str
    value: int
    granted_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail that the service sent to a Worker."""

    worker_id: str
    subject: str
    text: str
    at: float
