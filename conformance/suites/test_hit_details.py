"""GetHIT: what was given at creation is what is shown, in the response groups asked for."""

from decimal import Decimal

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import number
from conformance.suites.forms import canonical, form_and_answer
from conformance.suites.hits import (
    COUNTERS,
    Hits,
    Made,
    changed,
    ids_of,
    judge_members,
    judge_text,
    moment,
    names_in,
    text_of,
)
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.opening import Target
from conformance.target.requester import Reply, Requester

KEYWORDS = "location, photograph, image"
DETAILS = (
    *("CreationTime", "Title", "Description", "Keywords", "HITStatus", "MaxAssignments", "Reward"),
    *("AutoApprovalDelayInSeconds", "Expiration", "AssignmentDurationInSeconds", "RequesterAnnotation"),
    "HITReviewStatus",
)


@pytest.mark.verifies(
    "CreateHIT.LifetimeInSeconds.expiration",
    "CreateHIT.RequesterAnnotation.roundtrip",
    "CreateHIT.Reward.decimal",
    "CreateHIT.Reward.formattedprice-ignored",
    "GetHIT.element",
    "GetHIT.question-roundtrip",
    "GetHIT.default-groups",
    "GetHIT.everything",
    "GetHIT.groups.detail",
    "GetHIT.groups.minimal",
    "GetHIT.groups.question",
    "GetHIT.groups.summary",
    "GetHIT.groups.unknown",
    "HIT.counter.names",
    "HIT.CreationTime.format",
    "HIT.Keywords.roundtrip",
)
def test_shows_what_was_given(given: Given, expect: Expect, target: Target) -> None:
    hits = Hits(given)
    question, note = form_and_answer("q1")[0], f"für {given.name('note')} <&>"
    reward = {"Amount": "0.32", "CurrencyCode": "USD"}
    before = target.now()
    made = hits.new(Reward=reward, Question=question, RequesterAnnotation=note, Keywords=KEYWORDS)
    after = target.now()
    plain = hits.read(made.hit_id)
    judge_given(plain, question, note, expect)
    judge_times(plain, before, after, expect)
    elements = plain.answer.root.findall("HIT") if plain.answer.root is not None else []
    expect(
        "GetHIT.element",
        ids_of(elements) == [made.hit_id],
        where="GetHITResponse/HIT",
        expected=f"one HIT, whose HITId is {made.hit_id}",
        actual=f"{len(elements)}, with {', '.join(ids_of(elements))}",
    )
    judge_members("GetHIT.default-groups", plain, expect, present=("HITId", "Title", "Question"))
    everything = ("HITId", "HITTypeId", "Question", *DETAILS, *COUNTERS)
    judge_members("GetHIT.everything", plain, expect, present=everything)
    expect.see("GetHIT.default-groups", where="counters", actual=", ".join({*names_in(plain)} & {*COUNTERS}) or "none")
    judge_groups(hits, made, expect)


def judge_given(reply: Reply, question: str, note: str, expect: Expect) -> None:
    """See that texts, document and reward of a HIT are those of its creation."""
    shown = reply.text("Question")
    expect(
        "GetHIT.question-roundtrip",
        canonical(shown) == canonical(question),
        where="GetHIT/HIT/Question",
        expected=question,
        actual=str(shown),
    )
    judge_text("CreateHIT.RequesterAnnotation.roundtrip", reply, "RequesterAnnotation", note, expect)
    judge_text("HIT.Keywords.roundtrip", reply, "Keywords", KEYWORDS, expect)
    amount = number(reply.text("Reward/Amount"))
    expect(
        "CreateHIT.Reward.decimal",
        amount == Decimal("0.32"),
        where="GetHIT/HIT/Reward/Amount",
        expected="the number 0.32",
        actual=str(amount),
    )
    expect.see(
        "CreateHIT.Reward.formattedprice-ignored",
        where="GetHIT/HIT/Reward/FormattedPrice",
        actual=repr(reply.text("Reward/FormattedPrice")),
    )


def judge_times(reply: Reply, before: float, after: float, expect: Expect) -> None:
    """See that CreationTime lies between two readings of the clock, and Expiration an hour later."""
    created, expires = (moment(text_of(reply, name)) for name in ("CreationTime", "Expiration"))
    expect(
        "HIT.CreationTime.format",
        created is not None and before - 60 <= created <= after + 60,
        where="GetHIT/HIT/CreationTime",
        expected="the time of the creation, give or take a minute",
        actual=repr(text_of(reply, "CreationTime")),
    )
    expect(
        "CreateHIT.LifetimeInSeconds.expiration",
        created is not None and expires is not None and abs(expires - created - 3600) <= 5,
        where="GetHIT/HIT/Expiration",
        expected=f"3600 seconds after {text_of(reply, 'CreationTime')}",
        actual=repr(text_of(reply, "Expiration")),
    )


def judge_groups(hits: Hits, made: Made, expect: Expect) -> None:
    """See what the response groups of GetHIT bring."""
    minimal = hits.read(made.hit_id, "Minimal")
    judge_members("GetHIT.groups.minimal", minimal, expect, present=("HITId",), absent=("Title", "Question"))
    detail = hits.read(made.hit_id, "Minimal", "HITDetail")
    judge_members("GetHIT.groups.detail", detail, expect, present=DETAILS, absent=("Question",))
    question = hits.read(made.hit_id, "HITQuestion")
    judge_members("GetHIT.groups.question", question, expect, present=("Question",), absent=("Title",))
    summary = hits.read(made.hit_id, "Minimal", "HITAssignmentSummary")
    counts = [text_of(summary, name) for name in COUNTERS]
    expect(
        "GetHIT.groups.summary",
        all(count.isdecimal() for count in counts),
        where="GetHIT/HIT",
        expected=f"{', '.join(COUNTERS)}, each an integer",
        actual=str(counts),
    )
    judge_members("HIT.counter.names", summary, expect, present=COUNTERS)
    unknown = hits.requester.call("GetHIT", {"HITId": made.hit_id, "ResponseGroup": "Foo"})
    expect(
        "GetHIT.groups.unknown",
        is_refusal(unknown),
        where="ResponseGroup=Foo",
        expected="an error",
        actual=unknown.summary,
    )
    expect.see("GetHIT.groups.unknown", where="the code", actual=unknown.summary)


@pytest.mark.verifies(
    "HIT.Reward.shape", "HIT.Reward.two-decimals", "Price.FormattedPrice.request", "CreateHIT.Reward.zero"
)
def test_shows_the_reward(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    for amount, requirement, shown in (
        ("0.10", "HIT.Reward.shape", "$0.10"),
        ("5", "HIT.Reward.two-decimals", "$5.00"),
    ):
        reply = hits.read(hits.new(Reward={"Amount": amount, "CurrencyCode": "USD"}).hit_id)
        came = [text_of(reply, f"Reward/{name}") for name in ("Amount", "CurrencyCode", "FormattedPrice")]
        exact = came[0] == "5.00" if amount == "5" else number(came[0]) == Decimal("0.1")
        expect(
            requirement,
            exact and came[2] == shown and (amount == "5" or came[1] == "USD"),
            where=f"GetHIT/HIT/Reward of {amount} US dollars",
            expected=f"Amount {shown[1:]}, CurrencyCode USD, FormattedPrice {shown}",
            actual=str(came),
        )
    priced = {"Amount": "0.05", "CurrencyCode": "USD", "FormattedPrice": "$9.99"}
    reply = hits.requester.call("CreateHIT", {**hits.properties(), **hits.content(), "Reward": priced})
    amount = text_of(hits.read(text_of(reply, "HITId")), "Reward/Amount") if reply.accepted else ""
    expect(
        "Price.FormattedPrice.request",
        reply.refused or number(amount) == Decimal("0.05"),
        where="CreateHIT with FormattedPrice=$9.99",
        expected="an error, or the Amount 0.05",
        actual=f"{reply.summary}, Amount {amount!r}",
    )
    nothing = {"Amount": "0.00", "CurrencyCode": "USD"}
    reply = hits.requester.call("CreateHIT", {**hits.properties(), **hits.content(), "Reward": nothing})
    price = text_of(hits.read(text_of(reply, "HITId")), "Reward/FormattedPrice") if reply.accepted else "none"
    expect.see("CreateHIT.Reward.zero", where="CreateHIT", actual=f"{reply.summary}; FormattedPrice {price}")


@pytest.mark.verifies(
    "CreateHIT.QualificationRequirement.roundtrip", "HIT.QualificationRequirement.value-name", "HIT.RequiredToPreview"
)
def test_shows_the_requirements(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    required = {
        "QualificationTypeId": given.qualification_type(),
        "Comparator": "GreaterThan",
        "IntegerValue": "18",
        "RequiredToPreview": "true",
    }
    reply = hits.read(hits.new(QualificationRequirement=required).hit_id)
    shown = reply.all("QualificationRequirement")
    came = {name: text_of(shown[0], name) for name in required} if shown else {}
    preview = came.get("RequiredToPreview", "")
    expect(
        "CreateHIT.QualificationRequirement.roundtrip",
        len(shown) == 1
        and changed({**came}, {"RequiredToPreview": preview in ("1", "true")})
        == {**required, "RequiredToPreview": True},
        where="GetHIT/HIT/QualificationRequirement",
        expected=str(required),
        actual=f"{len(shown)}: {came}",
    )
    names = [child.tag for one in shown for child in one]
    expect(
        "HIT.QualificationRequirement.value-name",
        "IntegerValue" in names and "Value" not in names,
        where="GetHIT/HIT/QualificationRequirement",
        expected="the value in IntegerValue",
        actual=", ".join(map(str, names)),
    )
    expect.see("HIT.RequiredToPreview", where="RequiredToPreview", actual=repr(preview))


@pytest.mark.verifies("GetHIT.owner-only")
def test_shows_a_hit_to_its_requester_alone(given: Given, expect: Expect, second_requester: Requester) -> None:
    hits = Hits(given)
    made = hits.new()
    foreign = Hits(given, second_requester)
    reply = foreign.requester.call("GetHIT", {"HITId": made.hit_id})
    names = set(names_in(reply)) - {"Request"}
    expect(
        "GetHIT.owner-only",
        reply.refused and not names,
        where="GetHIT by another Requester",
        expected="an error without data",
        actual=f"{reply.summary} {', '.join(sorted(names))}",
    )


@pytest.mark.verifies(
    "HIT.HITGroupId.grouping", "HIT.NumberOfSimilarHITs.count", "CreateHIT.RequesterAnnotation.grouping"
)
def test_groups_hits_by_their_type(given: Given, expect: Expect) -> None:
    """Two HITs of one type, each with a RequesterAnnotation of its own, and one of another type."""
    hits = Hits(given)
    type_id = hits.register()
    made = [*(hits.of_type(type_id, RequesterAnnotation=given.name("note")) for _ in range(2)), hits.new()]
    replies = [hits.read(one.hit_id) for one in made]
    ids = [(text_of(reply, "HITTypeId"), text_of(reply, "HITGroupId")) for reply in replies[:2]]
    expect(
        "CreateHIT.RequesterAnnotation.grouping",
        ids[0] == ids[1],
        where="GetHIT/HIT of two HITs of one type that differ in RequesterAnnotation",
        expected="the same HITTypeId and HITGroupId",
        actual=f"{', '.join(ids[0])} and {', '.join(ids[1])}",
    )
    groups = [text_of(reply, "HITGroupId") for reply in replies]
    expect(
        "HIT.HITGroupId.grouping",
        groups[0] == groups[1] != groups[2] and all(groups),
        where="GetHIT/HIT/HITGroupId of two HITs of one type and one of another",
        expected="one id for the two, another for the third",
        actual=", ".join(groups),
    )
    similar = [text_of(reply, "NumberOfSimilarHITs") for reply in replies]
    expect.see("HIT.NumberOfSimilarHITs.count", where="NumberOfSimilarHITs", actual=", ".join(similar))
