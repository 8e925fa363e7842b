"""What CreateHIT and RegisterHITType take and refuse, and what becomes of what they took.

One row a requirement: calls that differ from a good one in one thing.  A refused CreateHIT must leave no HIT behind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.forms import form_and_answer
from conformance.suites.hits import GROUPS, Hits, changed, named, text_of
from conformance.suites.pages import external_question, html_question
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Reply

Changes = dict[str, Any]
Asked = Callable[[Hits], Changes]

FORM = form_and_answer("q1")[0]
EXTERNAL = external_question("https://example.com/hit")
HTML = html_question("<!DOCTYPE html><html><head><title>HIT</title></head><body><form></form></body></html>")
PROPERTIES = (
    "Title",
    "Description",
    "Keywords",
    "Reward",
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
)
CREATING = ("CreateHIT", "CreateHITWithHITType")
MOST_BYTES = 65535


def price(amount: str | None, currency: str | None = "USD") -> Changes:
    """Return a change of the Reward."""
    return {"Reward": changed({}, {"Amount": amount, "CurrencyCode": currency})}


def padded(size: int) -> str:
    """Return a QuestionForm of that many bytes."""
    return FORM + " " * (size - len(FORM.encode()))


def required(count: int) -> Asked:
    """Return a change to that many requirements, on Qualification types of the run."""
    return lambda hits: {
        "QualificationRequirement": [
            {"QualificationTypeId": hits.given.qualification_type(), "Comparator": "Exists"} for _ in range(count)
        ]
    }


def required_unknown(hits: Hits) -> Changes:
    """Return a change to a requirement on a Qualification type that does not exist."""
    type_id = unknown_identifier(hits.given.name("unknown"))
    return {"QualificationRequirement": {"QualificationTypeId": type_id, "Comparator": "Exists"}}


WRITTEN = ("$0.05", "0,05", "0.05 USD", "0.005")
"""Rewards of which the pattern of an amount takes none."""


def unknown_type(hits: Hits) -> Changes:
    """Return a change to a HITTypeId that was never given out."""
    return {"HITTypeId": unknown_identifier(hits.given.name("unknown"))}


def only_type(type_id: str) -> Changes:
    """Return a change to this HITTypeId, without any properties beside it."""
    return {**dict.fromkeys(PROPERTIES), "HITTypeId": type_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """Calls that differ from a good one: which are to be accepted, which refused, of which it is only told.

    ``shown`` says what GetHIT has to show, by path, where a HIT is made of the first call that is accepted.
    """

    operation: str
    accepted: tuple[Changes | Asked, ...] = ()
    refused: tuple[Changes | Asked, ...] = ()
    told: tuple[Changes, ...] = ()
    shown: dict[str, str] = field(default_factory=dict)


def _lengths(name: str, accepted: int, refused: int, *told: int) -> dict[str, Any]:
    return {
        "accepted": ({name: "x" * accepted},),
        "refused": ({name: "x" * refused},),
        "told": tuple({name: "x" * length} for length in told),
    }


_MARKUP = "é <b>&amp; & \"so\" 'so' 漢字"
CREATE: dict[str, dict[str, Any]] = {
    "forms.dispatch": {"accepted": (lambda hits: only_type(hits.register()), {})},
    "HITTypeId.invalid": {"refused": (only_type("asfd"),)},
    "MaxAssignments.default": {"accepted": ({},), "shown": {"MaxAssignments": "1"}},
    "MaxAssignments.out-of-range-code": {"refused": ({"MaxAssignments": "-1"},)},
    "MaxAssignments.non-numeric-code": {"refused": ({"MaxAssignments": "green"},)},
    "RequesterAnnotation.maxlen": _lengths("RequesterAnnotation", 255, 256),
    "Title.required": {"refused": ({"Title": None},)},
    "Title.maxlen": _lengths("Title", 128, 129),
    "Title.unicode": {"accepted": ({"Title": _MARKUP},), "shown": {"Title": _MARKUP}},
    "Description.required": {"refused": ({"Description": None},)},
    "Description.maxlen": _lengths("Description", 1999, 2001, 2000),
    "Keywords.optional": {"accepted": ({"Keywords": None},), "shown": {"Keywords": ""}},
    "Keywords.maxlen": _lengths("Keywords", 999, 1001, 1000),
    "Reward.required": {"refused": ({"Reward": None},)},
    "Reward.components": {"accepted": (price("0.05"),), "refused": (price("0.05", None), price(None))},
    "Reward.currency": {"accepted": (price("0.05"),), "refused": (price("0.05", "EUR"),)},
    "Reward.precision": {"refused": (price("0.015"), price("-1"))},
    "Reward.text": {"accepted": (price("5"), price("0.05")), "refused": tuple(map(price, WRITTEN))},
    "AssignmentDurationInSeconds.required": {"refused": ({"AssignmentDurationInSeconds": None},)},
    "AutoApprovalDelayInSeconds.default": {
        "accepted": ({"AutoApprovalDelayInSeconds": None},),
        "shown": {"AutoApprovalDelayInSeconds": "2592000"},
    },
    "QualificationRequirement.max": {"accepted": (required(10),), "refused": (required(11),)},
    "QualificationRequirement.unknown-type": {"refused": (required_unknown,)},
    "Question.required-old": {"refused": ({"Question": None},)},
    "Question.required-or-layout": {"accepted": ({},), "refused": ({"Question": None},)},
    "Question.types-old": {"accepted": ({}, {"Question": EXTERNAL})},
    "Question.types": {"accepted": ({}, {"Question": EXTERNAL}, {"Question": HTML})},
    "Question.size": {
        "accepted": ({"Question": padded(MOST_BYTES)},),
        "refused": ({"Question": padded(MOST_BYTES + 1)},),
    },
    "Question.not-xml": {"refused": ({"Question": "who what?"},)},
    "Question.schema-invalid": {
        "refused": (
            {
                "Question": FORM.replace(
                    "</QuestionIdentifier>", "</QuestionIdentifier><IsRequired>notabool</IsRequired>"
                )
            },
            {"Question": FORM.replace("QuestionForm", "QuestionFrom")},
        )
    },
    "HITLayoutId.unknown": {
        "refused": (lambda hits: {"Question": None, "HITLayoutId": unknown_identifier(hits.given.name("unknown"))},)
    },
}
OF_TYPE: dict[str, dict[str, Any]] = {
    "HITTypeId.required": {"accepted": ({},), "refused": ({"HITTypeId": None},)},
    "HITTypeId.unknown": {"refused": (unknown_type,)},
    "LifetimeInSeconds.required": {"refused": ({"LifetimeInSeconds": None},)},
    "Question.required-or-layout": {"refused": ({"Question": None},)},
}
REGISTER: dict[str, dict[str, Any]] = {
    "Reward.text": {"accepted": (price("5"), price("0.05")), "refused": tuple(map(price, WRITTEN))},
    "Title.maxlen": _lengths("Title", 128, 129),
    "Description.maxlen": _lengths("Description", 1999, 2001, 2000),
    "Keywords.maxlen": _lengths("Keywords", 999, 1001, 1000),
    "Reward.required": {"refused": ({"Reward": None},)},
    "AssignmentDurationInSeconds.min": {
        "accepted": ({"AssignmentDurationInSeconds": 30},),
        "refused": ({"AssignmentDurationInSeconds": 29},),
    },
    "AssignmentDurationInSeconds.max": {
        "accepted": ({"AssignmentDurationInSeconds": 31536000}, {"AssignmentDurationInSeconds": 3153601}),
        "refused": ({"AssignmentDurationInSeconds": 31536001},),
    },
    "AutoApprovalDelayInSeconds.default": {
        "accepted": ({"AutoApprovalDelayInSeconds": None},),
        "shown": {"AutoApprovalDelayInSeconds": "2592000"},
    },
    "QualificationRequirement.max": {"accepted": (required(10),), "refused": (required(11),)},
}


def rows(version: str) -> Iterator[Row]:
    """Yield a row for each requirement that holds in a version."""
    for operation, table in (("CreateHIT", CREATE), ("CreateHITWithHITType", OF_TYPE), ("RegisterHITType", REGISTER)):
        for topic, settings in table.items():
            name = f"{operation}.{topic}"
            if requirements()[name].holds_in(version):
                yield Row(id=name, verifies=(name,), value=Variants(operation=operation, **settings))


def summary_of(change: Changes | Asked) -> str:
    """Return which parameters a variant changes."""
    if callable(change):
        return "a changed call"
    sent = {name: value if len(str(value)) < 40 else f"{len(str(value))} characters" for name, value in change.items()}
    return ", ".join(f"{name}={value}" for name, value in sent.items() if value is not None) or "a plain call"


@dataclass(kw_only=True)
class Caller:
    """Calls the operation of a row with its variants."""

    hits: Hits
    variants: Variants

    @property
    def creates(self) -> bool:
        """Whether the operation makes a HIT."""
        return self.variants.operation in CREATING

    def call(self, change: Changes | Asked, **more: Any) -> Reply:
        """Make a good call with one change."""
        typed = self.variants.operation == "CreateHITWithHITType"
        good = {"HITTypeId": self.hits.register()} if typed else self.hits.properties()
        if self.creates:
            good |= self.hits.content()
        changes = change(self.hits) if callable(change) else change
        return self.hits.requester.call(self.variants.operation, changed({**good, **more}, changes))

    def shown(self, reply: Reply) -> Reply:
        """Return what GetHIT says of the HIT made, or of one made of the type registered."""
        if self.creates:
            return self.hits.read(named(reply, "HITId"), *GROUPS)
        return self.hits.read(self.hits.of_type(named(reply, "HITTypeId")).hit_id, *GROUPS)


@pytest.mark.each(rows=rows)
def test_takes_and_refuses(row: Row, given: Given, expect: Expect) -> None:
    variants: Variants = row.value
    (requirement,) = row.verifies
    caller = Caller(hits=Hits(given), variants=variants)
    for number, change in enumerate(variants.accepted):
        reply = caller.call(change)
        expect(requirement, reply.accepted, where=summary_of(change), expected="success", actual=reply.summary)
        if reply.accepted and not number:
            judge_shown(requirement, change, caller, reply, expect)
    refuse(requirement, caller, expect)
    for change in variants.told:
        expect.see(requirement, where=summary_of(change), actual=caller.call(change).summary)


def judge_shown(requirement: str, change: Changes | Asked, caller: Caller, reply: Reply, expect: Expect) -> None:
    """See that what was taken is what GetHIT shows: what the row says, and any long text in full."""
    texts = {} if callable(change) else {name: text for name, text in change.items() if len(str(text)) > 99}
    expected = {**{name: text for name, text in texts.items() if name != "Question"}, **caller.variants.shown}
    if not expected:
        return
    seen = caller.shown(reply)
    for name, text in expected.items():
        came = text_of(seen, name)
        expect(requirement, came == text, where=f"GetHIT/HIT/{name}", expected=repr(text), actual=repr(came))


def refuse(requirement: str, caller: Caller, expect: Expect) -> None:
    """See every call refused that is to be, and no HIT made of any of them."""
    if not caller.variants.refused:
        return
    creates = caller.creates
    mark = caller.hits.given.name("refused")
    annotation = {"RequesterAnnotation": mark} if creates else {}
    for refused in caller.variants.refused:
        # A faulty annotation still begins with what the others have.
        faulty = not callable(refused) and refused.get("RequesterAnnotation")
        change = {"RequesterAnnotation": mark.ljust(len(faulty), "x")} if faulty else refused
        reply = caller.call(change, **annotation)
        expect(requirement, is_refusal(reply), where=summary_of(change), expected="an error", actual=reply.summary)
        if reply.refused:
            expect.code(requirement, reply.codes)
    if creates:
        left = caller.hits.annotated(mark)
        expect(requirement, not left, where="SearchHITs", expected="no HIT made", actual=f"{len(left)} HITs made")
