"""The data schemas, judged with the vectors by two validators, and what is said about a faulty document."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html.entities import name2codepoint
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from lxml import etree

from conformance.errors import UsageError
from conformance.spec.annotated_xsd import ANNOTATIONS
from conformance.spec.data import cases_dir, schemas_dir
from conformance.spec.documents import (
    BLOCK,
    BLOCK_NAMESPACE,
    DOCUMENTS,
    LATER_NAMESPACES,
    MAX_FAULTS,
    PLACED_ELEMENTS,
    document_element,
    document_faults,
    document_schema,
    read_document,
)
from conformance.spec.requirements import requirements
from conformance.wire.xml import XmlRefused

FOLDER = cases_dir() / "vectors" / "documents"
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "index.json").read_text("utf-8"))["vectors"]
NAMESPACE = DOCUMENTS["QuestionFormAnswers"]
ANSWER = "<Answer><QuestionIdentifier>a</QuestionIdentifier><FreeText>é 😀</FreeText></Answer>"
VALID = f'<QuestionFormAnswers xmlns="{NAMESPACE}">{ANSWER}</QuestionFormAnswers>'
VOCABULARY = {
    "schema",
    "element",
    "attribute",
    "sequence",
    "choice",
    "group",
    "simpleType",
    "complexType",
    "restriction",
    "enumeration",
    "pattern",
    "maxInclusive",
    "attributeGroup",
    "length",
}
ANNOTATED = {
    "requirement": {"schema", "element", "attribute", "complexType"},
    "needed": {"element", "attribute"},
    "namespace": {"schema"},
}
SCHEMAS = (*DOCUMENTS, BLOCK)


@cache
def second_opinion(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(schemas_dir() / "data" / f"{name}.xsd"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
def test_vector_gets_its_verdict_from_every_judge(vector: dict[str, Any]) -> None:
    """lxml, xmlschema (after another parser) and document_faults agree with the verdict beside the document."""
    body = (FOLDER / vector["file"]).read_bytes()
    for later in LATER_NAMESPACES.get(vector["document"], ()):
        body = body.replace(later.encode(), DOCUMENTS[vector["document"]].encode())
    if vector["document"] == BLOCK:
        body = wrapped(body.decode()).encode()
    try:
        by_lxml = document_schema(vector["document"]).validate(etree.fromstring(body))
        by_xmlschema = second_opinion(vector["document"]).is_valid(ElementTree.fromstring(body))
    except (etree.XMLSyntaxError, ElementTree.ParseError):
        by_lxml = by_xmlschema = False
    assert (by_lxml, by_xmlschema) == (vector["valid"],) * 2
    if vector["document"] != BLOCK:
        faults = document_faults((FOLDER / vector["file"]).read_text("utf-8"))
        assert (not faults) == vector["valid"], faults


def wrapped(block: str) -> str:
    """Return a block as its explanation says, with the entities of XHTML by their numbers."""
    for name, code in name2codepoint.items():
        if name not in ("amp", "lt", "gt", "quot"):
            block = block.replace(f"&{name};", f"&#{code};")
    return f'<FormattedContent xmlns="http://www.w3.org/1999/xhtml">{block}</FormattedContent>'


FAULTY = [vector for vector in VECTORS if not vector["valid"] and vector["document"] != BLOCK]


@pytest.mark.parametrize("vector", FAULTY, ids=lambda vector: vector["file"])
def test_faulty_vector_has_a_single_fault(vector: dict[str, Any]) -> None:
    """Each invalid vector is one fault away from a valid document, so one place is named."""
    faults = document_faults((FOLDER / vector["file"]).read_text("utf-8"))
    assert len({fault.where for fault in faults}) == 1, faults
    assert not any("{" in fault.where for fault in faults)


def test_index_names_every_file_once() -> None:
    """A vector without an entry would never be judged."""
    files = [vector["file"] for vector in VECTORS]
    assert sorted([*files, "index.json"]) == sorted(path.name for path in FOLDER.iterdir())
    assert len({(vector["document"], vector["why"]) for vector in VECTORS}) == len(files)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_keeps_to_the_vocabulary(name: str) -> None:
    """The schemas use the closed vocabulary, and state the namespace that the table names."""
    schema = etree.parse(str(schemas_dir() / "data" / f"{name}.xsd")).getroot()
    assert {etree.QName(element).localname for element in schema.iter(etree.Element)} <= VOCABULARY
    assert schema.get("targetNamespace") == (DOCUMENTS | {BLOCK: BLOCK_NAMESPACE})[name]
    assert document_schema(name) is document_schema(name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_annotations_stand_where_they_are_read_and_name_what_exists(name: str) -> None:
    """A requirement that does not exist would be told of and judged by nothing."""
    for element in etree.parse(str(schemas_dir() / "data" / f"{name}.xsd")).iter(etree.Element):
        for key, value in element.attrib.items():
            if key.startswith(ANNOTATIONS):
                assert etree.QName(element).localname in ANNOTATED[key.removeprefix(ANNOTATIONS)], element.attrib
                assert value in requirements()
                assert requirements()[value].untestable is None


def test_unknown_document_is_refused_with_the_nearest() -> None:
    """A misspelt name is met with the right one."""
    with pytest.raises(UsageError, match="did you mean QuestionForm"):
        document_schema("QuestionFrom")


@pytest.mark.parametrize(
    "text",
    [
        VALID,
        f" \r\n\t{VALID}\n\n",
        f'<?xml version="1.0"?>\n{VALID}',
        f'\n<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{VALID}\n',
        f"<?xml version='1.0' encoding='ISO-8859-1'?>{VALID}",
        f'<?xml version="1.0" encoding = "UTF-16"?>{VALID}',
    ],
)
def test_white_space_and_encoding_declaration_are_tolerated(text: str) -> None:
    """The text was decoded with the message around it, so what it says about its bytes no longer matters."""
    assert document_faults(text) == ()
    assert read_document(text).findtext(f".//{{{NAMESPACE}}}FreeText") == "é 😀"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "birds",
        VALID[:-1],
        VALID + VALID,
        f"<!DOCTYPE a>{VALID}",
        VALID.replace("é", "\0"),
        VALID.replace("é", "\ud800"),
        VALID.replace("é", "&eacute;"),
        f'<?xml encoding="UTF-8"?>{VALID}',
        f'<?xml version="1.0" encoding="8"?>{VALID}',
        f"\u00a0{VALID}",
    ],
)
def test_what_is_not_xml_is_one_fault(text: str) -> None:
    """Text, torn or doubled documents, document types and impossible characters are not XML."""
    (fault,) = document_faults(text)
    assert (fault.kind, fault.where) == ("not XML", "/")
    assert fault.message
    with pytest.raises(XmlRefused):
        read_document(text)


def test_unknown_root_is_named() -> None:
    """Neither an unknown document nor a known one in the wrong place is judged any further."""
    (fault,) = document_faults("<HTML/>")
    assert (fault.kind, fault.where) == ("unknown root", "/HTML")
    (fault,) = document_faults(VALID, expected=["QuestionForm"])
    assert (fault.kind, fault.where) == ("unknown root", "/QuestionFormAnswers")
    assert fault.message == "the root element is QuestionFormAnswers, expected QuestionForm"


@pytest.mark.parametrize("attribute", ["", ' xmlns="urn:other"', ' xmlns="http://www.w3.org/1999/xhtml"'])
def test_wrong_namespace_is_one_fault_beside_the_others(attribute: str) -> None:
    """A namespace that is missing or foreign does not hide, nor multiply, what else is wrong."""
    text = VALID.replace(f' xmlns="{NAMESPACE}"', attribute)
    (fault,) = document_faults(text)
    assert (fault.kind, fault.where) == ("namespace", "/QuestionFormAnswers")
    _, fault = document_faults(text.replace("FreeText", "Freetext"))
    assert (fault.kind, fault.where) == ("schema", "/QuestionFormAnswers/Answer/Freetext")


def test_schema_fault_says_where_and_what() -> None:
    """The path and the message use local names, with a position where names repeat."""
    text = VALID.replace(ANSWER, ANSWER + "<Answer><FreeText/></Answer>")
    (fault,) = document_faults(text)
    assert fault.where == "/QuestionFormAnswers/Answer[2]/FreeText"
    assert "Expected is ( QuestionIdentifier )" in fault.message
    (fault,) = document_faults(VALID.replace(ANSWER, ""))
    assert fault.where == "/QuestionFormAnswers"


def test_message_keeps_what_only_looks_like_a_namespace() -> None:
    """The namespaces are left out of a message; the values that it quotes are not."""
    text = (FOLDER / "QuestionForm-style-unknown.xml").read_text("utf-8").replace("slider", "{x}slider")
    (fault,) = document_faults(text)
    assert fault.message.startswith("Element 'StyleSuggestion': ")
    assert "'{x}slider'" in fault.message
    assert "{'radiobutton', 'checkbox', 'list', 'dropdown', 'combobox', 'multichooser'}" in fault.message


def test_path_is_right_whatever_the_prefixes() -> None:
    """Prefixes that change their meaning within the document, and comments, do not mislead the path."""
    text = (
        f'<p:QuestionFormAnswers xmlns:p="{NAMESPACE}"><!-- a --><p:Answer><p:QuestionIdentifier/></p:Answer>'
        f'<Answer xmlns="{NAMESPACE}" xmlns:p="urn:other"><QuestionIdentifier/><!-- b --><FreeText/>'
        "<p:FreeText/></Answer>"
        f'<q:Answer xmlns:q="{NAMESPACE}"/></p:QuestionFormAnswers>'
    )
    assert document_faults(text)[0].where == "/QuestionFormAnswers/Answer[2]/FreeText"
    assert document_faults(text)[1].where == "/QuestionFormAnswers/Answer[3]"


def test_faults_are_named_up_to_a_limit() -> None:
    """A document of nothing but faults gets a list that can still be read."""
    faults = document_faults(VALID.replace(ANSWER, "<Answer/>" * 200))
    assert [fault.where for fault in faults] == [f"/QuestionFormAnswers/Answer[{i + 1}]" for i in range(MAX_FAULTS)]


def test_large_document_is_judged_soon() -> None:
    """Naming each place would take minutes here; the verdict and the reason are given all the same."""
    count = 100_000
    (fault,) = document_faults(VALID.replace(ANSWER, "<Answer/>" * count))
    assert (fault.kind, fault.where) == ("schema", "/QuestionFormAnswers")
    assert fault.message == "Element 'Answer': Missing child element(s). Expected is ( QuestionIdentifier )."
    assert document_faults(VALID.replace(ANSWER, ANSWER * (PLACED_ELEMENTS // 2))) == ()


def test_all_faults_are_found() -> None:
    """Two wrong attributes of one element are two faults."""
    form = document_element("QuestionForm", "QuestionForm")
    text = etree.tostring(form, encoding="unicode").replace(
        "/>",
        "><Question><QuestionIdentifier/><QuestionContent><Text/></QuestionContent><AnswerSpecification><FreeTextAnswer>"
        '<Constraints><Length minLength="-1" maxLength="0"/></Constraints>'
        "</FreeTextAnswer></AnswerSpecification></Question></QuestionForm>",
    )
    assert [fault.where.rpartition("/")[2] for fault in document_faults(text)] == ["Length", "Length"]


def test_judging_in_threads_keeps_documents_apart() -> None:
    """The schema is shared, its list of errors is not: each thread gets the faults of its own document."""
    texts = [VALID.replace("FreeText", f"Text{number}") for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(document_faults, texts))
    wheres = [[fault.where for fault in faults] for faults in results]
    assert wheres == [[f"/QuestionFormAnswers/Answer/Text{number}"] for number in range(200)]


def test_element_holds_text_children_and_attributes() -> None:
    """A built element escapes what it is given and repeats no namespace declaration."""
    node = document_element("QuestionForm", "Text", "<&]]>", flags='"')
    parent = document_element("QuestionForm", "List", node)
    xml = f'<List xmlns="{DOCUMENTS["QuestionForm"]}"><Text flags="&quot;">&lt;&amp;]]&gt;</Text></List>'
    assert etree.tostring(parent, encoding="unicode") == xml
