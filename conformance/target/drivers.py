"""What the Requester API cannot do: act as a Worker, open an account, move the clock, restart the endpoint.

`WorkerDriver`, `RequesterDriver`, `ClockDriver` and `RestartHook` say what the suites ask for; `control_drivers` has
those that speak the control API.  Here are the drivers of targets that offer nothing: what needs a driver that is not
there is not measured, and never passed.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from conformance.bindings.query import Credentials
from conformance.errors import NotMeasured

WORKER_CAPABILITIES = frozenset(
    {
        "worker:request-qualification",
        "worker:take-test",
        "worker:read-message",
        "worker:preview",
        "worker:accept",
        "worker:return",
        "worker:submit",
        "worker:upload-file",
        "worker:locale",
        "worker:page",
    }
)


KNOWN_WORKERS = "worker:known"
"""There are Workers who exist, whether or not anybody can act as them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationAttempt:
    """How a Worker's wish for a Qualification stands at ``at`` (seconds since the epoch, the endpoint's clock).

    ``state`` is ``granted``, ``pending`` (a request waits for the Requester) or ``test`` (``test`` holds what the
    Worker sees; the request comes into being when the answers are handed in).  ``page`` is the HTML of the page
    that shows the test, None where there is none or the driver does not know.
    """

    state: str
    at: float
    qualification_request_id: str | None = None
    test: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedAssignment:
    """An assignment that a Worker accepted at ``at`` (seconds since the epoch, the endpoint's clock).

    ``url`` is the address of the frame that the Worker then sees, ``page`` the HTML of the page; None where there is
    none or the driver does not know.
    """

    assignment_id: str
    at: float
    url: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedAssignment:
    """An assignment that a Worker submitted, and the Requester of the run approved, before the run."""

    assignment_id: str
    worker_id: str
    hit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail that a Worker got; ``at`` in seconds since the epoch, by the endpoint's clock."""

    subject: str
    text: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that the endpoint sent to a Requester; ``method`` is that of an HTTP request, else empty."""

    transport: str
    method: str
    destination: str
    content_type: str
    body: str
    at: float


Fields = tuple[tuple[str, str], ...]
"""The fields of a form, names and values."""


class WorkerDriver(Protocol):
    """Acts as Workers; each method raises Blocked if the driver fails, NotMeasured if it cannot do that at all.

    Where the endpoint answers that the Worker may not, that is WorkerRefused.
    """

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do, in the words that requirements use in ``needs``."""

    def new_worker(self) -> str:
        """Return the id of a Worker without a past."""

    def worker_in(self, country: str, subdivision: str | None = None) -> str:
        """Return the id of a Worker without a past who is in a country, and perhaps in a part of it (ISO 3166)."""

    def request_qualification(self, worker_id: str, qualification_type_id: str) -> QualificationAttempt:
        """Ask for a Qualification of the type."""

    def submit_test(self, worker_id: str, qualification_type_id: str, answer: str) -> QualificationAttempt:
        """Hand in the answers (a QuestionFormAnswers document) to the type's test."""

    def submit_test_form(self, worker_id: str, qualification_type_id: str, fields: Fields) -> QualificationAttempt:
        """Send the form of the page that shows the type's test."""

    def accept_assignment(self, worker_id: str, hit_id: str) -> AcceptedAssignment:
        """Accept an assignment of the HIT."""

    def submit_assignment(self, worker_id: str, assignment_id: str, answer: str) -> float:
        """Hand in the answers (a QuestionFormAnswers document); return when, by the endpoint's clock."""

    def preview(self, worker_id: str, hit_id: str) -> str | None:
        """Look at a HIT without accepting it; return the address of its frame, None where it has none."""

    def preview_page(self, worker_id: str, hit_id: str) -> str | None:
        """Look at a HIT without accepting it; return the HTML of its page, None where the driver does not know it."""

    def return_assignment(self, worker_id: str, assignment_id: str) -> float:
        """Give back an assignment that was accepted; return when, by the endpoint's clock."""

    def submit_form(self, worker_id: str, assignment_id: str, fields: Fields) -> float:
        """Send the form of an ExternalQuestion or HTMLQuestion; return when, by the endpoint's clock."""

    def upload_file(self, worker_id: str, assignment_id: str, question_identifier: str, content: str) -> float:
        """Upload a file, a text in UTF-8, as the answer to a question; return when, by the endpoint's clock."""

    def read_messages(self, worker_id: str) -> tuple[Message, ...]:
        """Return the mails that the Worker got, oldest first."""

    def approved_assignment(self) -> ApprovedAssignment:
        """Return an assignment that was approved before the run, each once; for those who cannot have any made."""

    def refresh(self) -> None:
        """Forget Workers made in advance: the endpoint was restarted."""


class RequesterDriver(Protocol):
    """Does what Requesters do outside their API: opens accounts, makes HIT layouts."""

    def new_requester(self, balance: str) -> Credentials:
        """Return the credentials of a new Requester with that balance in US dollars (``12.34``).

        Raises Blocked if that fails, NotMeasured where the endpoint opens no accounts.
        """

    def new_layout(self, template: str) -> str:
        """Return the id of a new HIT layout of this HTML, with ``${name}`` for each parameter; raises the same."""

    def sent_notifications(self) -> tuple[Sent, ...]:
        """Return the messages that were sent to Requesters, oldest first; raises the same."""


class ClockDriver(Protocol):
    """The endpoint's clock, in seconds since the epoch."""

    def now(self) -> float:
        """Return the time."""

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises NotMeasured where it cannot be moved, Blocked if that fails."""

    def refresh(self) -> None:
        """Forget how far the clock is ahead: somebody else may have moved it."""


class RestartHook(Protocol):
    """Restarts the endpoint."""

    def restart(self) -> None:
        """Return when the endpoint serves again; raises EndpointUnreachable if it does not come back."""


_NOBODY = "no worker driver: set worker_driver in the profile"


class NoWorkers:
    """The driver of a target on which nobody can act as a Worker; at most, ids of Workers and of their work are known.

    Each of ``worker_ids`` and ``assignments`` is given out once.
    """

    def __init__(self, worker_ids: Iterable[str] = (), assignments: Iterable[ApprovedAssignment] = ()) -> None:
        self._ids, self._assignments = list(worker_ids), list(assignments)
        known = {KNOWN_WORKERS: self._ids, "approved-assignment": self._assignments}
        self.capabilities = frozenset(word for word, listed in known.items() if listed)

    def new_worker(self) -> str:
        """Return the id of a Worker that is listed; NotMeasured where none is left."""
        if KNOWN_WORKERS in self.capabilities and not self._ids:
            raise NotMeasured("all Workers that worker_ids in the profile lists have been used: list more")
        if not self._ids:
            raise NotMeasured(_NOBODY)
        return self._ids.pop(0)

    def approved_assignment(self) -> ApprovedAssignment:
        """Return an assignment that is listed; NotMeasured where none is left."""
        if "approved-assignment" in self.capabilities and not self._assignments:
            raise NotMeasured(
                "all assignments that approved_assignments in the profile lists have been used: list more"
            )
        if not self._assignments:
            raise NotMeasured(_NOBODY)
        return self._assignments.pop(0)

    def worker_in(self, country: str, subdivision: str | None = None) -> str:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def request_qualification(self, worker_id: str, qualification_type_id: str) -> QualificationAttempt:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def submit_test(self, worker_id: str, qualification_type_id: str, answer: str) -> QualificationAttempt:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def submit_test_form(self, worker_id: str, qualification_type_id: str, fields: Fields) -> QualificationAttempt:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def accept_assignment(self, worker_id: str, hit_id: str) -> AcceptedAssignment:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def submit_assignment(self, worker_id: str, assignment_id: str, answer: str) -> float:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def preview(self, worker_id: str, hit_id: str) -> str | None:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def preview_page(self, worker_id: str, hit_id: str) -> str | None:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def return_assignment(self, worker_id: str, assignment_id: str) -> float:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def submit_form(self, worker_id: str, assignment_id: str, fields: Fields) -> float:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def upload_file(self, worker_id: str, assignment_id: str, question_identifier: str, content: str) -> float:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def read_messages(self, worker_id: str) -> tuple[Message, ...]:
        """Raise NotMeasured."""
        raise NotMeasured(_NOBODY)

    def refresh(self) -> None:
        """Do nothing: there are none."""


class RealClock:
    """A clock that can be read and not moved: by default that of this machine, which a target is taken to share."""

    def __init__(self, read: Callable[[], float] = time.time) -> None:
        self._read = read

    def now(self) -> float:
        """Return the time."""
        return self._read()

    def advance(self, seconds: float) -> None:
        """Raise NotMeasured."""
        raise NotMeasured("no clock driver: set clock_driver in the profile")

    def refresh(self) -> None:
        """Do nothing: this clock is never ahead."""
