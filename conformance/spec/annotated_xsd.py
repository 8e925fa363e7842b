"""The two namespaces of the schema files: XML Schema, and what the kit says of components (``schemas/README.md``)."""

XS = "{http://www.w3.org/2001/XMLSchema}"
ANNOTATIONS = "{urn:mturk-conformance:annotations}"
