import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest

from conformance.bindings.query import read_answer
from conformance.reference.records import UsedToken
from conformance.spec.versions import VERSIONS
from conformance.wire.timestamps import format_timestamp

PREFIX = "AWS.MechanicalTurk."
TOKEN = {"UniqueRequestToken": "t" * 64}


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    assert {error.place for error in answer.errors} <= {"Request"}
    return [error.code.removeprefix(PREFIX) for error in answer.errors]


def price(amount: str, currency: str = "USD") -> dict[str, list[str]]:
    """Return a Price."""
    return {"Amount": [amount], "CurrencyCode": [currency]}


def test_a_bonus_is_paid_told_and_listed(scene: Any) -> None:
    """The amount and a fifth of it leave the account; the Worker reads the reason in the very words."""
    assignment, worker, hit_id = scene.approved()
    reason = "schön <b>&amp;\n  done"
    before = scene.balance()
    answer = scene.bonus(assignment, worker, "1234.5", Reason=reason)
    assert [node.tag for node in answer.results[0]] == ["Request"]
    assert before - scene.balance() == Decimal("1481.40")
    (mail,) = scene.messages(worker)
    assert reason in mail["text"]
    assert "1234.50" in mail["text"]
    answer = scene.call("GetBonusPayments", HITId=hit_id)
    assert [node.tag for node in answer.results[0]][1:] == [
        "NumResults",
        "TotalNumResults",
        "PageNumber",
        "BonusPayment",
    ]
    payment = answer.results[0].find("BonusPayment")
    assert [(node.tag, node.text) for node in payment.iter() if not len(node)] == [
        ("WorkerId", worker),
        ("Amount", "1234.50"),
        ("CurrencyCode", "USD"),
        ("FormattedPrice", "$1,234.50"),
        ("AssignmentId", assignment),
        ("Reason", reason),
        ("GrantTime", format_timestamp(scene.now)),
    ]


def test_a_bonus_leaves_the_assignment_as_it_was(scene: Any) -> None:
    """Status and times stay, and every call without a token pays again."""
    assignment, worker, hit_id = scene.approved()

    def shown() -> bytes:
        answer = scene.call("GetAssignmentsForHIT", HITId=hit_id)
        return b"".join(node.text.encode() for node in answer.results[0].find("Assignment"))

    before = shown()
    assert scene.bonus(assignment, worker, "1").accepted
    assert scene.bonus(assignment, worker, "2").accepted
    assert shown() == before
    assert scene.bonuses(AssignmentId=assignment) == [(assignment, "1.00"), (assignment, "2.00")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"BonusAmount": price("0")}, "InvalidParameterValue"),
        ({"BonusAmount": price("-1")}, "InvalidParameterValue"),
        ({"BonusAmount": price("abc")}, "InvalidParameterValue"),
        ({"BonusAmount": price("0.001")}, "InvalidParameterValue"),
        ({"BonusAmount": price("5", "EUR")}, "InvalidParameterValue"),
        ({"BonusAmount": {"Amount": ["5"]}}, "AWS.MissingParameters"),
        ({"BonusAmount": {"CurrencyCode": ["USD"]}}, "AWS.MissingParameters"),
        ({"BonusAmount": "5"}, "AWS.InvalidEnumeratedParameter"),
        ({"BonusAmount": price("8333.34")}, "InsufficientFunds"),
        ({"BonusAmount": price("9" * 18)}, "InsufficientFunds"),
        ({"Reason": ""}, "InvalidParameterValue"),
        ({"Reason": []}, "AWS.MissingParameters"),
        ({"WorkerId": "ZZZ"}, "InvalidParameterValue"),
        ({"AssignmentId": "ZZZ"}, "AssignmentDoesNotExist"),
        ({"UniqueRequestToken": "t" * 65}, "InvalidParameterValue"),
    ],
)
def test_a_refused_bonus_pays_nothing(scene: Any, changes: dict[str, Any], code: str) -> None:
    """No balance, no payment, no mail and no token is changed by it."""
    assignment, worker, hit_id = scene.approved()
    before = scene.endpoint.store.dump()
    assert codes(scene.bonus(assignment, worker, **changes)) == [code]
    after = scene.endpoint.store.dump()
    assert {**after, "calls": before["calls"]} == before
    assert scene.bonuses(HITId=hit_id) == []


def test_a_bonus_is_for_the_worker_of_an_own_assignment(scene: Any, other: Any) -> None:
    """Another Worker or another Requester is refused."""
    assignment, worker, _ = scene.approved()
    stranger = scene.approved()[1]
    assert codes(scene.bonus(assignment, stranger)) == ["InvalidParameterValue"]
    assert codes(scene.bonus(assignment, worker, by=other)) == ["AssignmentDoesNotExist"]


def test_the_whole_balance_is_not_enough(scene: Any) -> None:
    """The fee is asked for as well; to the cent what is there can be spent."""
    account = scene.open_account("13.20")
    assignment, worker, _ = scene.approved(by=account)
    assert str(scene.balance(account)) == "12.00"
    for amount in ("12.00", "10.01"):
        assert codes(scene.bonus(assignment, worker, amount, by=account)) == ["InsufficientFunds"]
    assert scene.bonus(assignment, worker, "10.00", by=account).accepted
    assert str(scene.balance(account)) == "0.00"


@pytest.mark.parametrize("version", VERSIONS)
def test_old_versions_have_rules_of_their_own(scene: Any, version: str) -> None:
    """A reason was not asked for at first, a decision was; tokens came later."""
    wire = {"version": version}
    hit_id = scene.hit()
    assignment, worker = scene.submission(hit_id)
    early = scene.bonus(assignment, worker, "0.01", wire=wire)
    assert codes(early) == ([] if version >= "2008-08-02" else ["InvalidAssignmentState"])
    scene.call("RejectAssignment", AssignmentId=assignment)
    silent = scene.bonus(assignment, worker, Reason=[], wire=wire)
    assert silent.accepted is (version < "2007-06-21")
    answers = [scene.bonus(assignment, worker, wire=wire, **TOKEN) for _ in range(2)]
    assert [answer.accepted for answer in answers] == [True, version < "2011-10-01"]


def test_a_token_pays_once_a_day(scene: Any) -> None:
    """A repeated call, even with other parameters, names the request that paid; after 24 hours it is a new one."""
    assignment, worker, hit_id = scene.approved()
    first = scene.bonus(assignment, worker, **TOKEN)
    for seconds, changes in ((0, {}), (43_200, {"BonusAmount": price("6")}), (43_199, {"Reason": "another"})):
        scene.now += seconds
        answer = scene.bonus(assignment, worker, **TOKEN, **changes)
        assert codes(answer) == ["DuplicateRequest"]
        assert first.request_id in answer.errors[0].message
        assert answer.request_id != first.request_id
    assert scene.bonuses(HITId=hit_id) == [(assignment, "5.00")]
    scene.now += 1
    assert scene.bonus(assignment, worker, **TOKEN).accepted
    assert len(scene.bonuses(HITId=hit_id)) == 2


def test_a_refused_call_does_not_use_its_token(scene: Any) -> None:
    """No bonus, nothing to protect."""
    assignment, worker, _ = scene.approved()
    assert scene.bonus(assignment, worker, "99999", **TOKEN).refused
    assert scene.bonus(assignment, worker, "5", **TOKEN).accepted


def test_tokens_belong_to_a_requester_and_an_operation(scene: Any, other: Any) -> None:
    """The same token elsewhere is another one."""
    assignment, worker, _ = scene.approved(**TOKEN)
    assert scene.bonus(assignment, worker, **TOKEN).accepted
    theirs, their_worker, _ = scene.approved(by=other)
    assert scene.bonus(theirs, their_worker, by=other, **TOKEN).accepted


def test_tokens_and_payments_outlive_a_restart(scene: Any) -> None:
    """What was paid stays paid, and is not paid again."""
    assignment, worker, hit_id = scene.approved()
    first = scene.bonus(assignment, worker, **TOKEN)
    balance = scene.balance()
    store = scene.endpoint.store
    assert scene.control("restart", {}) == (200, {})
    assert scene.endpoint.store is not store
    answer = scene.bonus(assignment, worker, **TOKEN)
    assert first.request_id in answer.errors[0].message
    assert scene.bonuses(HITId=hit_id) == [(assignment, "5.00")]
    assert scene.balance() == balance


def together(scene: Any, assignment: str, worker: str, count: int) -> list[Any]:
    """Send a call with one token several times at once."""
    bonus = {"AssignmentId": assignment, "WorkerId": worker, "BonusAmount": price("5"), "Reason": "r", **TOKEN}
    request = scene.request("GrantBonus", **bonus)
    with ThreadPoolExecutor(count) as pool:
        return [read_answer(one) for one in pool.map(lambda _: scene.send(request), range(count))]


def test_calls_at_once_with_one_token_pay_once(scene: Any) -> None:
    """One is carried out, the others are told so."""
    assignment, worker, hit_id = scene.approved()
    answers = together(scene, assignment, worker, 10)
    assert sorted(answer.accepted for answer in answers) == [False] * 9 + [True]
    assert len({answer.request_id for answer in answers}) == 10
    assert scene.bonuses(HITId=hit_id) == [(assignment, "5.00")]


def test_without_taking_turns_calls_with_one_token_can_pay_twice(scene: Any) -> None:
    """It is the turns that protect: where they are taken away both calls look for the token before either pays."""
    assignment, worker, hit_id = scene.approved()
    store, meeting = scene.endpoint.store, threading.Barrier(2, timeout=10)
    look = store.find_token

    def look_together(*where: Any) -> UsedToken | None:
        used: UsedToken | None = look(*where)
        meeting.wait()
        return used

    scene.endpoint.exclusive = nullcontext()
    store.find_token = look_together
    assert all(answer.accepted for answer in together(scene, assignment, worker, 2))
    assert len(scene.bonuses(HITId=hit_id)) == 2


def test_payments_are_listed_by_hit_or_assignment(scene: Any, other: Any) -> None:
    """All of a HIT, or those of one assignment; both together narrow; pages as everywhere."""
    hit_id, foreign = scene.hit(MaxAssignments="2"), scene.hit(by=other)
    rows = [scene.submission(hit_id) for _ in range(2)]
    amounts = [f"{number + 1}.00" for number in range(11)]
    for number, amount in enumerate(amounts):
        assert scene.bonus(*rows[number % 2], amount).accepted
    assert [amount for _, amount in scene.bonuses(HITId=hit_id)] == amounts[:10]
    assert [amount for _, amount in scene.bonuses(HITId=hit_id, PageNumber="2")] == amounts[10:]
    mine = [(rows[1][0], amount) for amount in amounts[1::2]]
    assert scene.bonuses(AssignmentId=rows[1][0]) == mine == scene.bonuses(AssignmentId=rows[1][0], HITId=hit_id)
    assert scene.bonuses(HITId=scene.hit()) == scene.bonuses(HITId=scene.hit(), AssignmentId=rows[0][0]) == []
    assert codes(scene.call("GetBonusPayments")) == ["AWS.MissingParameters"]
    for wanted, code in (
        ({"HITId": foreign}, "HITDoesNotExist"),
        ({"HITId": "ZZZ"}, "HITDoesNotExist"),
        ({"AssignmentId": "ZZZ"}, "AssignmentDoesNotExist"),
        ({"HITId": hit_id, "PageSize": "0"}, "AWS.ParameterOutOfRange"),
    ):
        assert codes(scene.call("GetBonusPayments", **wanted)) == [code]
    assert codes(scene.call("GetBonusPayments", by=other, AssignmentId=rows[0][0])) == ["AssignmentDoesNotExist"]
