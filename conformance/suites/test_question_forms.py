"""QuestionForms and the FormattedContent in them: what a service takes and what it refuses."""

from collections.abc import Iterator
from functools import cache

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.documents import DOCUMENTS, LATER_NAMESPACES
from conformance.spec.requirements import requirements
from conformance.suites.answer_keys import form_of
from conformance.suites.eligibility import create
from conformance.suites.form_rows import Forms, asked, form_rows
from conformance.suites.forms import form_and_answer
from conformance.suites.hits import Hits
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, NEEDED, SEARCH, search, word
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Requester

LEAST, MOST = "<MinFileSizeInBytes>1</MinFileSizeInBytes>", "<MaxFileSizeInBytes>2000000000</MaxFileSizeInBytes>"
QUOTED = 300
_forms = cache(form_rows)


def rows(version: str) -> Iterator[Row]:
    """Yield the requirements on forms that hold in a version."""
    for one in _forms():
        if requirements()[one.requirement].holds_in(version):
            yield Row(id=one.requirement, verifies=(one.requirement,), value=one)


@pytest.mark.each(rows=rows)
def test_form(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """A form that is as it should be makes a Qualification type, a faulty one an error and no type."""
    one: Forms = row.value
    mark, refused = word(given), []
    for kind, forms in (("accepted", one.accepted), ("refused", one.refused), ("told", one.told)):
        for number, (what, form) in enumerate(forms.items()):
            name = f"{mark} {kind} {number}"
            reply = requester.call(CREATE, {"Name": name, **NEEDED, "Test": form, "TestDurationInSeconds": 600})
            where = f"Test ({what}): {form[-QUOTED:]}"
            if kind == "told":
                expect.see(one.requirement, where=where, actual=reply.summary)
                continue
            good = reply.accepted if kind == "accepted" else is_refusal(reply)
            expected = "success" if kind == "accepted" else "an error with a code and no data"
            expect(one.requirement, good, where=where, expected=expected, actual=reply.summary)
            refused += [name] if kind == "refused" and not reply.accepted else []
    if refused:
        judge_nothing_made(one.requirement, mark, refused, requester, expect)


def judge_nothing_made(requirement: str, mark: str, names: list[str], requester: Requester, expect: Expect) -> None:
    """See that no type was made by a call that was refused."""
    made = [text for one in search(requester, mark).all("QualificationType/Name") if (text := one.text or "") in names]
    expected, actual = "no type made by a call that was refused", f"{len(made)} types"
    expect(requirement, not made, where=SEARCH, expected=expected, actual=actual)


@pytest.mark.verifies("QuestionForm.fileupload-sizes")
def test_sizes_of_an_upload(given: Given, expect: Expect) -> None:
    """Tests ask for no files, so this is shown by HITs."""
    hits, requirement = Hits(given), "QuestionForm.fileupload-sizes"
    for what, sizes in (
        ("both", MOST + LEAST),
        ("no maximum", LEAST),
        ("no minimum", MOST),
        ("a maximum too large", MOST.replace("000<", "001<") + LEAST),
    ):
        form = form_of(asked(f"<FileUploadAnswer>{sizes}</FileUploadAnswer>"))
        values = {**hits.properties(), **hits.content(Question=form), "RequesterAnnotation": given.name("upload")}
        reply = hits.requester.call("CreateHIT", values)
        good = reply.accepted if what == "both" else is_refusal(reply)
        expected = "success" if what == "both" else "an error with a code and no data"
        expect(requirement, good, where=f"Question with {what}", expected=expected, actual=reply.summary)
        if what != "both":
            made = hits.annotated(values["RequesterAnnotation"])
            expect(requirement, not made, where="SearchHITs", expected="no HIT", actual=", ".join(made))


@pytest.mark.verifies("QuestionForm.namespace-2017")
def test_the_later_namespace_is_taken(requester: Requester, given: Given, expect: Expect) -> None:
    (later,) = LATER_NAMESPACES["QuestionForm"]
    form = form_and_answer("q1")[0].replace(DOCUMENTS["QuestionForm"], later)
    made = requester.call(CREATE, {"Name": word(given), **NEEDED, "Test": form, "TestDurationInSeconds": 600})
    for reply in (made, create(given, Question=form)):
        expect(
            "QuestionForm.namespace-2017",
            reply.accepted,
            where=f"{reply.operation} with a form in the namespace {later}",
            expected="success",
            actual=reply.summary,
        )
