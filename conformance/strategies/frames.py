"""ExternalQuestions and HTMLQuestions, and faulty ones: as Hypothesis strategies, and from a seed."""

import random as randomness
from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from conformance.spec.documents import document_element
from conformance.strategies.choices import Choices, Sampled, drawn
from conformance.strategies.spoiling import Fault, first, spoiled, twice, without, without_namespace, written

if TYPE_CHECKING:
    from hypothesis import strategies as st

EXTERNAL, HTML = "ExternalQuestion", "HTMLQuestion"
ADDRESSES = (
    "https://example.org/",
    "https://example.org:8443/turn?board=7&side=X#top",
    "https://example.org/caf%C3%A9",
    "HTTPS://EXAMPLE.ORG/",
)
_PAGE = "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{body}</body></html>"
_BODIES = (
    "<p>{words}",
    "<div><p>{words}</p><br><img src=a.png alt=''></div>",
    "<form action='/mturk/externalSubmit'><input name=q><!-- </div> --><input type=submit></form>{words}",
    "<script>if (1 < 2 && 3 > 2) document.write('<b>');</script>{words}",
    "<ul><li>{words}<li>{words}</ul>",
)


def external_questions() -> "st.SearchStrategy[str]":
    """Return a strategy of valid ExternalQuestions."""
    return drawn(_external)


def html_questions() -> "st.SearchStrategy[str]":
    """Return a strategy of valid HTMLQuestions."""
    return drawn(_html)


def sample_external_question(random: randomness.Random) -> str:
    """Return a valid ExternalQuestion; the same for the same state of ``random``."""
    return _external(Sampled(random=random))


def sample_html_question(random: randomness.Random) -> str:
    """Return a valid HTMLQuestion; the same for the same state of ``random``."""
    return _html(Sampled(random=random))


def spoil_frame(document: str, text: str, fault: str) -> str:
    """Return a valid document with the fault of that name in FRAME_FAULTS or FRAME_RULE_FAULTS of it."""
    return spoiled(document, text, fault, FRAME_FAULTS[document] | FRAME_RULE_FAULTS[document])


def _external(choices: Choices) -> str:
    return _frame(EXTERNAL, "ExternalURL", choices.pick(ADDRESSES), choices)


def _html(choices: Choices) -> str:
    words = escape(choices.text(0, 20))
    page = _PAGE.format(title=escape(choices.text(0, 8)), body=choices.pick(_BODIES).format(words=words))
    return _frame(HTML, "HTMLContent", page, choices)


def _frame(document: str, name: str, content: str, choices: Choices) -> str:
    height = str(choices.integer(0, 2000))
    root = document_element(
        document,
        document,
        document_element(document, name, etree.CDATA(content) if "]]>" not in content else content),
        document_element(document, "FrameHeight", height),
    )
    return etree.tostring(root, encoding="unicode")


def _shape_faults(document: str, content: str) -> dict[str, Fault]:
    return {
        f"{document}.root/no-namespace": without_namespace,
        f"{document}.root/no-content": without(document, content),
        f"{document}.root/no-height": without(document, "FrameHeight"),
        f"{document}.root/swapped": first(document, "FrameHeight"),
        f"{document}.root/two-contents": twice(document, content),
        f"{document}.FrameHeight.integer/tall": written(document, "FrameHeight", "tall"),
        f"{document}.FrameHeight.integer/fraction": written(document, "FrameHeight", "450.5"),
        f"{document}.FrameHeight.integer/empty": written(document, "FrameHeight", ""),
    }


FRAME_FAULTS: dict[str, dict[str, Fault]] = {
    EXTERNAL: _shape_faults(EXTERNAL, "ExternalURL"),
    HTML: _shape_faults(HTML, "HTMLContent"),
}
"""Document → name → fault.  Each of them makes the document invalid under its schema."""

FRAME_RULE_FAULTS: dict[str, dict[str, Fault]] = {
    EXTERNAL: {
        "ExternalQuestion.https/ftp": written(EXTERNAL, "ExternalURL", "ftp://example.org/"),
        "ExternalQuestion.https/relative": written(EXTERNAL, "ExternalURL", "/turn"),
        "ExternalQuestion.https/empty": written(EXTERNAL, "ExternalURL", ""),
        "ExternalQuestion.https/http": written(EXTERNAL, "ExternalURL", "http://example.org/"),
        "ExternalQuestion.FrameHeight.integer/negative": written(EXTERNAL, "FrameHeight", "-1"),
    },
    HTML: {
        "HTMLQuestion.html5/empty": written(HTML, "HTMLContent", " \n"),
        "HTMLQuestion.html5/no-doctype": written(HTML, "HTMLContent", "<html><body>a</body></html>"),
        "HTMLQuestion.html5/old-doctype": written(HTML, "HTMLContent", "<!DOCTYPE math><p>a"),
        "HTMLQuestion.html5/not-closed": written(HTML, "HTMLContent", "<!DOCTYPE html><div><b>a</div>"),
        "HTMLQuestion.html5/stray-end": written(HTML, "HTMLContent", "<!DOCTYPE html><div>a</div></div>"),
        "HTMLQuestion.html5/tag-not-ended": written(HTML, "HTMLContent", "<!DOCTYPE html><p>a</p><a href='b"),
        "HTMLQuestion.FrameHeight.integer/negative": written(HTML, "FrameHeight", "-1"),
    },
}
"""Document → name → fault of a rule.  They leave the document valid under its schema."""
