"""The marks of recorders, and texts that are none."""

import pytest

from conformance.checks.scrubbing import scrubbed

MARKS = [
    "REDACTED",
    "[REDACTED]",
    "<redacted>",
    "***REMOVED***",
    "**FILTERED**",
    "[FILTERED]",
    "<AWS_ACCESS_KEY_ID>",
    "{{access_key}}",
    "******",
    "…",
    "00000000-0000-0000-0000-000000000000",
    " SCRUBBED ",
]
TEXTS = [
    "",
    "A1B2",
    "<b>",
    "<QuestionForm/>",
    "Redacted text to read",
    "0",
    "0.00",
    "x" * 65,
    "REDACTED" * 20,
    "*",
    "True",
]


@pytest.mark.parametrize("text", MARKS)
def test_marks(text: str) -> None:
    """A whole text that stands for another."""
    assert scrubbed(text)


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text: str) -> None:
    """What a service or a client may well have sent."""
    assert not scrubbed(text)
