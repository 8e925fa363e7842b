"""Faults in what is taken as the Question of a HIT: pages of the Requester's own."""

import re
from collections.abc import Callable

from conformance.defects.both_ways import handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import INVALID, refused
from conformance.wire.flattening import Values

_EXTERNAL, _HTML = "ExternalQuestion", "HTMLQuestion"
_HEIGHT = re.compile("<FrameHeight>.*?</FrameHeight>")
_NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd"
_FORM = (
    f'<QuestionForm xmlns="{_NAMESPACE}"><Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent>'
    "<Text>?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
    "</QuestionForm>"
)


def _taken_as(operation: str, parameter: str, kind: str, change: Callable[[str], str]) -> Plant:
    """Let ``change`` put a document of this kind right before it is looked at."""

    def reread(sent: Values, _: Endpoint) -> Values:
        document = text(sent, parameter)
        return {**sent, parameter: [change(document)]} if f"<{kind}" in document else sent

    return rereading(operation, reread)


def _question(kind: str, change: Callable[[str], str]) -> Plant:
    return _taken_as("CreateHIT", "Question", kind, change)


def _complete(member: str) -> Callable[[str], str]:
    """Put in what is missing, and the height last."""

    def change(document: str) -> str:
        if f"<{member}>" not in document:
            filled = "https://example.org/" if member == "ExternalURL" else "&lt;!DOCTYPE html&gt;"
            document = document.replace("<FrameHeight>", f"<{member}>{filled}</{member}><FrameHeight>")
        height = (_HEIGHT.search(document) or ["<FrameHeight>1</FrameHeight>"])[0]
        return _HEIGHT.sub("", document).replace(f"</{member}>", f"</{member}>{height}")

    return change


def _only_https(handler: Handler, context: Context) -> Values:
    if "<ExternalURL>http:" in text(context.values.sent, "Question"):
        raise refused(INVALID, "ExternalURL does not use https.", ParameterName="Question")
    return handler(context)


def _refusing(kind: str) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        if f"<{kind}" in text(context.values.sent, "Question"):
            raise refused(INVALID, f"{kind} is not taken.", ParameterName="Question")
        return handler(context)

    return handling("CreateHIT", wrapper)


def _whole_height(document: str) -> str:
    return _HEIGHT.sub(
        lambda found: found[0] if any(map(str.isdigit, found[0])) else "<FrameHeight>1</FrameHeight>", document
    )


DEFECTS: tuple[Defect, ...] = (
    defect("page/external-incomplete", _question(_EXTERNAL, _complete("ExternalURL")), f"{_EXTERNAL}.root"),
    defect("page/html-incomplete", _question(_HTML, _complete("HTMLContent")), f"{_HTML}.root"),
    defect(
        "page/external-refused",
        _refusing(_EXTERNAL),
        f"{_EXTERNAL}.root",
        also=("WorkerSide.*", f"{_EXTERNAL}.*", "CreateHIT.*"),
        because="no such HIT can be created",
    ),
    defect("page/external-height-in-words", _question(_EXTERNAL, _whole_height), f"{_EXTERNAL}.FrameHeight.integer"),
    defect("page/html-height-in-words", _question(_HTML, _whole_height), f"{_HTML}.FrameHeight.integer"),
    defect(
        "page/external-without-https",
        _question(_EXTERNAL, lambda document: document.replace("<ExternalURL>http:", "<ExternalURL>https:")),
        f"{_EXTERNAL}.https",
    ),
    defect("page/external-only-https", handling("CreateHIT", _only_https), f"{_EXTERNAL}.http-old"),
    defect(
        "page/any-html",
        _question(
            _HTML, lambda document: re.sub(r"CDATA\[(?!<!DOCTYPE).*?\]\]>", "CDATA[<!DOCTYPE html>]]>", document)
        ),
        f"{_HTML}.html5",
    ),
    defect(
        "page/html-as-test",
        _taken_as("CreateQualificationType", "Test", _HTML, lambda document: _FORM),
        f"{_HTML}.not-for-quals",
    ),
)
