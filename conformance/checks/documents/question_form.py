"""QuestionForm: what its schema cannot say.

Source: the article QuestionForm.  Whether a form needs a Question, whether identifiers have to differ and what
constraints that nobody can meet mean is nowhere said, or said twice: such things are told and not judged.
"""

import re
import warnings
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from conformance.checks.documents.formatted_content import judge_block
from conformance.checks.documents.places import at, first_of, inside, repeated, whole_number
from conformance.checks.documents.selections import F, judge_selection_answer
from conformance.checks.finding import Finding, seen

MAX_BLOCKS = 2_000
"""So many FormattedContents of a form are judged; a form of legal size has fewer."""
MAX_REGEXES = 200
"""So many regular expressions of a form are compiled."""
LONGEST_REGEX = 1_000
"""So many characters of a regular expression are looked at."""


def judge_form(root: etree._Element) -> Iterator[Finding]:
    """Yield what a QuestionForm shows beyond its shape."""
    if root.find(f"{F}Question") is None:
        expected = "a Question, by the article; the schema takes Overviews alone"
        yield seen("QuestionForm.one-question", where=at(root), expected=expected, actual="no Question")
    for identifier in repeated(first_of(root.iterfind(f"{F}Question"), f"{F}QuestionIdentifier")):
        requirement, expected = "QuestionForm.question-identifier-unique", "an identifier that no other question has"
        yield seen(requirement, where=at(identifier), expected=expected, actual=repr(identifier.text or ""))
    for answer in root.iter(f"{F}SelectionAnswer"):
        yield from judge_selection_answer(answer)
    for constraints in root.iter(f"{F}Constraints"):
        yield from _judge_constraints(constraints)
    yield from _judge_patterns(root)
    for upload in root.iter(f"{F}FileUploadAnswer"):
        yield from _judge_sizes(upload)
    for kind in root.iter(f"{F}EmbeddedMimeType"):
        if kind.find(f"{F}SubType") is None:
            yield seen("QuestionForm.embedded-subtype", where=at(kind), actual="no SubType")
    yield from _judge_blocks(root)


def _judge_constraints(constraints: etree._Element) -> Iterator[Finding]:
    pairs = (("IsNumeric", "minValue", "maxValue", "numeric"), ("Length", "minLength", "maxLength", "length"))
    for name, least, most, topic in pairs:
        for limits in constraints.iterfind(F + name):
            low, high = whole_number(limits.get(least)), whole_number(limits.get(most))
            if low is not None and high is not None and low > high:
                actual = f"{least} {low} above {most} {high}, which no answer can meet"
                yield seen(
                    f"QuestionForm.constraint-{topic}",
                    where=at(limits),
                    expected=f"{least} up to {most}",
                    actual=actual,
                )


def _judge_patterns(root: etree._Element) -> Iterator[Finding]:
    for pattern in islice(root.iter(f"{F}AnswerFormatRegex"), MAX_REGEXES):
        fault = _regex_fault(pattern.get("regex") or "")
        if fault:
            expected = "a regular expression"
            yield seen("QuestionForm.constraint-regex", where=at(pattern), expected=expected, actual=fault)
        flags = pattern.get("flags")
        if flags not in (None, "", "i"):
            yield seen("QuestionForm.constraint-regex-flags", where=at(pattern), expected="i", actual=repr(flags))


def _regex_fault(regex: str) -> str:
    """Tell why a regular expression does not compile; it is never run.

    Python's dialect is not the service's, which is why this is told and not judged.
    """
    if len(regex) > LONGEST_REGEX:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        return f"{regex!r}: {error}"
    return ""


def _judge_sizes(upload: etree._Element) -> Iterator[Finding]:
    least, most = (whole_number(upload.findtext(f"{F}{name}FileSizeInBytes")) for name in ("Min", "Max"))
    if least is not None and most is not None and least > most:
        actual = f"MinFileSizeInBytes {least} above MaxFileSizeInBytes {most}"
        yield seen(
            "QuestionForm.fileupload-sizes", where=at(upload), expected="a minimum up to the maximum", actual=actual
        )


def _judge_blocks(root: etree._Element) -> Iterator[Finding]:
    blocks = root.iter(f"{F}FormattedContent")
    for block in islice(blocks, MAX_BLOCKS):
        if len(block):
            continue  # elements instead of text: a fault of shape
        for finding in judge_block(block.text or ""):
            yield inside(at(block), finding)
    if next(blocks, None) is not None:
        yield seen(
            "schema", where=at(root), actual=f"more than {MAX_BLOCKS} FormattedContents, of which the first were judged"
        )
