"""The WSDL of one API version, made from its shapes: document/literal over SOAP 1.1, the schema inside.

Source: the published WSDLs of 2007-06-21, 2012-03-25, 2013-11-15 and 2014-08-15 (style, soapAction, addresses) and the
names in code that Axis, JAX-WS and .NET generated from them, so that such code can be generated again.
"""

from lxml import etree

from conformance.spec.annotated_xsd import XS
from conformance.spec.shapes import MESSAGE_NAMESPACE, Shapes
from conformance.spec.versions import in_force

SERVICE = "AWSMechanicalTurkRequester"
SOAP_ACTION = "http://soap.amazon.com"
"""The one SOAPAction, whatever the operation."""

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_HTTP_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"
_HTTPS_SINCE = "2012-03-25"  # the WSDL of 2007-06-21 says http; of the versions between none is known


def service_address(version: str) -> str:
    """Return the URL that the WSDL of ``version`` gives for the service."""
    scheme = "https" if in_force(version, _HTTPS_SINCE, None) else "http"
    return f"{scheme}://mechanicalturk.amazonaws.com/?Service={SERVICE}"


def wsdl_document(shapes: Shapes) -> etree._Element:
    """Return the WSDL of a version as a new tree: every operation in force, the whole schema under ``types``.

    Where the schema has a choice between orders of the same members, the WSDL has the first of them alone, with every
    member optional: that is the order of genuine replies, and what tools make of such a choice reads none (zeep asks
    for the members of all branches, one after the other).
    """
    namespace = MESSAGE_NAMESPACE + shapes.version
    root = etree.Element(
        f"{{{_WSDL}}}definitions",
        {"name": SERVICE, "targetNamespace": namespace},
        nsmap={"wsdl": _WSDL, "soap": _SOAP, "tns": namespace},
    )
    _inline(_wsdl(root, "types"), shapes.document(namespace))
    for operation in shapes.operations:
        _message(root, f"{operation}RequestMsg", operation)
        _message(root, f"{operation}ResponseMsg", shapes.operation(operation).response)
    _port_type(root, shapes)
    _binding(root, shapes)
    port = _wsdl(_wsdl(root, "service", name=SERVICE), "port", name=f"{SERVICE}Port", binding=f"tns:{SERVICE}Binding")
    _soap(port, "address", location=service_address(shapes.version))
    return root


def _inline(types: etree._Element, schema: etree._Element) -> None:
    # Appended as it is, it would lose its default namespace, to which the names in its attributes belong, to "tns".
    inline = etree.SubElement(types, schema.tag, schema.attrib, schema.nsmap)  # type: ignore[arg-type]  # wrong in the stubs
    inline.extend(list(schema))
    for choice in list(inline.iter(f"{XS}choice")):  # outer ones first: what is left of those in them is thrown away
        parent = choice.getparent()
        if parent is not None:
            parent.replace(choice, _first_order(choice))


def _first_order(choice: etree._Element) -> etree._Element:
    order = etree.Element(f"{XS}sequence")
    for member in list(choice.iter(f"{XS}element")):
        if order.find(f"{XS}element[@name='{member.get('name')}']") is None:
            member.set("minOccurs", "0")
            order.append(member)
    return order


def _wsdl(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_WSDL}}}{tag}", attributes)


def _soap(parent: etree._Element, tag: str, /, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{_SOAP}}}{tag}", attributes)


def _message(root: etree._Element, name: str, element: str) -> None:
    # A part of any other name than "parameters" keeps tools from unwrapping the call into its members.
    _wsdl(_wsdl(root, "message", name=name), "part", name="body", element=f"tns:{element}")


def _port_type(root: etree._Element, shapes: Shapes) -> None:
    port_type = _wsdl(root, "portType", name=f"{SERVICE}PortType")
    for name in shapes.operations:
        operation = _wsdl(port_type, "operation", name=name)
        _wsdl(operation, "input", message=f"tns:{name}RequestMsg")
        _wsdl(operation, "output", message=f"tns:{name}ResponseMsg")


def _binding(root: etree._Element, shapes: Shapes) -> None:
    binding = _wsdl(root, "binding", name=f"{SERVICE}Binding", type=f"tns:{SERVICE}PortType")
    _soap(binding, "binding", style="document", transport=_HTTP_TRANSPORT)
    for name in shapes.operations:
        operation = _wsdl(binding, "operation", name=name)
        _soap(operation, "operation", soapAction=SOAP_ACTION)
        for direction in ("input", "output"):
            _soap(_wsdl(operation, direction), "body", use="literal")
