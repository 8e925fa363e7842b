"""The shapes of one API version as files for any other tool: plain XSD and WSDL, nothing of the kit in them."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from lxml import etree

from conformance.spec.data import schemas_dir
from conformance.spec.shapes import MESSAGE_NAMESPACE, dated, plain_schema, prune, read_schemas, shapes_for
from conformance.spec.versions import TODAY
from conformance.spec.wsdl import SERVICE, wsdl_document

_IN_OTHER_WORDS = (
    f" The shapes of {TODAY}, whose messages are JSON, under the names that the versions of XML have for the same "
)


def exported_files(version: str) -> dict[str, bytes]:
    """Return the files of ``version``, file name → content; equal calls give equal bytes.

    These are the WSDL and the schema of the messages under the names that Amazon published them by, and the data
    schemas (``QuestionForm.xsd`` and so on) that the version knows.  Of 2017-01-17, whose messages are JSON, there is
    no WSDL, and the schema has the names of the versions before it.  Raises UsageError for an unknown version.
    """
    shapes = shapes_for(version)
    if version == TODAY:
        schema = shapes.document()
        schema.insert(0, etree.Comment(_IN_OTHER_WORDS))
        return {f"{SERVICE}.xsd": _text(schema), **dict(_data_schemas(version, schemas_dir() / "data"))}
    files = {
        f"{SERVICE}.wsdl": _text(wsdl_document(shapes)),
        f"{SERVICE}.xsd": _text(shapes.document(MESSAGE_NAMESPACE + version)),
    }
    files.update(_data_schemas(version, schemas_dir() / "data"))
    return files


def _data_schemas(version: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    for file, source in read_schemas(folder):
        if dated(source, version):
            schema = deepcopy(source)
            prune(schema, version)
            yield file.relative_to(folder).as_posix(), _text(plain_schema(schema))


def _text(root: etree._Element) -> bytes:
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
