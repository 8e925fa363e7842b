"""Anything may be asked of the endpoint, in any order: it never fails within, and what it holds always adds up.

``FUZZ`` examples of the state machine, a few unless the environment says otherwise.
"""

import json
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conformance.bindings.query import Answer, Credentials, read_answer, write_call
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.hit_states import in_progress
from conformance.reference.money import fee
from conformance.reference.records import STARTING_BALANCE
from conformance.reference.store import Store
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import VERSIONS
from conformance.strategies.messages import faulty_requests, valid_requests
from conformance.wire.flattening import FlatteningError, Values
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

EXAMPLES = int(os.environ.get("FUZZ", "8"))
LIMITS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
START = 1_400_000_000.0
DAY = 86_400.0
ACCOUNTS = [Credentials(access_key_id=name, secret_key=f"secret of {name}") for name in ("OWNER", "OTHER")]
TOKEN = "control-token-of-the-fuzzer"
FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/"
FORM = (
    f'<QuestionForm xmlns="{FAMILY}QuestionForm.xsd"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
    "</Question></QuestionForm>"
)
ANSWERS = (
    f'<QuestionFormAnswers xmlns="{FAMILY}QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>q</QuestionIdentifier>'
    "<FreeText>a</FreeText></Answer></QuestionFormAnswers>"
)
TIMES = {"AssignmentDurationInSeconds": ["3600"], "LifetimeInSeconds": ["86400"]}
BONUS = {"Amount": ["0.07"], "CurrencyCode": ["USD"]}
OF_A_HIT: dict[str, Values] = {
    "ExtendHIT": {"MaxAssignmentsIncrement": ["1"], "ExpirationIncrementInSeconds": ["3600"]},
    "DisableHIT": {},
    "ForceExpireHIT": {},
    "DisposeHIT": {},
    "SetHITAsReviewing": {},
    "GetAssignmentsForHIT": {},
    "GetBonusPayments": {},
}
OF_AN_ASSIGNMENT: dict[str, Values] = {
    "ApproveAssignment": {},
    "RejectAssignment": {},
    "ApproveRejectedAssignment": {},
    "GrantBonus": {"BonusAmount": [BONUS], "Reason": ["r"]},
    "GetAssignment": {},
}
OF_NOTHING: dict[str, Values] = {
    "CreateQualificationType": {"Name": ["n"], "Description": ["d"], "QualificationTypeStatus": ["Active"]},
    "SearchHITs": {"SortProperty": ["Title"], "SortDirection": ["Descending"], "PageSize": ["2"]},
    "GetReviewableHITs": {},
    "GetQualificationRequests": {},
    "SearchQualificationTypes": {"MustBeRequestable": ["false"]},
    "GetRequesterStatistic": {"Statistic": ["NumberHITsAssignable"], "TimePeriod": ["LifeToDate"]},
    "GetBlockedWorkers": {},
}
ACTIONS = ("assignments", "submissions", "returns", "qualification-requests", "test-submissions", "previews", "uploads")
STATES = ("Accepted", "Returned", "Submitted", "Approved", "Rejected")
HANDED_IN = STATES[2:]


class WholeAPI(RuleBasedStateMachine):
    """Two Requesters and their Workers, at one endpoint."""

    @initialize()
    def begin(self) -> None:
        """Serve an endpoint where somebody has work for somebody."""
        self.now = START
        store = Store.new(requesters=ACCOUNTS)
        self.endpoint = Endpoint(store, options=Options(control_token=TOKEN))
        self.deposited = STARTING_BALANCE * len(ACCOUNTS)
        self.control("workers", {"count": 2})
        for account in ACCOUNTS:
            self.make_hit(account, 2, "0.05")

    @property
    def store(self) -> Store:
        """Return what the endpoint holds now: after a restart it is another store."""
        return self.endpoint.store

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request; nothing makes the endpoint fail."""
        response = self.endpoint.handle(request, self.now)
        assert 200 <= response.status < 500, (request, response)
        self.now += 0.5
        return response

    def call(self, account: Credentials, version: str, operation: str, values: Values) -> Answer | None:
        """Make a signed call; None where parameters cannot express it."""
        try:
            request = write_call(
                operation,
                values,
                url="http://endpoint.test/",
                credentials=account,
                version=version,
                timestamp=format_timestamp(self.now + self.store.clock_offset),
            )
        except (FlatteningError, UnicodeEncodeError):
            return None
        answer = read_answer(self.send(request))
        assert answer.accepted or answer.summary
        return answer

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Use the control API."""
        headers = (("Authorization", f"Bearer {TOKEN}"),)
        url = f"http://endpoint.test/control/{path}"
        reply = json.loads(
            self.send(HttpRequest(method="POST", url=url, headers=headers, body=json.dumps(body).encode())).body
        )
        assert isinstance(reply, dict)
        return reply

    def account(self, owner: str) -> Credentials:
        """Return the credentials of a Requester."""
        return Credentials(access_key_id=owner, secret_key=self.store.requesters[owner].secret_key)

    def ids(self) -> dict[str, list[str]]:
        """Return ids that there are, by what they are of."""
        store = self.store
        tables = {
            "HIT": store.hits,
            "HITType": store.hit_types,
            "Assignment": store.assignments,
            "Worker": store.workers,
            "QualificationType": store.qualification_types,
            "QualificationRequest": store.qualification_requests,
        }
        return {name: list(table) for name, table in tables.items() if table}

    @rule(account=st.sampled_from(ACCOUNTS), count=st.integers(1, 3), reward=st.sampled_from(["0.00", "0.05", "1.13"]))
    def make_hit(self, account: Credentials, count: int, reward: str) -> None:
        """Create a HIT that Workers can work on."""
        values: Values = {
            **TIMES,
            "Title": ["t"],
            "Description": ["d"],
            "Question": [FORM],
            "MaxAssignments": [str(count)],
            "Reward": [{"Amount": [reward], "CurrencyCode": ["USD"]}],
        }
        self.call(account, "2014-08-15", "CreateHIT", values)

    @rule(account=st.sampled_from(ACCOUNTS), version=st.sampled_from(VERSIONS), data=st.data())
    def any_call(self, account: Credentials, version: str, data: st.DataObject) -> None:
        """Call any operation as its shape allows, with ids that there are."""
        shapes = shapes_for(version)
        operation = data.draw(st.sampled_from(sorted(shapes.operations)))
        self.call(account, version, operation, data.draw(valid_requests(shapes, operation, ids=self.ids())))

    @rule(operation=st.sampled_from(sorted(OF_A_HIT)), data=st.data())
    def call_about_a_hit(self, operation: str, data: st.DataObject) -> None:
        """Let the owner of a HIT do something to it."""
        hit = data.draw(st.sampled_from(list(self.store.hits.values())))
        self.call(self.account(hit.owner), "2014-08-15", operation, {"HITId": [hit.hit_id], **OF_A_HIT[operation]})

    @precondition(lambda self: self.store.assignments)
    @rule(operation=st.sampled_from(sorted(OF_AN_ASSIGNMENT)), data=st.data())
    def call_about_an_assignment(self, operation: str, data: st.DataObject) -> None:
        """Let the Requester decide on what a Worker has done, or pay a bonus."""
        record = data.draw(st.sampled_from(list(self.store.assignments.values())))
        values: Values = {"AssignmentId": [record.assignment_id], **OF_AN_ASSIGNMENT[operation]}
        if operation == "GrantBonus":
            values["WorkerId"] = [record.worker_id]
        self.call(self.account(self.store.hits[record.hit_id].owner), "2014-08-15", operation, values)

    @rule(account=st.sampled_from(ACCOUNTS), operation=st.sampled_from(sorted(OF_NOTHING)))
    def call_about_nothing(self, account: Credentials, operation: str) -> None:
        """Make a call that needs no id."""
        self.call(account, "2014-08-15", operation, OF_NOTHING[operation])

    @precondition(lambda self: self.store.qualification_types)
    @rule(data=st.data())
    def qualify(self, data: st.DataObject) -> None:
        """Let a Worker ask for a Qualification, and the Requester decide, or give it unasked."""
        kind = data.draw(st.sampled_from(list(self.store.qualification_types.values())))
        worker_id = data.draw(st.sampled_from(list(self.store.workers)))
        named: Values = {"QualificationTypeId": [kind.qualification_type_id]}
        self.control(
            f"workers/{worker_id}/qualification-requests", {"qualification_type_id": kind.qualification_type_id}
        )
        last = self.store.last_request(kind.qualification_type_id, worker_id)
        asked: Values = {"QualificationRequestId": [last.qualification_request_id if last else "none"]}
        subject: Values = {**named, "SubjectId": [worker_id]}
        calls: dict[str, Values] = {
            "GrantQualification": asked,
            "RejectQualificationRequest": asked,
            "AssignQualification": {**named, "WorkerId": [worker_id]},
            "UpdateQualificationScore": {**subject, "IntegerValue": ["3"]},
            "RevokeQualification": subject,
            "DisposeQualificationType": named,
        }
        operation = data.draw(st.sampled_from(sorted(calls)))
        self.call(self.account(kind.owner), "2014-08-15", operation, calls[operation])

    @rule(data=st.data(), hand_in=st.booleans())
    def work_on_a_hit(self, data: st.DataObject, hand_in: bool) -> None:
        """Let a Worker accept a HIT, and perhaps hand in the answers."""
        hit_id = data.draw(st.sampled_from(list(self.store.hits)))
        worker_id = data.draw(st.sampled_from(list(self.store.workers)))
        told = self.control(f"workers/{worker_id}/assignments", {"hit_id": hit_id})
        if hand_in and "assignment_id" in told:
            self.control(f"workers/{worker_id}/submissions", _submission(told["assignment_id"]))

    @rule(version=st.sampled_from(VERSIONS), data=st.data())
    def faulty_call(self, version: str, data: st.DataObject) -> None:
        """Call any operation with one fault."""
        shapes = shapes_for(version)
        operation = data.draw(st.sampled_from(sorted(shapes.operations)))
        values = data.draw(faulty_requests(shapes, operation)).values
        if values is not None:
            self.call(ACCOUNTS[0], version, operation, values)

    @rule(action=st.sampled_from(ACTIONS), data=st.data())
    def work(self, action: str, data: st.DataObject) -> None:
        """Let a Worker do something."""
        known = self.ids()

        def one(kind: str) -> str:
            return data.draw(st.sampled_from(known.get(kind, ["none"])))

        worker_id = one("Worker")
        own = [record.assignment_id for record in self.store.assignments_by(worker_id)]
        body = {
            "hit_id": one("HIT"),
            "assignment_id": data.draw(st.sampled_from(own)) if own else "none",
            "qualification_type_id": one("QualificationType"),
            "answer": ANSWERS,
            "question_identifier": "q",
            "content": "c",
        }
        self.control(f"workers/{worker_id}/{action}", body)

    @rule(body=st.dictionaries(st.text(max_size=3), st.none() | st.floats() | st.text(), max_size=3), data=st.data())
    def nonsense_to_the_control_api(self, body: dict[str, Any], data: st.DataObject) -> None:
        """Ask it for what it does not know."""
        worker_id = data.draw(st.sampled_from(list(self.store.workers)))
        self.control(f"workers/{worker_id}/{data.draw(st.sampled_from(ACTIONS))}", body)

    @rule(seconds=st.sampled_from([1.0, 3600.0, DAY, 31 * DAY, 121 * DAY]))
    def pass_time(self, seconds: float) -> None:
        """Let time pass: HITs expire, submissions are approved, what is old is forgotten."""
        self.control("clock", {"advance": seconds})

    @rule(balance=st.sampled_from([None, None, 0, 123]))
    def restart(self, balance: int | None) -> None:
        """Restart the endpoint, perhaps after letting in another Requester and another Worker."""
        if balance is not None:
            self.control("requesters", {"balance": f"{balance // 100}.{balance % 100:02}"})
            self.control("workers", {})
            self.deposited += balance
        self.control("restart", {})

    @invariant()
    def the_money_adds_up(self) -> None:
        """What the Requesters have and what they have paid, with the fees, is what was deposited."""
        store = self.store
        rewards = [
            store.hit_types[store.hits[one.hit_id].hit_type_id].properties.reward
            for one in store.assignments.values()
            if one.state == "Approved"
        ]
        paid = [*rewards, *(payment.amount for payment in store.payments)]
        balance = sum(requester.balance for requester in store.requesters.values())
        assert balance + sum(paid) + sum(map(fee, paid)) == self.deposited
        assert all(requester.balance >= 0 for requester in store.requesters.values())

    @invariant()
    def every_assignment_is_in_one_state(self) -> None:
        """Of the states that there are, with the times that belong to it, for a HIT and a Worker that there are."""
        store = self.store
        for one in store.assignments.values():
            assert one.state in STATES
            assert (one.submitted_at is not None) == (one.state in HANDED_IN), one
            assert (one.decided_at is not None) == (one.state in ("Approved", "Rejected")), one
            assert (one.assignment_id in store.awaiting) == (one.state == "Submitted"), one
            assert one.hit_id in store.hits
            assert one.worker_id in store.workers
            assert [held.assignment_id for held in store.assignments_of(one.hit_id)].count(one.assignment_id) == 1

    @invariant()
    def the_counters_of_every_hit_agree(self) -> None:
        """What GetHIT counts is what there is, and no more assignments are given than the HIT has."""
        store, now = self.store, self.now + self.store.clock_offset
        for hit in list(store.hits.values()):
            account = self.account(hit.owner)
            groups = ["HITDetail", "HITAssignmentSummary"]
            answer = self.call(account, "2014-08-15", "GetHIT", {"HITId": [hit.hit_id], "ResponseGroup": [*groups]})
            assert answer is not None
            assert answer.accepted, answer.summary
            states = Counter(one.state for one in store.assignments_of(hit.hit_id))
            busy = sum(in_progress(one, now) for one in store.assignments_of(hit.hit_id))
            pending, available, completed = (
                int(answer.text(f"NumberOfAssignments{name}") or "") for name in ("Pending", "Available", "Completed")
            )
            assert completed == states["Approved"] + states["Rejected"]
            assert busy - 1 <= pending <= busy  # half a second later the time of one may be over
            assert 0 <= pending + available + completed + states["Submitted"] <= hit.max_assignments
            assert (answer.text("HITStatus") == "Assignable") == (available > 0)

    @invariant()
    def a_store_read_anew_is_the_same(self) -> None:
        """Groups, orders and everything else that follows from the tables is what the tables say."""
        store, derived = self.store, ("to_review", "to_notify", "alarms", "next_approval")
        loaded = Store.load(json.loads(json.dumps(store.dump())))
        for name, value in vars(loaded).items():
            assert name in derived or value == getattr(store, name), name


def test_whatever_is_asked_of_it_the_endpoint_holds_together() -> None:
    """No failure within, no broken invariant."""
    run_state_machine_as_test(WholeAPI, settings=LIMITS)


def test_a_reward_that_is_not_charged_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state machine can fail: money that nobody pays does not add up."""
    monkeypatch.setattr(Store, "charge", lambda *_: None)
    machine = WholeAPI()
    machine.begin()
    machine.control("workers/{}/assignments".format(*machine.store.workers), {"hit_id": next(iter(machine.store.hits))})
    (assignment,) = machine.store.assignments.values()
    machine.control(f"workers/{assignment.worker_id}/submissions", _submission(assignment.assignment_id))
    machine.the_money_adds_up()
    machine.call(ACCOUNTS[0], "2014-08-15", "ApproveAssignment", {"AssignmentId": [assignment.assignment_id]})
    with pytest.raises(AssertionError):
        machine.the_money_adds_up()


def _submission(assignment_id: str) -> dict[str, Any]:
    return {"assignment_id": assignment_id, "answer": ANSWERS}
