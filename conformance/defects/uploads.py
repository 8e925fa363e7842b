"""Faults of uploaded files: who gets the address of one, what it gives, and what the answers say of it."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.answers import answered
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, text
from conformance.defects.submissions import after_disposal, by_its_owner, named_assignment, unknown_taken
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import Refusal
from conformance.wire.flattening import Values

FILES = "GetFileUploadURL"


def _file_url(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the address of a file."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, "FileUploadURL": [change(text(values, "FileUploadURL"))]}

    return handling(FILES, wrapper)


def _any_question(handler: Handler, context: Context) -> Values:
    """Take the only file of the assignment for the one that is asked for."""
    record = named_assignment(context)
    found = [one for one in context.store.uploads.values() if record and one.assignment_id == record.assignment_id]
    read = {**context.values.read, "QuestionIdentifier": (found[-1].question_identifier,)} if found else None
    return handler(replace(context, values=replace(context.values, read=read)) if read else context)


def _at_time(change: Callable[[float], float]) -> Plant:
    """Serve files as if it were another time."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.serve_site
        endpoint.serve_site = lambda store, request, at: unchanged(store, request, change(at))

    return plant


def _once_only(handler: Handler, context: Context) -> Values:
    """Give an address as it was given first, be it expired or not."""
    record = named_assignment(context)
    return handler(replace(context, at=record.submitted_at or context.at) if record else context)


def _first_file(handler: Handler, context: Context) -> Values:
    """Give the file that was uploaded first, whoever's it is."""
    values, first = handler(context), next(iter(context.store.uploads.values()))
    record = context.store.assignments[first.assignment_id]
    if record.hit_id not in context.store.hits:
        return values
    return handler(
        replace(
            context,
            values=replace(
                context.values,
                read={
                    "AssignmentId": (first.assignment_id,),
                    "QuestionIdentifier": (first.question_identifier,),
                },
            ),
        )
    )


def _refusing(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal as refusal:
        if any(("ParameterName", "QuestionIdentifier") in error.data for error in refusal.errors):
            return {}
        raise


def _with_key(answer: str) -> str:
    before, mark, after = answer.partition("<UploadedFileKey>")
    return f"{before}{mark}key</UploadedFileKey>{after.partition('</UploadedFileKey>')[2]}" if mark else answer


_GIVEN = (f"{FILES}.content", f"{FILES}.renew")
_MATCHES = (f"{FILES}.matches-answer", "QuestionFormAnswers.upload")

DEFECTS: tuple[Defect, ...] = (
    defect("file/unknown", unknown_taken(FILES), f"{FILES}.AssignmentId.unknown"),
    defect("file/of-another-requester", by_its_owner(FILES), f"{FILES}.owner-only"),
    defect("file/after-disposal", after_disposal(FILES), f"{FILES}.disposed"),
    defect("file/of-any-question", handling(FILES, _any_question), f"{FILES}.QuestionIdentifier.wrong"),
    defect("file/success-of-nothing", handling(FILES, _refusing), f"{FILES}.QuestionIdentifier.wrong"),
    defect(
        "file/by-path",
        _file_url(lambda url: "/" + url.partition("://")[2].partition("/")[2]),
        f"{FILES}.returns",
        f"{FILES}.content",
        also=(f"{FILES}.*",),
        because="what has no address is not fetched",
    ),
    defect(
        "file/of-somebody-else",
        handling(FILES, _first_file),
        f"{FILES}.content",
        f"{FILES}.matches-answer",
    ),
    defect(
        "file/address-of-nothing",
        _file_url(lambda url: url.replace("ticket=", "ticket=0")),
        *_GIVEN,
        f"{FILES}.expiry",
        also=_MATCHES,
        because="the size is compared with what is given",
    ),
    defect("file/for-longer", _at_time(lambda at: at - 60), f"{FILES}.expiry"),
    defect(
        "file/for-no-time",
        _at_time(lambda at: at + 90),
        *_GIVEN,
        f"{FILES}.expiry",
        also=_MATCHES,
        because="the size is compared with what is given",
    ),
    defect("file/never-renewed", handling(FILES, _once_only), f"{FILES}.renew"),
    defect(
        "file/other-size",
        answered(lambda answer: answer.replace("InBytes>", "InBytes>1", 1)),
        *_MATCHES,
    ),
    defect(
        "file/same-key",
        answered(_with_key),
        "QuestionFormAnswers.upload",
    ),
)
