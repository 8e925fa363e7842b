"""Good calls of every operation: values that should be accepted, with ids of objects made for the purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.spec.shapes import ElementShape, Shapes, shapes_for
from conformance.strategies.sweep import sample_value, unknown_identifier
from conformance.suites.assignments import REWARD, Employer, Work
from conformance.suites.forms import form_and_answer, selection_form
from conformance.suites.preconditions import Given, ListedRequest

_HIT_GROUPS = ("Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary")
# What an operation should be given beside its required parameters, or differently than by their types.
_EXTRA: dict[str, Callable[["GoodCalls"], dict[str, Any]]] = {
    "CreateQualificationType": lambda calls: {
        "Description": "made by a conformance run",
        "QualificationTypeStatus": "Active",
        **calls.type_properties(),
    },
    "AssignQualification": lambda _: {"IntegerValue": 7, "SendNotification": "true"},
    "GrantQualification": lambda _: {"IntegerValue": 7},
    "GetHIT": lambda _: {"ResponseGroup": list(_HIT_GROUPS)},
    "CreateHIT": lambda calls: {
        "HITTypeId": calls.employer.hit_type(),
        "Question": form_and_answer("q1")[0],
        "LifetimeInSeconds": 3600,
        "ResponseGroup": list(_HIT_GROUPS),
    },
    "RegisterHITType": lambda _: {"AssignmentDurationInSeconds": 3600},
    "GetAssignmentsForHIT": lambda calls: calls.decided_hit(),
    "GetBonusPayments": lambda calls: {"AssignmentId": calls.paid().assignment_id},
    "GrantBonus": lambda calls: calls.texts("GrantBonus", "Reason", "UniqueRequestToken"),
}


@dataclass(kw_only=True)
class GoodCalls:
    """Makes the objects that a good call needs, each when it is first asked for.

    A QualificationType has a test with its answer key, or else it is granted ``automatically``.
    """

    given: Given
    version: str
    automatically: bool = False
    _request: ListedRequest | None = field(default=None, init=False)
    _work: Work | None = field(default=None, init=False)

    @property
    def employer(self) -> Employer:
        """The Requester as one who has HITs worked on."""
        return Employer(self.given)

    def request(self) -> ListedRequest:
        """Return a pending QualificationRequest."""
        self._request = self._request or self.given.pending_request()
        return self._request

    def answered(self) -> ListedRequest:
        """Return a pending QualificationRequest with the answers to its type's test."""
        form, answer = form_and_answer("q1")
        type_id = self.given.qualification_type(Test=form, TestDurationInSeconds=600)
        return self.given.answered_test(type_id, answer)

    def work(self, operation: str) -> Work:
        """Return an assignment: undecided for what decides it, approved for all else."""
        undecided = operation in ("ApproveAssignment", "RejectAssignment")
        self._work = self._work or (self.employer.submitted() if undecided else self.employer.approved())
        return self._work

    def paid(self) -> Work:
        """Return an assignment for which a bonus has been paid."""
        work = self.employer.approved()
        self.given.requester.must("GrantBonus", self.employer.bonus_values(work))
        return work

    def decided_hit(self) -> dict[str, Any]:
        """Return the id of a HIT with an approved and a rejected assignment, where Workers can be driven."""
        if "worker:submit" not in self.given.workers.capabilities:
            return {}
        hit_id = self.employer.hit(MaxAssignments=2)
        self.employer.approved(hit_id, RequesterFeedback=self.given.name("feedback"))
        self.employer.rejected(hit_id)
        return {"HITId": hit_id, "ResponseGroup": ["Minimal", "AssignmentFeedback"]}

    def type_properties(self) -> dict[str, Any]:
        """Return what a QualificationType can have; a test and a grant without asking exclude each other."""
        shared = {"Keywords": "conformance, test", "RetryDelayInSeconds": 60}
        if self.automatically:
            return {**shared, "AutoGranted": "true", "AutoGrantedValue": 5}
        form, key = selection_form("q1")
        return {**shared, "Test": form, "TestDurationInSeconds": 600, "AnswerKey": key}

    def texts(self, operation: str, *names: str) -> dict[str, str]:
        """Return texts for those of the parameters that the version knows."""
        request = shapes_for(self.version).operation(operation).request
        return {name: self.given.name("text") for name in names if request.element(name)}

    def values(self, operation: str, *, without: str = "") -> dict[str, Any]:
        """Return values for the required parameters of ``operation``, the one called ``without`` left out."""
        shapes = shapes_for(self.version)
        members = shapes.operation(operation).request.elements
        values = {
            member.name: self._value(operation, member, shapes)
            for member in members
            if member.min > 0 and member.name != without
        }
        if operation in _EXTRA and not without:
            values |= _EXTRA[operation](self)
        return values

    def _value(self, operation: str, member: ElementShape, shapes: Shapes) -> Any:
        if member.type == "Price":
            return REWARD
        if member.refers:
            return self._identifier(operation, member)
        simple = shapes.simple(member.type)
        assert simple is not None
        return self.given.name("text") if simple.base == "xs:string" else sample_value(simple)

    def _identifier(self, operation: str, member: ElementShape) -> str:
        """Return the id of an object that exists, or of none where no Worker can be driven."""
        can = self.given.workers.capabilities
        makers: dict[str, Callable[[], str]] = {
            "QualificationType": self._qualification_type,
            "HIT": self.employer.hit,
            "HITType": self.employer.hit_type,
        }
        if "worker:request-qualification" in can:
            makers["QualificationRequest"] = lambda: self.request().qualification_request_id
            makers["Worker"] = self.given.workers.new_worker
        if "worker:submit" in can:
            makers["Assignment"] = lambda: self.work(operation).assignment_id
            if operation == "GrantBonus":
                makers["Worker"] = lambda: self.work(operation).worker_id
        maker = makers.get(str(member.refers))
        return maker() if maker else unknown_identifier(self.given.name("unknown"))

    def _qualification_type(self) -> str:
        if self._request:
            return self._request.qualification_type_id
        return self.given.qualification_type(**self.type_properties())
