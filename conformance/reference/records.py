"""What the store holds: one frozen record a thing; a change is a new record under the same key.

All times are seconds since the epoch by the endpoint's own clock; a Requester is named by the id of its access key.
"""

from dataclasses import dataclass, field
from typing import Literal

from conformance.reference.review_records import ReviewPolicies

STARTING_BALANCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """An account: its key pair, and what it may spend, in cents.

    One that was ``opened`` through the control API is known to nobody else: its secret key is part of a snapshot.
    """

    access_key_id: str
    secret_key: str = field(repr=False)
    balance: int = STARTING_BALANCE
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """A place: where a Worker is, or what a Qualification requirement names."""

    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Someone who can ask for Qualifications and work on HITs, and perhaps ``adult``: agreed to see such content."""

    worker_id: str
    locale: Locale = Locale(country="US")
    adult: bool = False


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
    disposed_at: float | None = None


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
    """What a Worker holds of a type, or held until it was ``Revoked``."""

    qualification_type_id: str
    worker_id: str
    value: int
    granted_at: float
    status: Literal["Granted", "Revoked"] = "Granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRequirement:
    """What Workers have to hold to work on HITs of a type.

    ``guarded`` is what 2017-01-17 calls the actions that it keeps others from, empty where the call named none.
    """

    qualification_type_id: str
    comparator: str
    integers: tuple[int, ...] = ()
    locales: tuple[Locale, ...] = ()
    required_to_preview: bool = False
    guarded: str = ""

    @property
    def guards_preview(self) -> bool:
        """Tell whether those who do not meet it are not shown the HIT; whoever asks for both members gets both."""
        return self.required_to_preview or self.guarded in ("PreviewAndAccept", "DiscoverPreviewAndAccept")


@dataclass(frozen=True, slots=True, kw_only=True)
class HITProperties:
    """What makes a HIT type: equal properties are one type.  The reward is in cents, durations are in seconds.

    The requirements are a set, kept in an order that depends on nothing but their content.
    """

    title: str
    description: str
    reward: int
    assignment_duration: int
    auto_approval_delay: int
    keywords: str | None = None
    requirements: tuple[QualificationRequirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HITType:
    """A Requester's HIT type; its HITs are one group."""

    hit_type_id: str
    hit_group_id: str
    owner: str
    properties: HITProperties


@dataclass(frozen=True, slots=True, kw_only=True)
class HITLayout:
    """HTML with placeholders ``${name}``, from which Questions are made."""

    hit_layout_id: str
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HIT:
    """A HIT; where it stands follows from its assignments and the time (`hit_states`).

    Its Requester can put it among those that are ``reviewing``, extend it (last at ``extended_at``), or dispose of it.
    ``policy_applied`` holds from the moment when its review policy was applied until it is Assignable again.
    """

    hit_id: str
    hit_type_id: str
    owner: str
    created_at: float
    expires_at: float
    question: str
    max_assignments: int
    annotation: str | None = None
    layout_id: str | None = None
    reviewing: bool = False
    disposed_at: float | None = None
    extended_at: float | None = None
    policies: ReviewPolicies | None = None
    policy_applied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A Worker's work on a HIT, from the moment of acceptance; it never moves to another HIT.

    It is ``Accepted`` until the answers are handed in (abandoned if that is not before ``deadline``) or the Worker
    gives it back (``Returned``), then ``Submitted`` until it ends as ``Approved`` or ``Rejected``; at
    ``auto_approval_at`` it is approved by itself.
    """

    assignment_id: str
    hit_id: str
    worker_id: str
    state: Literal["Accepted", "Returned", "Submitted", "Approved", "Rejected"]
    accepted_at: float
    deadline: float
    submitted_at: float | None = None
    auto_approval_at: float | None = None
    decided_at: float | None = None
    answer: str | None = None
    feedback: str | None = None
    returned_at: float | None = None
    known_answer_score: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that a Worker uploaded as the answer to a question; ``content`` is what it holds, a text in UTF-8."""

    key: str
    assignment_id: str
    question_identifier: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusPayment:
    """A bonus that was paid for an assignment: the amount without the fee, in cents."""

    owner: str
    worker_id: str
    assignment_id: str
    amount: int
    granted_at: float
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBlock:
    """A Requester wants no work of a Worker any more, for a reason that the Worker is not told."""

    owner: str
    worker_id: str
    reason: str
    blocked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptLimit:
    """How many assignments a Worker may have at once: of a HIT type, or by default where ``hit_type_id`` is empty."""

    owner: str
    hit_type_id: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedToken:
    """A UniqueRequestToken that an operation carried out for a Requester at ``used_at``.

    ``first`` names the call that used it: its RequestId, or the HITId of what it created.
    """

    owner: str
    operation: str
    token: str
    used_at: float
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail that the service sent to a Worker."""

    worker_id: str
    subject: str
    text: str
    at: float
