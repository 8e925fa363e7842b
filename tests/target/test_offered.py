"""Which operations an endpoint lacks, as far as its answers show it."""

import pytest

from conformance.bindings.query import Answer, ServiceError
from conformance.target.offered import Ask, Offered, made_up

VERSION = "2014-08-15"
HAS = frozenset({"GetAccountBalance", "GetHIT", "CreateHIT"})


def error(code: str, message: str = "", *, place: str = "front end", status: int = 400) -> Answer:
    return Answer(status=status, errors=(ServiceError(code=code, message=message, place=place),))


def plain(name: str) -> Answer:
    """Answer as a service that says which operation nobody knows."""
    if name in HAS:
        return error("MissingParameter", place="Request", status=200)
    return error("InvalidAction", f"No operation {name} (1394726400000 s)")


@pytest.mark.parametrize("operation", ["GetHIT", "CreateHIT", "DisposeHIT", "SearchHITs"])
def test_what_answers_like_a_made_up_operation_is_lacking(operation: str) -> None:
    """Names and numbers in the message make no difference."""
    assert Offered().lacks(VERSION, operation, plain) is (operation not in HAS)


def vague(name: str) -> Answer:
    """Answer every faulty call with the same words."""
    return error("ServiceError", "Something is wrong.")


def without_access(name: str) -> Answer:
    """Let nobody in, and say so in the same words whatever is called."""
    return error("NotAuthorized", place="OperationRequest", status=403)


def broken(name: str) -> Answer:
    """Answer with the page of a web server."""
    return Answer(status=500, unreadable="not an XML reply (it begins '<html>')")


def silent(name: str) -> None:
    """Give no answer."""


@pytest.mark.parametrize("ask", [vague, without_access, broken, silent])
def test_an_endpoint_that_says_the_same_to_every_call_shows_nothing(ask: Ask) -> None:
    """No operation is said to be missing on such grounds."""
    assert Offered().lacks(VERSION, "GetHIT", ask) is None


def test_not_implemented_says_it_by_itself() -> None:
    """HTTP 501, whatever an unknown operation gets; if anything else answers otherwise."""

    def ask(name: str) -> Answer:
        return Answer(status=501, unreadable="a page") if name == "DisposeHIT" else plain(name)

    assert Offered().lacks(VERSION, "DisposeHIT", ask) is True
    assert Offered().lacks(VERSION, "DisposeHIT", lambda name: Answer(status=501, unreadable="a page")) is None


def test_an_error_of_the_server_that_comes_by_chance_shows_nothing() -> None:
    """The same page for the operation and for a made-up one counts only if it comes each time."""
    came: list[str] = []

    def ask(name: str) -> Answer:
        came.append(name)
        return broken(name) if len(came) < 4 else plain(name)

    assert Offered().lacks(VERSION, "GetHIT", ask) is False
    assert came[:2] == ["GetHIT", made_up("GetHIT")]


def test_what_was_found_out_is_not_asked_again() -> None:
    """Neither of what is there nor of what is lacking; each version stands for itself."""
    came: list[str] = []

    def ask(name: str) -> Answer:
        came.append(name)
        return plain(name)

    offered = Offered()
    for _ in range(3):
        assert offered.lacks(VERSION, "DisposeHIT", ask) is True
        assert offered.lacks(VERSION, "GetHIT", ask) is False
    assert offered.lacks(VERSION, "DisposeHIT", vague, binding="soap") is None
    asked = len(came)
    assert offered.lacks("2012-03-25", "DisposeHIT", ask) is True
    assert asked < len(came) < 2 * asked + 1
    assert offered.saw(VERSION, "DisposeHIT", plain("DisposeHIT"))
    assert not offered.saw(VERSION, "GetHIT", vague("GetHIT"))


def test_an_operation_of_no_version_is_not_judged() -> None:
    """What the specification does not know cannot be lacking."""
    assert Offered().lacks(VERSION, "NoSuchOperation", plain) is None
    assert Offered().lacks("2006-10-31", "BlockWorker", plain) is None
