"""The dated versions of the Requester API, oldest first: those of XML, and the one of JSON.

Source: the version lists of the API References 2006-10-31 to 2014-08-15 and the published WSDLs; the service model that
the official SDKs share for 2017-01-17.
"""

from conformance.errors import UsageError, nearest

VERSIONS = (
    "2006-10-31",
    "2007-03-12",
    "2007-06-21",
    "2008-04-01",
    "2008-08-02",
    "2011-10-01",
    "2012-03-25",
    "2013-11-15",
    "2014-08-15",
)
"""The versions of XML, by Query and SOAP."""
LATEST = VERSIONS[-1]
TODAY = "2017-01-17"
"""The version of JSON, of which `schemas/json` has the names and `conformance.spec.service_model` the shapes."""
KNOWN = (*VERSIONS, TODAY)


def bindings_in(version: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Return the bindings of a version: those ``chosen`` for the versions of XML, JSON alone for the other."""
    return ("json",) if version == TODAY else chosen


def in_force(version: str, since: str | None, until: str | None) -> bool:
    """Tell whether something dated ``since`` (inclusive) to ``until`` (exclusive) holds in ``version``."""
    return (since is None or since <= version) and (until is None or version < until)


def check_version(version: str) -> str:
    """Return ``version`` if it is known; raise UsageError with the nearest known one otherwise."""
    if version not in KNOWN:
        raise UsageError(
            f"version {version!r} is not one of the Requester API{nearest(version, KNOWN) or '.'} "
            f"Known: {', '.join(KNOWN)}."
        )
    return version
