"""zeep, xsdata and xmlschema, which know nothing of us, take what `schemas export` writes, in every version.

A fault in our own SOAP codec is invisible to its own reader; what zeep and the code of xsdata send is not ours.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from xmlschema import XMLSchema
from xmlschema.extras.wsdl import Wsdl11Document
from xsdata.codegen.transformer import ResourceTransformer
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.config import GeneratorConfig
from xsdata.models.datatype import XmlDateTime
from zeep.transports import Transport

from conformance.bindings.replies import operation_reply
from conformance.bindings.soap import SoapCall, read_call, sign_call
from conformance.spec.export import exported_files
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest
from conformance.wire.soap import Fault, unwrap, wrap

STAMP = "2014-08-15T10:00:00Z"
SECRET = "a secret"
SIGNATURE = (
    "zx/tjn2C5wSnj8BPypGjvZLrxVE="  # openssl dgst -sha1 -hmac, of AWSMechanicalTurkRequesterGrantBonus and STAMP
)
REASON = "Thänks & <more>"
COUNTERS = {"NumResults": 2, "TotalNumResults": 7, "PageNumber": 1}
BONUS: Values = {
    "WorkerId": ["W1"],
    "BonusAmount": [{"Amount": ["5.00"], "CurrencyCode": ["USD"]}],
    "AssignmentId": ["A1"],
    "Reason": [REASON],
}


class Mailbox(Transport):
    """Keeps what zeep sends, and answers with ``reply``."""

    def __init__(self, reply: bytes = b"") -> None:
        super().__init__()
        self.reply = reply
        self.sent: list[HttpRequest] = []

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        """Keep the message; answer."""
        self.sent.append(HttpRequest(method="POST", url=address, headers=tuple(headers.items()), body=message))
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "text/xml"
        response._content = self.reply
        return response


@pytest.fixture
def wsdl(exported: Path) -> Path:
    """Return the path of the WSDL of a version, beside its other files."""
    return exported / "AWSMechanicalTurkRequester.wsdl"


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Any]]:
    """Return what makes a package of a file with xsdata and imports it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")  # xsdata calls ruff

    def package_of(file: Path) -> Any:
        config = GeneratorConfig()
        config.output.package = f"{tmp_path.name}_{file.stem}".lower()  # xsdata remembers where packages were
        ResourceTransformer(config=config).process([file.as_uri()])
        return importlib.import_module(config.output.package)

    yield package_of
    for name in [name for name in sys.modules if name.startswith(tmp_path.name)]:
        del sys.modules[name]


def check_bonus(request: HttpRequest, version: str) -> SoapCall:
    """Check that a call is the bonus, valid in its version; return it as our own codec reads it."""
    message = unwrap(request.body)
    assert not isinstance(message, Fault)
    schema = shapes_for(version).schema(MESSAGE_NAMESPACE + version)
    assert schema.validate(message), schema.error_log
    call = read_call(request)
    assert (call.operation, call.version, call.requests) == ("GrantBonus", version, (BONUS, BONUS))
    assert call.common == {"AWSAccessKeyId": "AKID", "Timestamp": STAMP, "Signature": SIGNATURE}
    assert sign_call(call, SECRET) == SIGNATURE
    return call


def class_names(package: Any) -> set[str]:
    """Return the XML names of the classes in a package that xsdata generated."""
    classes = [one for one in vars(package).values() if isinstance(one, type)]
    return {getattr(getattr(one, "Meta", None), "name", None) or one.__name__ for one in classes}


def replied(version: str, operation: str, values: Values) -> bytes:
    """Return a reply in the namespace of its version."""
    root = operation_reply(shapes_for(version), operation, "an id", values=values)
    for node in root.iter():
        node.tag = f"{{{MESSAGE_NAMESPACE}{version}}}{node.tag}"
    return wrap(root)


def test_zeep_sends_a_bonus_that_is_read_as_it_was_meant(version: str, wsdl: Path) -> None:
    """Two requests in one call, to the service's address, with its soapAction; the reply comes back as objects."""
    mailbox = Mailbox(replied(version, "GrantBonus", {}))
    client = zeep.Client(str(wsdl), transport=mailbox)
    price = {"Amount": Decimal("5.00"), "CurrencyCode": "USD"}
    bonus = {"WorkerId": "W1", "BonusAmount": price, "AssignmentId": "A1", "Reason": REASON}
    reply = client.service.GrantBonus(
        AWSAccessKeyId="AKID", Timestamp=STAMP, Signature=SIGNATURE, Request=[bonus, bonus]
    )
    (sent,) = mailbox.sent
    assert check_bonus(sent, version).service == "AWSMechanicalTurkRequester"
    assert dict(sent.headers)["SOAPAction"] == '"http://soap.amazon.com"'
    assert reply.OperationRequest.RequestId == "an id"
    assert [result.Request.IsValid for result in reply.GrantBonusResult] == ["True"]


def test_zeep_knows_every_operation_and_reads_every_list(version: str, wsdl: Path) -> None:
    """With the counters as genuine replies have them, which zeep does not read by the published WSDLs."""
    mailbox = Mailbox()
    client = zeep.Client(str(wsdl), transport=mailbox)
    shapes = shapes_for(version)
    assert set(client.wsdl.bindings[f"{{{MESSAGE_NAMESPACE}{version}}}AWSMechanicalTurkRequesterBinding"].all()) == set(
        shapes.operations
    )
    lists = 0
    for name in shapes.operations:
        result = shapes.operation(name).result
        members = shapes.type(result.type)
        if members is None or members.element("PageNumber") is None:
            continue
        lists += 1
        mailbox.reply = replied(version, name, {counter: [str(number)] for counter, number in COUNTERS.items()})
        reply = client.service[name](
            AWSAccessKeyId="AKID", Timestamp=STAMP, Signature="x", Request=[zeep.xsd.SkipValue]
        )
        (found,) = reply[result.name]
        assert {counter: found[counter] for counter in COUNTERS} == COUNTERS, name
    assert lists >= 5


def test_the_code_that_xsdata_generates_speaks_as_well(
    version: str, wsdl: Path, generate: Callable[[Path], Any]
) -> None:
    """A bonus written by its classes, and a list with its counters read into them."""
    generated = generate(wsdl)
    price = generated.Price(amount=Decimal("5.00"), currency_code="USD")
    bonus = generated.GrantBonusRequest(worker_id="W1", bonus_amount=price, assignment_id="A1", reason=REASON)
    call = generated.GrantBonus(
        awsaccess_key_id="AKID",
        timestamp=XmlDateTime.from_string(STAMP),
        signature=SIGNATURE,
        request=[bonus, bonus],
    )
    body = wrap(etree.fromstring(XmlSerializer().render(call).encode()))
    check_bonus(HttpRequest(method="POST", url="/", body=body), version)
    message = unwrap(replied(version, "SearchHITs", {name: [str(number)] for name, number in COUNTERS.items()}))
    assert not isinstance(message, Fault)
    (found,) = XmlParser().from_bytes(etree.tostring(message), generated.SearchHitsResponse).search_hits_result
    assert (found.num_results, found.total_num_results, found.page_number) == tuple(COUNTERS.values())


def test_xmlschema_takes_the_wsdl(version: str, wsdl: Path) -> None:
    """It checks the document itself, what refers to what in it, and the schema inside."""
    document = Wsdl11Document(str(wsdl))
    (port_type,) = document.port_types.values()
    assert len(port_type.operations) == len(shapes_for(version).operations)


def test_xsdata_takes_the_schema_of_the_messages(version: str, wsdl: Path, generate: Callable[[Path], Any]) -> None:
    """Alone, with the choices that the WSDL leaves out."""
    found = class_names(generate(wsdl.with_suffix(".xsd")))
    assert set(shapes_for(version).operations) <= found


@pytest.mark.parametrize("version", [LATEST], indirect=True)
@pytest.mark.parametrize("tool", ["xsdata", "xmlschema"])
def test_the_schemas_of_documents_are_taken(
    tool: str, version: str, wsdl: Path, generate: Callable[[Path], Any]
) -> None:
    """Each alone; what a document's root is called is known then."""
    names = [name for name in exported_files(version) if not name.startswith("AWS")]
    assert len(names) >= 2
    for name in names:
        file = wsdl.with_name(name)
        roots = {node.get("name") for node in etree.parse(str(file)).getroot() if node.tag.endswith("}element")}
        known = class_names(generate(file)) if tool == "xsdata" else set(XMLSchema(str(file)).elements)
        assert roots
        assert roots <= known, name
