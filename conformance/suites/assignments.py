"""What money cases start from: HITs, assignments that Workers handed in, and the bonuses paid for them."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from conformance.errors import Blocked
from conformance.spec.shapes import shapes_for
from conformance.suites.forms import form_and_answer
from conformance.suites.preconditions import Given
from conformance.target.requester import Reply, Requester

FEEDBACK = "RequesterFeedback"
REWARD = {"Amount": "0.05", "CurrencyCode": "USD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An assignment that a Worker has submitted."""

    assignment_id: str
    worker_id: str
    hit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """A BonusPayment as GetBonusPayments lists it; ``amount`` is None where it is no number."""

    element: etree._Element
    assignment_id: str
    worker_id: str
    amount: Decimal | None
    reason: str

    def text(self, path: str) -> str:
        """Return the text at ``path`` below the BonusPayment, empty where there is none."""
        return self.element.findtext(path) or ""


def decision(requester: Requester, operation: str, assignment_id: str, **values: Any) -> dict[str, Any]:
    """Return the parameters of an approval or a rejection, with a feedback where the version requires one."""
    shapes = shapes_for(requester.version)
    feedback = shapes.operation(operation).request.element(FEEDBACK) if operation in shapes.operations else None
    required = {FEEDBACK: "decided by a conformance run"} if feedback is not None and feedback.min else {}
    return {"AssignmentId": assignment_id, **required, **values}


def number(text: str | None) -> Decimal | None:
    """Return the number that a text says, or None."""
    try:
        return Decimal((text or "").strip())
    except InvalidOperation:
        return None


def _bonus(element: etree._Element) -> Bonus:
    return Bonus(
        element=element,
        assignment_id=(element.findtext("AssignmentId") or "").strip(),
        worker_id=(element.findtext("WorkerId") or "").strip(),
        amount=number(element.findtext("BonusAmount/Amount")),
        reason=element.findtext("Reason") or "",
    )


class Employer:
    """A Requester who has HITs worked on and pays for it; every step that fails raises Blocked."""

    def __init__(self, given: Given, requester: Requester | None = None) -> None:
        self.given = given
        self.requester = requester or given.requester

    def properties(self) -> dict[str, Any]:
        """Return the properties of a HIT type of its own."""
        return {
            "Title": self.given.name("title"),
            "Description": "made by a conformance run",
            "Reward": REWARD,
            "AssignmentDurationInSeconds": 3600,
        }

    def hit_type(self, **changes: Any) -> str:
        """Register a HIT type and return its id."""
        reply = self.requester.must("RegisterHITType", {**self.properties(), **changes})
        return _identifier(reply, "HITTypeId")

    def hit(self, **values: Any) -> str:
        """Create a HIT, of a new type if none is named, and return its id."""
        defaults = {
            **({} if "HITTypeId" in values else self.properties()),
            "Question": form_and_answer("q1")[0],
            "LifetimeInSeconds": 3600,  # a HIT that is left behind takes itself away
        }
        return _identifier(self.requester.must("CreateHIT", {**defaults, **values}), "HITId")

    def reviewable_hit(self, **values: Any) -> str:
        """Create a HIT, let it expire, and return its id; it is Reviewable, as nobody has accepted it."""
        hit_id = self.hit(**values)
        self.requester.must("ForceExpireHIT", {"HITId": hit_id})
        return hit_id

    def submitted(self, hit_id: str | None = None, worker_id: str | None = None) -> Work:
        """Return an assignment that a Worker, a new one if none is named, has submitted; likewise its HIT."""
        hit_id, worker_id = hit_id or self.hit(), worker_id or self.given.workers.new_worker()
        accepted = self.given.workers.accept_assignment(worker_id, hit_id)
        self.submit(worker_id, accepted.assignment_id)
        return Work(assignment_id=accepted.assignment_id, worker_id=worker_id, hit_id=hit_id)

    def submit(self, worker_id: str, assignment_id: str) -> None:
        """Have a Worker submit an assignment that was accepted."""
        self.given.workers.submit_assignment(worker_id, assignment_id, form_and_answer("q1")[1])

    def approved(self, hit_id: str | None = None, worker_id: str | None = None, **values: Any) -> Work:
        """Return an assignment that is approved, of a HIT and a Worker of its own if none is named."""
        if "worker:accept" not in self.given.workers.capabilities and not (hit_id or worker_id or values):
            return self._approved_before()
        work = self.submitted(hit_id, worker_id)
        self.requester.must("ApproveAssignment", {"AssignmentId": work.assignment_id, **values})
        return work

    def _approved_before(self) -> Work:
        """Return an assignment that was approved before the run and for which no bonus was paid yet."""
        while True:
            ready = self.given.workers.approved_assignment()
            work = Work(assignment_id=ready.assignment_id, worker_id=ready.worker_id, hit_id=ready.hit_id)
            if not self.bonuses(work):
                return work

    def rejected(self, hit_id: str | None = None) -> Work:
        """Return an assignment that is rejected, of a HIT of its own if none is named."""
        work = self.submitted(hit_id)
        self.requester.must("RejectAssignment", decision(self.requester, "RejectAssignment", work.assignment_id))
        return work

    def bonus_values(self, work: Work, amount: str = "5.00", **more: Any) -> dict[str, Any]:
        """Return the parameters of a good GrantBonus."""
        return {
            "WorkerId": work.worker_id,
            "AssignmentId": work.assignment_id,
            "BonusAmount": {"Amount": amount, "CurrencyCode": "USD"},
            "Reason": "Thanks for the careful work",
            **more,
        }

    def grant(self, work: Work, amount: str = "5.00", **more: Any) -> Reply:
        """Call GrantBonus."""
        return self.requester.call("GrantBonus", self.bonus_values(work, amount, **more))

    def bonuses(self, work: Work) -> list[Bonus]:
        """Return the bonuses paid for an assignment."""
        reply = self.requester.must("GetBonusPayments", {"AssignmentId": work.assignment_id, "PageSize": 100})
        return [_bonus(element) for element in reply.all("BonusPayment")]

    def balance(self) -> Decimal:
        """Return the available balance in US dollars."""
        reply = self.requester.must("GetAccountBalance")
        amount = number(reply.text("AvailableBalance/Amount"))
        if amount is None:
            raise Blocked("GetAccountBalance: AvailableBalance/Amount is no number")
        return amount

    def status(self, work: Work) -> tuple[str, str]:
        """Return AssignmentStatus and ApprovalTime of an assignment."""
        reply = self.requester.must("GetAssignmentsForHIT", {"HITId": work.hit_id, "PageSize": 100})
        for element in reply.all("Assignment"):
            if (element.findtext("AssignmentId") or "").strip() == work.assignment_id:
                return (element.findtext("AssignmentStatus") or "").strip(), element.findtext("ApprovalTime") or ""
        raise Blocked("GetAssignmentsForHIT: an assignment that was approved is not listed")


def _identifier(reply: Reply, name: str) -> str:
    identifier = (reply.text(name) or "").strip()
    if not identifier:
        raise Blocked(f"{reply.operation}: no {name} in the reply")
    return identifier
