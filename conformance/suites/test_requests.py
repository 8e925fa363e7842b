"""How calls may be written: method, order, numbers of parameters, documents, versions."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, NotMeasured
from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import LATEST, in_force
from conformance.suites.assignments import REWARD
from conformance.suites.forms import canonical, form_and_answer, selection_form
from conformance.suites.hits import COUNTERS, Hits, text_of
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, GET, NEEDED, search, word
from conformance.target.requester import Reply, Requester

BALANCE, REGISTER = "GetAccountBalance", "RegisterHITType"
AMOUNT = "AvailableBalance/Amount"
FORM, OTHER_DATE = DOCUMENTS["QuestionForm"], DOCUMENTS["QuestionForm"].replace("2005-10-01", "1999-10-01")


@pytest.mark.verifies("Common.REST.post", "Common.REST.query-and-body", "Common.REST.double-ampersand")
def test_parameters_in_query_and_body(requester: Requester, expect: Expect) -> None:
    by_get = requester.must(BALANCE, method="GET").text(AMOUNT)
    by_post = requester.call(BALANCE)
    good, actual = by_post.accepted and by_post.text(AMOUNT) == by_get, f"{by_post.summary}, {by_post.text(AMOUNT)}"
    expect("Common.REST.post", good, where=f"{BALANCE} by POST", expected=f"success, {by_get}", actual=actual)
    request = requester.write(BALANCE)
    pairs = request.body.split(b"&")
    service = [pair for pair in pairs if pair.startswith(b"Service=")]
    rest = b"&".join(pair for pair in pairs if pair not in service)
    split = replace(request, url=f"{request.url}?{service[0].decode()}", body=rest)
    reply = requester.send(BALANCE, split)
    where = "Service in the query, the rest in the body"
    expect("Common.REST.query-and-body", reply.accepted, where=where, expected="success", actual=reply.summary)
    reply = requester.send(BALANCE, replace(request, body=request.body.replace(b"&", b"&&", 1)))
    expect.see("Common.REST.double-ampersand", where="the body", actual=reply.summary)


@pytest.mark.verifies("Common.Parameters.order", "Common.Parameters.plus", "Common.REST.structured-parameter")
def test_order_blanks_and_structures(given: Given, requester: Requester, expect: Expect) -> None:
    """A HIT type is registered twice, in two orders; its Title has a plus sign in the body, which is a blank."""
    hits = Hits(given)
    values = hits.properties()
    title = f"{values['Title']} plus"
    request = requester.write(REGISTER, {**values, "Title": title})
    plus = replace(request, body=request.body.replace(b"%20plus", b"+plus"))
    turned = replace(plus, body=b"&".join(reversed(plus.body.split(b"&"))))
    replies = [requester.send(REGISTER, one) for one in (plus, turned)]
    ids = [text_of(reply, "HITTypeId") for reply in replies]
    told = "; ".join(reply.summary for reply in replies)
    expect(
        "Common.Parameters.order",
        all(reply.accepted for reply in replies) and len({*ids}) == 1,
        where=f"{REGISTER} in two orders",
        expected="the same HITTypeId twice",
        actual=f"{told}: {', '.join(ids)}",
    )
    accepted = replies[0].accepted
    where = f"{REGISTER} with Reward.1.Amount and Reward.1.CurrencyCode"
    expect("Common.REST.structured-parameter", accepted, where=where, expected="success", actual=replies[0].summary)
    if not accepted:
        raise Blocked(replies[0].cause)
    found = hits.read(hits.of_type(ids[0]).hit_id, "Minimal", "HITDetail")
    shown = [text_of(found, f"Reward/{name}") for name in ("Amount", "CurrencyCode")]
    wanted = [REWARD["Amount"], REWARD["CurrencyCode"]]
    good = shown[1:] == wanted[1:] and float(shown[0] or 0) == float(wanted[0])
    expect("Common.REST.structured-parameter", good, where="Reward", expected=str(wanted), actual=str(shown))
    told = text_of(found, "Title")
    expect("Common.Parameters.plus", told == title, where="Title", expected=repr(title), actual=repr(told))


def _of_both_groups(reply: Reply) -> bool:
    return bool(text_of(reply, "Title")) and all(text_of(reply, name) for name in COUNTERS)


@pytest.mark.verifies("Common.REST.repeated-parameter", "Common.ResponseGroup.list", "Common.REST.index-variants")
def test_numbers_of_parameters(given: Given, requester: Requester, expect: Expect) -> None:
    hits = Hits(given)
    hit_id = hits.new().hit_id
    both = requester.call("GetHIT", {"HITId": hit_id, "ResponseGroup": ["HITDetail", "HITAssignmentSummary"]})
    for requirement in ("Common.REST.repeated-parameter", "Common.ResponseGroup.list"):
        expected, where = "Title and the three counters", "ResponseGroup.1 and ResponseGroup.2"
        expect(requirement, _of_both_groups(both), where=where, expected=expected, actual=told(both))
    if requester.binding == "query":
        judge_variants(requester, hits, hit_id, expect)


def judge_variants(requester: Requester, hits: Hits, hit_id: str, expect: Expect) -> None:
    """See that numbers may be left out of the names of parameters."""
    requirement = "Common.REST.index-variants"
    one = requester.write("GetHIT", {"HITId": hit_id, "ResponseGroup": ["HITDetail"]})
    replies = [requester.send("GetHIT", variant) for variant in variants(one, b"ResponseGroup")]
    good = all(reply.accepted for reply in replies) and len({told(reply) for reply in replies}) == 1
    expect(requirement, good, where="ResponseGroup", expected="the same twice", actual="; ".join(map(told, replies)))
    locale = {"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo", "LocaleValue": {"Country": "US"}}
    typed = requester.write(REGISTER, {**hits.properties(), "QualificationRequirement": locale})
    replies = [requester.send(REGISTER, variant) for variant in variants(typed, b"LocaleValue")]
    ids = {text_of(reply, "HITTypeId") for reply in replies}
    good, actual = all(reply.accepted for reply in replies) and len(ids) == 1, "; ".join(one.summary for one in replies)
    expect(requirement, good, where="LocaleValue", expected="the same HIT type twice", actual=actual)


def variants(request: Any, name: bytes) -> list[Any]:
    """Return a call with a parameter numbered and with the same parameter not numbered."""
    plain = request.body.replace(name + b".1", name)
    numbered = plain.replace(name, name + b".1")
    return [replace(request, body=body) for body in (numbered, plain)]


def told(reply: Reply) -> str:
    """Return what a reply holds, by the names of its elements."""
    names = [str(child.tag) for result in reply.answer.results for child in result]
    return f"{reply.summary}, {', '.join(names)}"


@pytest.mark.verifies(
    "Common.REST.url-encoded-only", "Common.DataSchema.independent", "Common.DataSchema.namespace-required"
)
def test_documents_in_parameters(given: Given, requester: Requester, expect: Expect) -> None:
    requirement, hits = "Common.REST.url-encoded-only", Hits(given)
    form, key = selection_form("q")
    values = {**NEEDED, "TestDurationInSeconds": 600}
    mark = word(given)
    made = requester.call(CREATE, {"Name": f"{mark} good", **values, "Test": form})
    for name in (requirement, "Common.DataSchema.independent"):
        where = f"{CREATE} with a QuestionForm of 2005-10-01"
        expect(name, made.accepted, where=where, expected="success", actual=made.summary)
    if made.accepted:
        read = requester.must(GET, {"QualificationTypeId": text_of(made, "QualificationTypeId")}).text("Test")
        expect(requirement, canonical(read) == canonical(form), where="Test", expected=form, actual=str(read))
    question = form_and_answer("q")[0]
    shown = hits.read(hits.new(Question=question).hit_id, "HITQuestion").text("Question")
    good = canonical(shown) == canonical(question)
    expect(requirement, good, where="Question", expected=question, actual=str(shown))
    escaped = form.replace("&", "&amp;").replace("<", "&lt;")
    again = requester.call(CREATE, {"Name": f"{mark} escaped", **values, "Test": escaped})
    expect.see(requirement, where="Test, escaped as XML before", actual=again.summary)
    requirement, bare = "Common.DataSchema.namespace-required", form.replace(f' xmlns="{FORM}"', "")
    for what, documents in (
        ("no namespace", {"Test": bare}),
        ("another date", {"Test": form.replace(FORM, OTHER_DATE)}),
        (
            "a key in the namespace of forms",
            {"Test": form, "AnswerKey": key.replace("AnswerKey.xsd", "QuestionForm.xsd")},
        ),
    ):
        reply = requester.call(CREATE, {"Name": f"{mark} {what}", **values, **documents})
        expect(requirement, reply.refused, where=f"{CREATE}, {what}", expected="an error", actual=reply.summary)
    for what, text in (("no namespace", bare), ("another date", form.replace(FORM, OTHER_DATE))):
        reply = requester.call("CreateHIT", {**hits.properties(), **hits.content(Question=text)})
        expect(requirement, reply.refused, where=f"CreateHIT, {what}", expected="an error", actual=reply.summary)
    found = len(search(requester, mark).all("QualificationType"))
    most = sum(reply.accepted for reply in (made, again))
    expect(requirement, found <= most, where="SearchQualificationTypes", expected=f"{most} types", actual=str(found))


@pytest.mark.verifies("Common.Version.shape")
def test_versions_keep_later_elements_out(given: Given, requester: Requester, expect: Expect) -> None:
    new = in_force(requester.version, "2012-03-25", None)
    if not new and in_force(requester.version, "2011-10-01", None):
        raise NotMeasured("what this version has of these elements is not known")
    figure = {"Statistic": "NumberHITsCreated", "TimePeriod": "LifeToDate"}
    names = {str(one.tag) for one in requester.must("GetHIT", _asked(given)).answer.results[0]}
    names |= {str(one.tag) for one in requester.must("GetRequesterStatistic", figure).answer.results[0]}
    later = {"HITGroupId", "Statistic", "TimePeriod"}
    expect(
        "Common.Version.shape",
        names & later == (later if new else set()),
        where="GetHIT and GetRequesterStatistic",
        expected=f"{'all' if new else 'none'} of {', '.join(sorted(later))}",
        actual=", ".join(sorted(names & later)) or "none",
    )


def _asked(given: Given) -> dict[str, Any]:
    return {"HITId": Hits(given).new().hit_id, "ResponseGroup": ["Minimal", "HITDetail"]}


@pytest.mark.verifies("Common.Version.optional")
def test_version_left_out(given: Given, requester: Requester, expect: Expect) -> None:
    asked = _asked(given)
    newest = requester.call("GetHIT", asked, common={"Version": LATEST})
    if not newest.accepted:
        raise NotMeasured(f"the endpoint does not offer {LATEST}")
    without = requester.call("GetHIT", asked, omit=["Version"])
    good = without.accepted and told(without) == told(newest)
    expect("Common.Version.optional", good, where="no Version", expected=told(newest), actual=told(without))
