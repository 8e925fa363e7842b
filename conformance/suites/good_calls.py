"""Good calls of every operation: values that should be accepted, with ids of objects made for the purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.spec.shapes import ElementShape, Shapes, shapes_for
from conformance.spec.versions import TODAY
from conformance.strategies.sweep import sample_value, unknown_identifier
from conformance.suites import qualification_types
from conformance.suites.assignments import REWARD, Employer, Work
from conformance.suites.forms import form_and_answer, selection_form
from conformance.suites.life_cycle import NEWEST_FIRST, increment, sorts
from conformance.suites.notifications import NOTIFICATION
from conformance.suites.preconditions import Given, ListedRequest
from conformance.suites.reviews import Reviewed
from conformance.suites.uploads import FILE, uploaded

_OF_REVIEWABLE = ("DisposeHIT", "SetHITAsReviewing")
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
    "CreateHIT": lambda calls: {**calls.new_hit("CreateHIT"), "ResponseGroup": list(_HIT_GROUPS)},
    "CreateHITWithHITType": lambda calls: calls.new_hit("CreateHITWithHITType"),
    "ExtendHIT": lambda calls: {**increment(calls.version), **calls.texts("ExtendHIT", "UniqueRequestToken")},
    "SearchHITs": lambda calls: {"ResponseGroup": list(_HIT_GROUPS), **calls.listed_hit()},
    "GetReviewableHITs": lambda calls: {"HITTypeId": calls.reviewable_type()},
    "SearchQualificationTypes": lambda calls: calls.listed_type(),
    "DisposeQualificationType": lambda calls: {"QualificationTypeId": calls.qualification_type()},
    "GetHITsForQualificationType": lambda calls: {"QualificationTypeId": calls.required_type()},
    "RegisterHITType": lambda _: {"AssignmentDurationInSeconds": 3600},
    "GetReviewResultsForHIT": lambda calls: calls.reviewed_hit(),
    "GetAssignmentsForHIT": lambda calls: calls.decided_hit(),
    "GetAssignment": lambda _: {"ResponseGroup": ["Minimal", "AssignmentFeedback", "HITDetail", "HITQuestion"]},
    "GetBlockedWorkers": lambda calls: calls.blocked(),
    "GetRequesterStatistic": lambda calls: {"Statistic": "TotalRewardPayout"} if calls.automatically else {},
    "GetWorkerAcceptLimit": lambda calls: calls.limited() if calls.automatically else {},
    "Help": lambda calls: {"HelpType": "ResponseGroup", "About": "HITDetail"} if calls.automatically else {},
    "NotifyWorkers": lambda calls: calls.notified() if calls.automatically else {},
    "GetBonusPayments": lambda calls: {"AssignmentId": calls.paid().assignment_id, **calls.a_page()},
    "GrantBonus": lambda calls: calls.texts("GrantBonus", "Reason", "UniqueRequestToken"),
    "GetQualificationsForQualificationType": lambda calls: {"QualificationTypeId": calls.held()["QualificationTypeId"]},
    "UpdateQualificationScore": lambda calls: {**calls.held(), "IntegerValue": 8},
    "RevokeQualification": lambda calls: {**calls.held(), **calls.texts("RevokeQualification", "Reason")},
}
# What a call should be given in any case, be it without some other parameter.
_ALWAYS: dict[str, dict[str, Any]] = {
    "GetRequesterStatistic": {"Statistic": "NumberHITsCreated", "TimePeriod": "LifeToDate"},
    "GetRequesterWorkerStatistic": {"Statistic": "NumberAssignmentsApproved", "TimePeriod": "LifeToDate"},
    "SendTestEventNotification": {"TestEventType": "AssignmentSubmitted"},
    "SetHITTypeNotification": {"Notification": NOTIFICATION, "Active": "true"},
    "GetFileUploadURL": {"QuestionIdentifier": FILE},
    "Help": {"HelpType": "Operation", "About": "GetReviewableHITs"},
    "NotifyWorkers": {"Subject": "made by a conformance run"},
    "UnblockWorker": {"Reason": "made by a conformance run"},
    "SetWorkerAcceptLimit": {"MaxWorkerAcceptLimit": 10, "LimitGroupType": "Default"},  # as it is by itself
    "GetWorkerAcceptLimit": {"LimitGroupType": "Default"},
}
# What a call without some other parameter needs as well, which its schema does not demand.
_NEEDED: dict[str, Callable[["GoodCalls"], dict[str, Any]]] = {
    "CreateHIT": lambda calls: {
        **calls.employer.properties(),
        "Question": form_and_answer("q1")[0],
        "LifetimeInSeconds": 3600,
    },
    "CreateQualificationType": lambda _: qualification_types.NEEDED,
    "GetBonusPayments": lambda calls: {"HITId": calls.employer.hit()},
    "UpdateQualificationScore": lambda calls: calls.held(),
    "RevokeQualification": lambda calls: calls.held(),
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
        """Return an assignment: undecided for what decides it, approved for most else."""
        self._work = self._work or self._new_work(operation)
        return self._work

    def _new_work(self, operation: str) -> Work:
        feedback = self.given.name("feedback")
        if operation in ("ApproveAssignment", "RejectAssignment"):
            return self.employer.submitted()
        if operation == "GetFileUploadURL" and "worker:upload-file" in self.given.workers.capabilities:
            return uploaded(self.employer)
        if operation == "ApproveRejectedAssignment" or (operation == "GetAssignment" and self.automatically):
            return self.employer.rejected()
        return self.employer.approved(RequesterFeedback=feedback)

    def paid(self) -> Work:
        """Return an assignment for which a bonus has been paid."""
        work = self.employer.approved()
        for _ in range(2 if self.by_tokens else 1):
            self.given.requester.must("GrantBonus", self.employer.bonus_values(work))
        return work

    @property
    def by_tokens(self) -> bool:
        """Whether a page of a list leads to the next one by a token, so that a reply should have one."""
        return self.version == TODAY

    def a_page(self, size: int = 1) -> dict[str, Any]:
        """Return what asks for the first page of a list that has more, where that tells a token."""
        return {"PageSize": size} if self.by_tokens else {}

    def blocked(self) -> dict[str, Any]:
        """Block a Worker, where there are any; return what lists the block, unless there are many."""
        if "worker:request-qualification" in self.given.workers.capabilities:
            for _ in range(2 if self.by_tokens else 1):
                blocked = {"WorkerId": self.given.workers.new_worker(), "Reason": self.given.name("reason")}
                self.given.requester.must("BlockWorker", blocked)
        return self.a_page() or {"PageSize": 1000, "PageNumber": 1}

    def limited(self) -> dict[str, Any]:
        """Return what names a HIT type for which a limit is set."""
        group = {"LimitGroupType": "HITType", "LimitGroupId": self.employer.hit_type()}
        self.given.requester.must("SetWorkerAcceptLimit", {"MaxWorkerAcceptLimit": 10, **group})
        return group

    def notified(self) -> dict[str, Any]:
        """Return the ids of a Worker who can be written to and of one who cannot, where Workers can be driven."""
        if "worker:submit" not in self.given.workers.capabilities:
            return {}
        return {"WorkerId": [self.work("NotifyWorkers").worker_id, self.given.workers.new_worker()]}

    def held(self) -> dict[str, Any]:
        """Return what names a Qualification that a Worker holds; where Workers cannot be driven, its type is new."""
        type_id = self.given.qualification_type()
        if not self.given.workers.capabilities:
            return {"QualificationTypeId": type_id}
        values = {"QualificationTypeId": type_id, "WorkerId": self.given.workers.new_worker(), "IntegerValue": 7}
        self.given.requester.must("AssignQualification", values)
        return {"QualificationTypeId": type_id, "SubjectId": values["WorkerId"]}

    def decided_hit(self) -> dict[str, Any]:
        """Return the id of a HIT with an approved and a rejected assignment, where Workers can be driven."""
        if "worker:submit" not in self.given.workers.capabilities:
            return {}
        hit_id = self.employer.hit(MaxAssignments=3 if self.by_tokens else 2)
        self.employer.approved(hit_id, RequesterFeedback=self.given.name("feedback"))
        self.employer.rejected(hit_id)
        if self.by_tokens:
            self.employer.submitted(hit_id)
        return {"HITId": hit_id, "ResponseGroup": ["Minimal", "AssignmentFeedback"], **self.a_page(2)}

    def reviewed_hit(self) -> dict[str, Any]:
        """Return the id of a HIT with review policies, which were applied where Workers can be driven."""
        reviewed = Reviewed(self.given)
        hit_id = reviewed.both()
        if "worker:submit" in self.given.workers.capabilities:
            reviewed.answered(hit_id)
        return {"HITId": hit_id, **self.a_page(5)}

    def new_hit(self, operation: str) -> dict[str, Any]:
        """Return what a HIT is made of: a type of the run where the operation can name it, else properties."""
        named = shapes_for(self.version).operation(operation).request.element("HITTypeId")
        kind = {"HITTypeId": self.employer.hit_type()} if named else self.employer.properties()
        return {**kind, "Question": form_and_answer("q1")[0], "LifetimeInSeconds": 3600}

    def listed_hit(self) -> dict[str, Any]:
        """Make a HIT; return what puts it on the first page of SearchHITs, where that can be told."""
        self.employer.hit()
        return NEWEST_FIRST if sorts(self.version) else {}

    def reviewable_type(self) -> str:
        """Return the id of a HIT type with one HIT, which was submitted where Workers can be driven."""
        type_id = self.employer.hit_type()
        hit_id = self.employer.hit(HITTypeId=type_id)
        if "worker:submit" in self.given.workers.capabilities:
            self.employer.submitted(hit_id)
        return type_id

    def type_properties(self) -> dict[str, Any]:
        """Return what a QualificationType can have; a test and a grant without asking exclude each other."""
        shared = {"Keywords": "conformance, test", "RetryDelayInSeconds": 60}
        if self.automatically:
            return {**shared, "AutoGranted": "true", "AutoGrantedValue": 5}
        form, key = selection_form("q1")
        return {**shared, "Test": form, "TestDurationInSeconds": 600, "AnswerKey": key}

    def listed_type(self) -> dict[str, Any]:
        """Make a QualificationType; return a search that lists it alone."""
        word = qualification_types.word(self.given)
        self.given.qualification_type(Name=word, **self.type_properties())
        qualification_types.found(self.given, word, 1)
        return {"Query": word, "MustBeRequestable": "true", "MustBeOwnedByCaller": "true"}

    def required_type(self) -> str:
        """Return the id of a QualificationType that a HIT requires."""
        type_id = self.given.qualification_type(**self.type_properties())
        hit_ids = qualification_types.hits_requiring(self.given, type_id)
        qualification_types.listed(self.given, type_id, set(hit_ids))
        return type_id

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
        values |= {name: value for name, value in _ALWAYS.get(operation, {}).items() if name != without}
        if operation in _EXTRA and not without:
            values |= _EXTRA[operation](self)
        if operation in _NEEDED and without:
            values |= {name: value for name, value in _NEEDED[operation](self).items() if name != without}
        return values

    def _value(self, operation: str, member: ElementShape, shapes: Shapes) -> Any:
        if member.type == "Price":
            return REWARD
        if member.type == "NotificationSpecification":
            return NOTIFICATION
        if member.refers:
            return self._identifier(operation, member)
        simple = shapes.simple(member.type)
        assert simple is not None
        return self.given.name("text") if simple.base == "xs:string" else sample_value(simple)

    def _identifier(self, operation: str, member: ElementShape) -> str:
        """Return the id of an object that exists, or of none where no Worker can be driven."""
        can = self.given.workers.capabilities
        makers: dict[str, Callable[[], str]] = {
            "QualificationType": self.qualification_type,
            "HIT": self.employer.reviewable_hit if operation in _OF_REVIEWABLE else self.employer.hit,
            "HITType": self.employer.hit_type,
        }
        if "worker:request-qualification" in can:
            makers["QualificationRequest"] = lambda: self.request().qualification_request_id
            makers["Worker"] = self.given.workers.new_worker
        if "worker:submit" in can:
            makers["Assignment"] = lambda: self.work(operation).assignment_id
            if operation in ("GrantBonus", "NotifyWorkers"):
                makers["Worker"] = lambda: self.work(operation).worker_id
        maker = makers.get(str(member.refers))
        return maker() if maker else unknown_identifier(self.given.name("unknown"))

    def qualification_type(self) -> str:
        """Return the id of a QualificationType, of that of the pending request if there is one."""
        if self._request:
            return self._request.qualification_type_id
        return self.given.qualification_type(**self.type_properties())
