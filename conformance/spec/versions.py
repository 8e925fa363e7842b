"""The dated versions of the legacy Requester API, oldest first.

Source: the version lists of the API References 2006-10-31 to 2014-08-15 and the published WSDLs.
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
LATEST = VERSIONS[-1]


def in_force(version: str, since: str | None, until: str | None) -> bool:
    """Tell whether something dated ``since`` (inclusive) to ``until`` (exclusive) holds in ``version``."""
    return (since is None or since <= version) and (until is None or version < until)


def check_version(version: str) -> str:
    """Return ``version`` if it is known; raise UsageError with the nearest known one otherwise."""
    if version not in VERSIONS:
        raise UsageError(
            f"version {version!r} is not one of the Requester API{nearest(version, VERSIONS) or '.'} "
            f"Known: {', '.join(VERSIONS)}."
        )
    return version
