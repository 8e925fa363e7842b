"""XML from strangers: what is read, what is refused and why, and what is written."""

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.wire.xml import XmlRefused, parse, serialise

VECTORS = json.loads((Path(__file__).parents[2] / "cases/vectors/hostile-xml.json").read_text("utf-8"))["vectors"]
DOCTYPE_VECTORS = [vector for vector in VECTORS if "DTD" in vector["outcomes"]]
FRAGMENTS = [
    "<!DOCTYPE a>",
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    "<!-- c -->",
    "<?p?>",
    "<a/>",
    "<a>&b;</a>",
    "<",
    ">",
    "\n",
]


def body_of(vector: dict[str, Any]) -> bytes:
    if "base64" in vector:
        return base64.b64decode(vector["base64"])
    pieces = vector.get("pieces") or [{"text": vector["text"], "times": 1}]
    return b"".join(piece["text"].encode() * piece["times"] for piece in pieces)


def outcome(body: bytes) -> str:
    try:
        parse(body)
    except XmlRefused as refused:
        return refused.kind
    return "accepted"


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in VECTORS])
def test_a_vector_ends_as_expected_and_soon(vector: dict[str, Any]) -> None:
    """Within seconds, however it is made."""
    body = body_of(vector)
    started = time.perf_counter()
    assert outcome(body) in vector["outcomes"]
    assert time.perf_counter() - started < 5
    if "text_of_root" in vector:
        assert parse(body).text == vector["text_of_root"]


def test_hostile_bodies_are_bounded_in_memory() -> None:
    """All vectors in a process that may have 1 GiB: a bomb would end it."""
    script = (
        "import json, resource, sys\n"
        "from conformance.wire.xml import XmlRefused, parse\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "for line in sys.stdin:\n"
        "    pieces, outcomes = json.loads(line)\n"
        "    body = b''.join(bytes.fromhex(octets) * times for octets, times in pieces)\n"
        "    try:\n"
        "        parse(body)\n"
        "    except XmlRefused as refused:\n"
        "        print(refused.kind in outcomes)\n"
        "    else:\n"
        "        print('accepted' in outcomes)\n"
    )
    lines = []
    for vector in VECTORS:
        pieces = [(piece["text"].encode().hex(), piece["times"]) for piece in vector.get("pieces", [])]
        lines.append(json.dumps((pieces or [(body_of(vector).hex(), 1)], vector["outcomes"])))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""
    assert ended.stdout.split() == ["True"] * len(VECTORS)


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in DOCTYPE_VECTORS])
def test_a_doctype_is_found_by_this_parser_where_it_reads_the_encoding(vector: dict[str, Any]) -> None:
    """None is accepted, though parsers may differ in what they call the refusal."""
    assert outcome(body_of(vector)) != "accepted"


@given(
    parts=st.lists(st.sampled_from(FRAGMENTS), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be", "utf-7", "latin-1"]),
    declared=st.booleans(),
)
def test_no_document_type_gets_through_in_any_encoding(parts: list[str], encoding: str, declared: bool) -> None:
    """Whatever stands around it: what is read has no document type and no entity in it."""
    declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' if declared else ""
    body = (declaration + "".join(parts)).encode(encoding)
    try:
        root = parse(body)
    except XmlRefused:
        return
    assert root.getroottree().docinfo.internalDTD is None
    assert not list(root.iter(etree.Entity))


@given(body=st.binary() | st.text(alphabet="<>/a &;![]?='\"").map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No body makes the reader fail in another way than it says."""
    assert outcome(body) in {"accepted", "empty", "not well-formed", "DTD", "encoding"}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"<a>\n  <b></a>", "line 2, column 10: Opening and ending tag mismatch: b line 2 and a"),
        (b"<a>\n\xe9</a>", "line 2, column 1: Invalid bytes in character encoding"),
    ],
)
def test_a_detail_names_line_column_and_the_parsers_message(body: bytes, detail: str) -> None:
    """So that the fault can be found in the body."""
    with pytest.raises(XmlRefused) as refused:
        parse(body)
    assert refused.value.detail == detail


def test_a_detail_stays_short() -> None:
    """A refusal does not repeat what it refuses."""
    with pytest.raises(XmlRefused) as refused:
        parse(b"<a></" + b"b" * 40_000 + b">")
    assert len(refused.value.detail) < 300


def test_a_body_above_the_limit_is_not_looked_at() -> None:
    """The limit is inclusive and comes first, even for an ill-formed body."""
    assert parse(b"<a/>", max_bytes=4).tag == "a"
    with pytest.raises(XmlRefused, match="too large: the body has 5 bytes; at most 4 are read"):
        parse(b"<<<<<", max_bytes=4)


@pytest.mark.parametrize(("depth", "limit", "kind"), [(3, 3, "accepted"), (4, 3, "too deep"), (256, 10**6, "accepted")])
def test_the_root_is_depth_one(depth: int, limit: int, kind: str) -> None:
    """The limit can be chosen, up to where the parser itself stops."""
    body = b"<a>" * depth + b"</a>" * depth
    if kind == "accepted":
        assert parse(body, max_depth=limit).tag == "a"
    else:
        with pytest.raises(XmlRefused, match="too deep: elements are nested deeper than 3"):
            parse(body, max_depth=limit)


def test_comments_are_kept_and_entities_are_not_elements() -> None:
    """Nothing of an accepted document is lost."""
    root = parse(b"<a>x &lt;<!-- c -->y<?p?></a>")
    assert root.text == "x <"
    assert etree.tostring(root) == b"<a>x &lt;<!-- c -->y<?p?></a>"


def test_an_inclusion_is_not_followed() -> None:
    """The element stays what it is."""
    include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    assert etree.tostring(parse(b"<a>" + include + b"</a>")[0]) == include


@given(
    text=st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"))
)
def test_text_survives_writing_and_reading(text: str) -> None:
    """Line feeds, carriage returns and characters outside ASCII included."""
    element = etree.Element("Answer", tag=text)
    element.text = f"\r\n\t{text}"
    body = serialise(element)
    read = parse(body)
    assert (read.text, read.get("tag")) == (element.text, text)
    assert serialise(read) == body


def test_a_document_is_written_as_the_service_writes_it() -> None:
    """Prologue without encoding, a line feed, the rest on one line, UTF-8; no tail, nothing from outside."""
    root = parse("<!-- before --><r><GetHITResponse><Title>é</Title></GetHITResponse>tail</r>".encode())
    assert serialise(root[0]) == b'<?xml version="1.0"?>\n<GetHITResponse><Title>\xc3\xa9</Title></GetHITResponse>'
