"""From the path of a finding to a line of the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.checks.lines import line_of
from conformance.spec.validation import element_path

TREE = etree.fromstring(
    """<Root xmlns="urn:a">
  <Item>
    <Name>one</Name>
  </Item>
  <Item>
    <Name>two</Name>
    <p:Name xmlns:p="urn:b">three</p:Name>
  </Item>
  <!-- a comment -->
  <Other Key="x"/>
</Root>"""
)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("/Root", 1),
        ("/Root/Item", 2),
        ("/Root/Item[1]/Name", 3),
        ("/Root/Item[2]", 5),
        ("/Root/Item[2]/Name[2]", 7),
        ("/Root/Other", 10),
        ("/Root//Name[2]", 6),
        ("/Root/Other/@Key", 10),
        ("/Root/Item[2]/Missing", 5),
        ("/Root/Item[3]", 1),
        ("/Root/Item[2]/Name → /Inner/Deep", 6),
        ("/{urn:a}Root/Item", 2),
        ("/Elsewhere/Item", None),
        ("Root/Item", None),
        ("/", None),
        ("", None),
    ],
)
def test_a_path_leads_to_a_line(where: str, line: int | None) -> None:
    """That of the element; of what is missing, that of the element it should be in."""
    assert line_of(TREE, where) == line


def test_the_path_of_every_element_leads_back_to_it() -> None:
    """Paths as the checks of documents write them; twins in two namespaces they do not tell apart."""
    for element in TREE.iter(etree.Element):
        if not element.tag.startswith("{urn:b}"):
            assert line_of(TREE, element_path(element)) == element.sourceline


@given(where=st.one_of(st.text(max_size=40), st.from_regex(r"/Root(/[A-Za-z@\[\]0-9{}/]{0,8}){0,4}", fullmatch=True)))
def test_any_text_leads_to_a_line_or_to_none(where: str) -> None:
    """Whatever stands in a finding."""
    assert line_of(TREE, where) in {None, *(element.sourceline for element in TREE.iter(etree.Element))}
