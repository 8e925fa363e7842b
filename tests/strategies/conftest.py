"""Two validators, two bindings and the checks: what generated messages are held against."""

import random
from dataclasses import dataclass
from functools import cache

import pytest
import xmlschema
from lxml import etree

from conformance.bindings import query, soap
from conformance.bindings.query import Credentials
from conformance.checks import shape
from conformance.checks.finding import Finding, Outcome
from conformance.checks.reading import read_exchange
from conformance.spec.shapes import MESSAGE_NAMESPACE, Shapes, shapes_for
from conformance.strategies.choices import Sampled
from conformance.strategies.faults import Fault
from conformance.strategies.grammar import Grammar
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from conformance.wire.soap import unwrap

CREDENTIALS = Credentials(access_key_id="AKIDEXAMPLE", secret_key="secret")
URL = "http://endpoint.test/"
AT = "2014-08-15T10:00:00Z"


@cache
def second_opinion(version: str) -> xmlschema.XMLSchema:
    """Compile the schemas of a version a second time; it takes a second, so ask for few versions."""
    return xmlschema.XMLSchema(etree.tostring(shapes_for(version).document(), encoding="unicode"))


@dataclass(frozen=True)
class Bench:
    """One version, and what its messages are held against."""

    version: str

    @property
    def shapes(self) -> Shapes:
        """The shapes of the version."""
        return shapes_for(self.version)

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations of the version."""
        return self.shapes.operations

    def grammar(self, seed: int = 1, *, genuine: bool = False) -> Grammar:
        """Return a grammar that decides by a seed."""
        return Grammar(shapes=self.shapes, choices=Sampled(random=random.Random(seed)), genuine=genuine)

    def is_valid(self, message: bytes | etree._Element) -> bool:
        """Tell whether lxml takes a message without a namespace."""
        root = etree.fromstring(message) if isinstance(message, bytes) else message
        return self.shapes.schema().validate(root)

    def is_valid_twice(self, message: bytes) -> bool:
        """Tell whether both validators take a message; AssertionError where they differ."""
        first, second = self.is_valid(message), second_opinion(self.version).is_valid(message)
        assert first == second, f"lxml says {first}, xmlschema {second} of {message!r}"
        return first

    def soap_call(self, operation: str, values: Values) -> HttpRequest:
        """Write a call in SOAP."""
        return soap.write_call(
            operation, [values], url=URL, credentials=CREDENTIALS, version=self.version, timestamp=AT
        )

    def is_valid_soap(self, request: HttpRequest) -> bool:
        """Tell whether the schema of the version's namespace takes the message of a SOAP call."""
        message = unwrap(request.body)
        assert isinstance(message, etree._Element)
        return self.shapes.schema(MESSAGE_NAMESPACE + self.version).validate(message)

    def query_call(self, operation: str, values: Values, method: str = "POST") -> HttpRequest:
        """Write a call in Query."""
        return query.write_call(
            operation, values, url=URL, credentials=CREDENTIALS, version=self.version, timestamp=AT, method=method
        )

    def survives(self, operation: str, values: Values) -> None:
        """Assert that both bindings carry parameters unchanged."""
        for method in ("POST", "GET"):
            call = query.read_call(self.query_call(operation, values, method))
            assert (call.operation, call.version, call.values) == (operation, self.version, values)
        request = self.soap_call(operation, values)
        read = soap.read_call(request)
        assert (read.operation, read.version, read.requests) == (operation, self.version, (values,))
        assert self.is_valid_soap(request), etree.tostring(unwrap(request.body), pretty_print=True).decode()

    def found(self, operation: str, reply: bytes) -> list[Finding]:
        """Return what the check of shapes finds wrong with, or notes of, a reply."""
        response = HttpResponse(status=200, body=reply)
        exchange = Exchange(request=self.query_call(operation, {}), response=response, sent_at=0.0, received_at=1.0)
        (check,) = shape.CHECKS
        return [finding for finding in check.judge(read_exchange(exchange)) if finding.outcome is not Outcome.MET]

    def assert_found(self, operation: str, reply: bytes, fault: Fault) -> None:
        """Assert that lxml refuses a faulty reply, and that one finding names it, its place and its requirement."""
        assert not self.is_valid(reply), fault
        (finding,) = self.found(operation, reply)
        assert finding.where == fault.where, (fault, finding)
        assert finding.requirement == self.requirement_for(fault), (fault, finding)
        if fault.aspect == "elements":
            assert fault.member in finding.actual, (fault, finding)

    def requirement_for(self, fault: Fault) -> str:
        """Return the requirement that a fault is laid at; stray text is told and held against nobody."""
        around = self.shapes.type(fault.structure)
        assert around is not None
        member = around.element(fault.member)
        own = member.requirement if member else None
        stated = None if fault.kind == "loose text" else shape.requirement_for(fault.aspect, around, own)
        return stated or shape.UNSTATED


@pytest.fixture(scope="session")
def bench() -> type[Bench]:
    """Hold the messages of a version against validators, bindings and checks."""
    return Bench
