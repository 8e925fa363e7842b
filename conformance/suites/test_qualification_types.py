"""What CreateQualificationType makes, and what it, GetQualificationType and the others say of it."""

import time

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.suites.forms import canonical, selection_form
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import (
    CREATE,
    DESCRIPTION,
    GET,
    NEEDED,
    SEARCH,
    UPDATE,
    found,
    is_true,
    named,
    read,
    settled,
    word,
)
from conformance.suites.times import apart
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

TYPE, RESULT, READ = "QualificationType", f"{CREATE}.Result", f"{GET}.returns"
CLOSE = 60.0  # seconds between the making of a type and its CreationTime
BOOLEANS = ("0", "1", "true", "false")
PLAIN = ("Name", "Description", "Keywords", "QualificationTypeStatus", "RetryDelayInSeconds", "TestDurationInSeconds")


def members(reply: Reply) -> list[str]:
    """Return the names of what a reply says of one type."""
    found = reply.all("QualificationType") if reply.operation == SEARCH else reply.answer.results
    return [child.tag for one in found[:1] for child in one if child.tag != "Request"]


def direct(reply: Reply) -> bool:
    """Tell whether a reply holds one QualificationType directly below its root."""
    return [result.tag for result in reply.answer.results] == ["QualificationType"]


def below_root(reply: Reply) -> str:
    """Return what stands below the root of a reply beside OperationRequest."""
    return ", ".join(result.tag for result in reply.answer.results) or reply.summary


@pytest.mark.verifies(
    f"{RESULT}.shape",
    f"{RESULT}.id",
    f"{RESULT}.echo",
    f"{RESULT}.creationtime",
    f"{RESULT}.autogranted-form",
    f"{CREATE}.IsRequestable",
    f"{CREATE}.Test.roundtrip",
    f"{GET}.Result.shape",
    READ,
    f"{GET}.AnswerKey.returned",
    f"{TYPE}.used-in",
    f"{TYPE}.IsRequestable",
)
def test_a_type_is_as_it_was_made(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    name, (form, key) = word(given), selection_form("q1")
    sent = {
        "Name": name,
        **NEEDED,
        "Keywords": "conformance, test",
        "RetryDelayInSeconds": "60",
        "Test": form,
        "TestDurationInSeconds": "600",
        "AnswerKey": key,
    }
    made_at = clock.now()
    created = requester.must(CREATE, sent)
    type_id = (created.text("QualificationTypeId") or "").strip()
    shown = requester.call(GET, {"QualificationTypeId": type_id})
    _judge_places(created, shown, expect)
    _judge_id(type_id, given.qualification_type(), shown, expect)
    _judge_values(created, shown, sent, type_id, expect)
    seconds = apart(created.text("CreationTime") or "", made_at)
    expect(
        f"{RESULT}.creationtime",
        seconds is not None and seconds <= CLOSE,
        where="CreationTime",
        expected=f"the moment of the call, within {CLOSE:.0f} s",
        actual=f"{created.text('CreationTime')!r}" + (f", {seconds:.0f} s away" if seconds is not None else ""),
    )
    granted = created.text("AutoGranted")
    expect(
        f"{RESULT}.autogranted-form",
        granted is None or granted in BOOLEANS,
        where="AutoGranted",
        expected=f"one of {', '.join(BOOLEANS)}",
        actual=repr(granted),
    )
    requestable = shown.text("IsRequestable")
    for stated in (f"{CREATE}.IsRequestable", f"{TYPE}.IsRequestable"):
        expect(
            stated,
            is_true(requestable),
            where=f"{GET}, IsRequestable",
            expected="true for a type that Workers can ask for",
            actual=repr(requestable),
        )
    replies = (created, shown, found(given, name, 1), requester.must(UPDATE, {"QualificationTypeId": type_id, **NEW}))
    _judge_same_members(replies, expect)


NEW = {"Description": f"{DESCRIPTION}, and changed by it"}


def _judge_places(created: Reply, shown: Reply, expect: Expect) -> None:
    for stated, reply in ((f"{RESULT}.shape", created), (f"{GET}.Result.shape", shown)):
        expect(
            stated,
            direct(reply),
            where=f"/{reply.operation}Response",
            expected="one QualificationType directly below the root",
            actual=below_root(reply),
        )


def _judge_id(type_id: str, other: str, shown: Reply, expect: Expect) -> None:
    expect(
        f"{RESULT}.id",
        bool(type_id) and type_id != other and shown.accepted,
        where="QualificationTypeId",
        expected=f"an id of its own that {GET} takes; another type has {other}",
        actual=f"{type_id!r}, {shown.summary}",
    )


def _judge_values(created: Reply, shown: Reply, sent: dict[str, str], type_id: str, expect: Expect) -> None:
    for name in PLAIN:
        for stated, reply in ((f"{RESULT}.echo", created), (READ, shown)):
            expect(
                stated,
                (reply.text(name) or "").strip() == sent[name],
                where=f"{reply.operation}, {name}",
                expected=f"what was sent: {sent[name]!r}",
                actual=repr(reply.text(name)),
            )
    expect(
        READ,
        (shown.text("QualificationTypeId") or "").strip() == type_id,
        where=f"{GET}, QualificationTypeId",
        expected=f"the id asked for, {type_id}",
        actual=repr(shown.text("QualificationTypeId")),
    )
    for name, stated in (("Test", f"{CREATE}.Test.roundtrip"), ("AnswerKey", f"{GET}.AnswerKey.returned")):
        for decides, reply in ((stated, shown), (f"{RESULT}.echo", created)):
            expect(
                decides,
                canonical(reply.text(name)) == canonical(sent[name]),
                where=f"{reply.operation}, {name}",
                expected=f"the document that was sent: {sent[name]}",
                actual=str(reply.text(name)),
            )


def _judge_same_members(replies: tuple[Reply, ...], expect: Expect) -> None:
    first = members(replies[0])
    for reply in replies[1:]:
        expect(
            f"{TYPE}.used-in",
            sorted(members(reply)) == sorted(first),
            where=f"QualificationType in the answer of {reply.operation}",
            expected=f"what {CREATE} answered: {', '.join(first)}",
            actual=", ".join(members(reply)),
        )


@pytest.mark.verifies(f"{GET}.unset-omitted", f"{CREATE}.Keywords.optional", f"{TYPE}.RetryDelayInSeconds.absent")
def test_what_was_never_set_is_left_out(requester: Requester, given: Given, expect: Expect) -> None:
    created = requester.call(CREATE, {"Name": given.name("type"), **NEEDED})
    expect(
        f"{CREATE}.Keywords.optional",
        created.accepted,
        where="Keywords",
        expected="a type without Keywords",
        actual=created.summary,
    )
    shown = read(requester, (created.text("QualificationTypeId") or "").strip())
    expect(
        f"{CREATE}.Keywords.optional",
        not (shown.text("Keywords") or "").strip(),
        where=f"{GET}, Keywords",
        expected="no Keywords, or empty ones",
        actual=repr(shown.text("Keywords")),
    )
    expect(
        f"{TYPE}.RetryDelayInSeconds.absent",
        shown.text("RetryDelayInSeconds") is None,
        where=f"{GET}, RetryDelayInSeconds",
        expected="none, as none was given",
        actual=repr(shown.text("RetryDelayInSeconds")),
    )
    unset = ("Test", "AnswerKey", "RetryDelayInSeconds", "AutoGrantedValue")
    present = [name for name in unset if shown.text(name) is not None]
    expect(
        f"{GET}.unset-omitted",
        not present,
        where=GET,
        expected=f"none of {', '.join(unset)}",
        actual=", ".join(present),
    )


@pytest.mark.verifies(f"{TYPE}.id-permanent", f"{TYPE}.CreationTime")
def test_id_and_creation_time_stay(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    created = requester.must(CREATE, {"Name": given.name("type"), **NEEDED})
    type_id = (created.text("QualificationTypeId") or "").strip()
    before = read(requester, type_id).text("CreationTime")
    try:
        clock.advance(2)
    except NotMeasured:
        time.sleep(2)
    updated = requester.must(UPDATE, {"QualificationTypeId": type_id, **NEW})
    after = settled(given, type_id, lambda reply: reply.text("Description") == NEW["Description"])
    for reply in (updated, after):
        expect(
            f"{TYPE}.id-permanent",
            (reply.text("QualificationTypeId") or "").strip() == type_id,
            where=f"{reply.operation}, QualificationTypeId",
            expected=f"the id that {CREATE} gave, {type_id}",
            actual=repr(reply.text("QualificationTypeId")),
        )
    expect(
        f"{TYPE}.CreationTime",
        bool(before) and after.text("CreationTime") == before,
        where=f"{GET} after an update, CreationTime",
        expected=f"the one before it: {before!r}",
        actual=repr(after.text("CreationTime")),
    )


@pytest.mark.verifies(f"{GET}.system-type", f"{TYPE}.IsRequestable")
def test_a_type_of_the_service(requester: Requester, expect: Expect) -> None:
    """The number of approved HITs, and the place of the Worker."""
    counted, place = (requester.call(GET, {"QualificationTypeId": f"000000000000000000{end}"}) for end in ("40", "71"))
    requestable = counted.text("IsRequestable")
    expect.see(f"{GET}.system-type", where=GET, actual=f"{counted.summary}; IsRequestable {requestable!r}")
    if place.accepted:
        expect(
            f"{TYPE}.IsRequestable",
            place.text("IsRequestable") is not None and not is_true(place.text("IsRequestable")),
            where=f"{GET} of 00000000000000000071, IsRequestable",
            expected="false for a type of the service",
            actual=repr(place.text("IsRequestable")),
        )


@pytest.mark.verifies(f"{TYPE}.AutoGrantedValue.default")
def test_a_type_grants_one_by_default(requester: Requester, given: Given, expect: Expect) -> None:
    shown = read(requester, given.qualification_type(AutoGranted="true")).text("AutoGrantedValue")
    expect(
        f"{TYPE}.AutoGrantedValue.default",
        shown in (None, "1"),
        where=f"{GET}, AutoGrantedValue",
        expected="1, or none",
        actual=repr(shown),
    )


@pytest.mark.verifies(f"{CREATE}.Name.unique", f"{CREATE}.Name.unique-inactive")
def test_a_name_is_taken_once(requester: Requester, given: Given, expect: Expect) -> None:
    name = word(given)
    type_id = given.qualification_type(Name=name)
    for stated, status in ((f"{CREATE}.Name.unique", "Active"), (f"{CREATE}.Name.unique-inactive", "Inactive")):
        if status == "Inactive":
            requester.must(UPDATE, {"QualificationTypeId": type_id, "QualificationTypeStatus": status})
        second = requester.call(CREATE, {"Name": name, **NEEDED})
        expect(
            stated,
            second.refused,
            where="Name",
            expected=f"an error, as an {status} type of the Requester has that name",
            actual=second.summary,
        )
        if second.refused:
            expect.code(stated, second.codes)
    listed = named(given, name)
    expect(
        f"{CREATE}.Name.unique",
        len(listed) < 2,
        where=SEARCH,
        expected="one type of that name",
        actual=f"{len(listed)} types",
    )


@pytest.mark.verifies(f"{CREATE}.Name.scope")
def test_another_requester_can_use_the_name(second_requester: Requester, given: Given, expect: Expect) -> None:
    name = given.name("type")
    given.qualification_type(Name=name)
    reply = second_requester.call(CREATE, {"Name": name, **NEEDED})
    expect(
        f"{CREATE}.Name.scope",
        reply.accepted,
        where=f"{CREATE} by another Requester, Name",
        expected="a type, though the first Requester has one of that name",
        actual=reply.summary,
    )
