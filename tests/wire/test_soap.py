"""SOAP 1.1 envelopes and faults, written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.strategies.text import texts
from conformance.wire.soap import ENVELOPE, Fault, SoapRefused, unwrap, wrap, wrap_fault
from conformance.wire.xml import MAX_BYTES, XmlRefused

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,12}", fullmatch=True)
CODES = NAMES | st.tuples(st.sampled_from(["urn:codes", "http://codes.test/"]), NAMES).map("{{{0[0]}}}{0[1]}".format)


def enveloped(body: str, header: str = "") -> bytes:
    return f'<s:Envelope xmlns:s="{ENVELOPE}">{header}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def faulted(children: str, *declared: str) -> Fault:
    found = unwrap(enveloped(f"<s:Fault {' '.join(declared)}>{children}</s:Fault>"))
    assert isinstance(found, Fault)
    return found


def message(text: str) -> etree._Element:
    root = etree.Element("{urn:m}Call", nsmap={None: "urn:m"})  # type: ignore[dict-item]  # wrong in the stubs
    etree.SubElement(root, "{urn:m}Part").text = text
    return root


@given(text=texts())
def test_a_message_comes_out_as_it_went_in(text: str) -> None:
    """Whatever the text, in an envelope of one body."""
    found = unwrap(wrap(message(text)))
    assert not isinstance(found, Fault)
    assert etree.tostring(found, method="c14n2", strip_text=False) == etree.tostring(message(text), method="c14n2")


def test_an_envelope_is_of_soap_1_1_and_has_no_header() -> None:
    """The message keeps its own default namespace."""
    assert wrap(message("x")) == (
        b'<?xml version="1.0"?>\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        b'<Call xmlns="urn:m"><Part>x</Part></Call></soap:Body></soap:Envelope>'
    )


@given(
    fault=st.builds(
        Fault,
        code=CODES,
        message=texts().map(str.strip),
        actor=st.none() | st.just("urn:actor"),
        detail=st.none() | texts().map(lambda text: " ".join(text.split())),
    )
)
def test_a_fault_is_read_as_it_was_written(fault: Fault) -> None:
    """Its code in any namespace, with or without the parts that may be missing."""
    assert unwrap(wrap_fault(fault)) == fault


def test_a_fault_is_written_as_soap_1_1_says() -> None:
    """The code is a qualified name; the children are in no namespace."""
    assert wrap_fault(Fault(code="Server", message="busy", detail="why")) == (
        b'<?xml version="1.0"?>\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        b"<soap:Fault><faultcode>soap:Server</faultcode><faultstring>busy</faultstring><detail>why</detail>"
        b"</soap:Fault></soap:Body></soap:Envelope>"
    )


@pytest.mark.parametrize("fault", [Fault(code="a b", message=""), Fault(code="a", message="\0")])
def test_what_xml_cannot_hold_is_not_written(fault: Fault) -> None:
    """A name with a blank, a control character."""
    with pytest.raises(ValueError, match=r"Invalid tag name|XML compatible"):
        wrap_fault(fault)


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ("<faultcode>s:Client.Key</faultcode><faultstring> no </faultstring>", Fault(code="Client.Key", message="no")),
        ('<faultcode xmlns:q="urn:q">q:Mine</faultcode>', Fault(code="{urn:q}Mine", message="")),
        ("<faultcode>Server</faultcode>", Fault(code="Server", message="")),
        ("<faultcode>unknown:Server</faultcode>", Fault(code="unknown:Server", message="")),
        ("<faultcode>:Server</faultcode>", Fault(code=":Server", message="")),
        ("<faultcode/><detail/>", Fault(code="", message="", detail="")),
        ("<detail> <a>b\n c</a><!-- d -->g<e>f</e></detail>", Fault(code="", message="", detail="b cgf")),
        ("", Fault(code="", message="")),
        ("<faultactor>urn:a</faultactor>", Fault(code="", message="", actor="urn:a")),
        ("<s:faultcode>s:Client</s:faultcode>", Fault(code="", message="")),
    ],
)
def test_faults_of_strangers_are_read(children: str, expected: Fault) -> None:
    """With other prefixes, without prefix, with parts missing or in the wrong namespace."""
    assert faulted(children) == expected


def test_a_fault_code_without_prefix_is_in_the_default_namespace() -> None:
    """As a qualified name in a text is."""
    children = '<faultcode xmlns="">Server</faultcode><faultstring xmlns="">m</faultstring>'
    assert faulted(children, 'xmlns="urn:default"').code == "Server"
    children = '<faultcode xmlns="" xmlns:q="urn:q">q:Mine</faultcode>'
    assert faulted(children, 'xmlns="urn:default"').code == "{urn:q}Mine"


@pytest.mark.parametrize("declared", ["1", " true "])
def test_a_header_that_must_be_understood_is_not(declared: str) -> None:
    """Whoever requires it is told, and which it is."""
    header = f'<s:Header><x:Security xmlns:x="urn:x" s:mustUnderstand="{declared}"/></s:Header>'
    with pytest.raises(SoapRefused, match=r"header \{urn:x\}Security must be understood") as refusal:
        unwrap(enveloped("<a/>", header))
    assert refusal.value.kind == "must understand"


def test_the_names_in_a_refusal_are_short() -> None:
    """A stranger chooses them."""
    name = "a" * 5000
    for body in (f"<{name}/>".encode(), f'<Envelope xmlns="urn:{name}"/>'.encode()):
        with pytest.raises(SoapRefused) as refusal:
            unwrap(body)
        assert len(str(refusal.value)) < 400


def test_an_envelope_is_parsed_with_the_limits_of_every_body() -> None:
    """Nothing goes round the hardened parser."""
    with pytest.raises(XmlRefused, match="too large"):
        unwrap(enveloped("x" * MAX_BYTES))
    with pytest.raises(XmlRefused, match="DTD"):
        unwrap(b'<!DOCTYPE a [<!ENTITY e "x">]>' + enveloped("<a>&e;</a>"))
