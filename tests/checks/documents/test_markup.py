"""Tags in a text that may be no XML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.documents.markup import OPTIONAL, RAW, VOID, Tag, scan, unbalanced


def kinds(text: str) -> list[tuple[str, str]]:
    return [(fault.kind, fault.name) for fault in unbalanced(scan(text).tags)]


def test_tags_have_names_and_attributes() -> None:
    """Quoted either way, not quoted, without a value, with what looks like the end in quotes."""
    (tag,) = scan("""<a href="x>y" b='"' c=d e f = "g"/>""").tags
    assert tag.name == "a"
    assert tag.empty
    assert tag.attributes == (("href", "x>y"), ("b", '"'), ("c", None), ("e", None), ("f", "g"))
    assert scan("</A >").tags == (Tag(name="A", end=True),)


@pytest.mark.parametrize("text", ["", "a", "1 < 2", "a <", "<>", "< p>", "<3", "a > b"])
def test_what_only_looks_like_a_tag_is_none(text: str) -> None:
    """A tag starts with a letter at once."""
    assert scan(text).tags == ()


def test_comments_hide_their_text() -> None:
    """Closed or not."""
    assert scan("<!-- <b> --><i>").tags == (Tag(name="i"),)
    assert (scan("<!-- <b>").tags, scan("<!-- <b>").comments) == ((), 1)


def test_the_first_doctype_is_kept() -> None:
    """As it is written."""
    assert scan("<?xml?><!DocType html><p><!DOCTYPE b>").doctype == "<!DocType html>"
    assert scan("<p>").doctype is None


def test_a_tag_that_never_ends_is_named() -> None:
    """What follows it belongs to it."""
    found = scan("<b>a</b><a href='<i>")
    assert (found.unfinished, len(found.tags)) == ("<a href='<i>", 2)


def test_raw_text_holds_no_tags() -> None:
    """Up to its own end tag, however that is written."""
    found = scan("<script>if (a<b) '</p>'</SCRIPT ><p>", raw=RAW)
    assert [(tag.name, tag.end) for tag in found.tags] == [("script", False), ("SCRIPT", True), ("p", False)]
    assert [tag.name for tag in scan("<script><b>", raw=RAW).tags] == ["script"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a><b>x</b><c/></a>", []),
        ("<a>", [("open", "a")]),
        ("</a>", [("stray", "a")]),
        ("<a><b></a></b>", [("crossed", "b")]),
        ("<a><b></a>", [("open", "b")]),
        ("<a><b><c></a></c></b>", [("crossed", "c"), ("crossed", "b")]),
        ("<a></a></a>", [("stray", "a")]),
        ("<a><a></a>", [("open", "a")]),
        ("<A></a>", [("stray", "a"), ("open", "A")]),
    ],
)
def test_nesting_faults_are_told_apart(text: str, expected: list[tuple[str, str]]) -> None:
    """Not closed, closed too late, closed though never opened."""
    assert kinds(text) == expected


def test_html_leaves_out_some_ends() -> None:
    """Void elements have none, others need none."""
    tags = scan("<ul><li>a<li>b<br></ul><p>c<img>").tags
    assert list(unbalanced(tags, void=VOID, optional=OPTIONAL)) == []
    assert [fault.name for fault in unbalanced(scan("<div><p></div><b>").tags, void=VOID, optional=OPTIONAL)] == ["b"]


NESTED = st.recursive(
    st.just(""),
    lambda inner: st.builds("<{0}>{1}</{0}>{2}".format, st.sampled_from("abc"), inner, inner),
    max_leaves=12,
)


@given(NESTED)
def test_proper_nesting_has_no_fault(text: str) -> None:
    """Whatever the names, repeated within themselves too."""
    assert kinds(text) == []


@given(NESTED.filter(bool), st.data())
def test_any_tag_too_few_is_a_fault(text: str, data: st.DataObject) -> None:
    """Whichever is taken out."""
    tags = scan(text).tags
    at = data.draw(st.integers(0, len(tags) - 1))
    assert list(unbalanced(tags[:at] + tags[at + 1 :]))
