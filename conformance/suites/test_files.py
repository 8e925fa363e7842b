"""GetFileUploadURL: who gets the address of an uploaded file, what it gives and for how long."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.pages import answers_in
from conformance.suites.preconditions import Given
from conformance.suites.submissions import shown
from conformance.suites.uploads import CONTENT, FILE, TEXT, asked_for_file, fetched, file_call, file_url, uploaded
from conformance.target.drivers import ClockDriver
from conformance.target.opening import Target
from conformance.target.requester import Requester

_ARTICLE = "GetFileUploadURL"


@pytest.mark.verifies(
    *(
        f"{_ARTICLE}.{topic}"
        for topic in ("returns", "content", "matches-answer", "owner-only", "QuestionIdentifier.wrong")
    ),
    "QuestionFormAnswers.upload",
)
def test_file_is_given_to_whoever_has_its_address(
    given: Given, expect: Expect, requester: Requester, second_requester: Requester, target: Target
) -> None:
    """Two Workers upload files of different sizes for one HIT each."""
    employer = Employer(given)
    keys = []
    for content in (CONTENT, CONTENT * 2):
        work, size = uploaded(employer, content), len(content.encode())
        reply = requester.call(_ARTICLE, file_call(work))
        url = (reply.text("FileUploadURL") or "").strip()
        expect(
            f"{_ARTICLE}.returns",
            url.startswith(("http://", "https://")),
            where="FileUploadURL",
            expected="an address with http or https",
            actual=url or reply.summary,
        )
        body = fetched(target.client, url).body if url.startswith("http") else b""
        expect(
            f"{_ARTICLE}.content",
            body == content.encode(),
            where="what FileUploadURL gives",
            expected=repr(content),
            actual=repr(body),
        )
        members = dict(answers_in(shown(requester, work).get("Answer")).get(FILE, []))
        key, told = members.get("UploadedFileKey", ""), members.get("UploadedFileSizeInBytes", "")
        keys.append(key)
        expect(
            f"{_ARTICLE}.matches-answer",
            bool(key) and told == str(len(body)),
            where="Answer",
            expected=f"an UploadedFileKey, and UploadedFileSizeInBytes {len(body)}",
            actual=repr(members),
        )
        expect(
            "QuestionFormAnswers.upload",
            bool(key) and told == str(size) and len(keys) == len(set(keys)),
            where="Answer",
            expected=f"UploadedFileSizeInBytes {size}, and an UploadedFileKey that no other upload has",
            actual=f"{members!r}; keys {keys}",
        )
    for who, identifier, requirement in (
        (second_requester, FILE, "owner-only"),
        (requester, TEXT, "QuestionIdentifier.wrong"),
        (requester, "none", "QuestionIdentifier.wrong"),
    ):
        reply = who.call(_ARTICLE, file_call(work, identifier))
        expect(
            f"{_ARTICLE}.{requirement}",
            reply.refused and not reply.all("FileUploadURL"),
            where=_ARTICLE,
            expected="an error without FileUploadURL",
            actual=reply.summary,
        )


@pytest.mark.verifies(f"{_ARTICLE}.expiry", f"{_ARTICLE}.renew")
def test_address_works_for_a_minute(
    given: Given, expect: Expect, requester: Requester, clock: ClockDriver, target: Target
) -> None:
    work = uploaded(Employer(given))
    url = file_url(requester, work)
    clock.advance(5)
    early = fetched(target.client, url).body == CONTENT.encode()
    clock.advance(85)
    late = fetched(target.client, url).body == CONTENT.encode()
    expect(
        f"{_ARTICLE}.expiry",
        early and not late,
        where="FileUploadURL",
        expected="the file after 5 seconds, and not after 90 seconds",
        actual=f"{'the file' if early else 'nothing'} and {'the file' if late else 'nothing'}",
    )
    renewed = fetched(target.client, file_url(requester, work))
    expect(
        f"{_ARTICLE}.renew",
        renewed.body == CONTENT.encode(),
        where="FileUploadURL of a second call",
        expected="the file",
        actual=f"HTTP {renewed.status}",
    )


@pytest.mark.verifies(f"{_ARTICLE}.disposed")
def test_file_goes_with_its_hit(given: Given, expect: Expect, requester: Requester) -> None:
    work = uploaded(Employer(given))
    requester.must("ApproveAssignment", {"AssignmentId": work.assignment_id})
    requester.must("DisposeHIT", {"HITId": work.hit_id})
    reply = requester.call(_ARTICLE, file_call(work))
    expect(
        f"{_ARTICLE}.disposed",
        reply.refused and not reply.all("FileUploadURL"),
        where=f"{_ARTICLE} after DisposeHIT",
        expected="an error without FileUploadURL",
        actual=reply.summary,
    )


@pytest.mark.verifies(f"{_ARTICLE}.deprecated")
def test_records_whether_files_can_still_be_asked_for(given: Given, expect: Expect) -> None:
    reply = asked_for_file(Employer(given))
    expect.see(f"{_ARTICLE}.deprecated", where="CreateHIT with a FileUploadAnswer", actual=reply.summary)
