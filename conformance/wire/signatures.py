"""The two signatures of the legacy API: base64 of HMAC-SHA1 over a text, with the secret key.

They differ in the text.  The documented one covers Service, Operation and Timestamp only; the one that boto marks with
``SignatureVersion=1`` covers every parameter.
"""

import base64
from collections.abc import Iterable


def string_to_sign(service: str, operation: str, timestamp: str) -> str:
    """Return the text that the documented signature covers; ``timestamp`` exactly as it is sent.

    Source: the Request Authentication articles of the API References, and the text that the service quotes in
    AWS.BadClaimsSupplied.
    """
    return service + operation + timestamp


def string_to_sign_v1(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the text that ``SignatureVersion=1`` covers: names and decoded values, nothing between them.

    All parameters except Signature, sorted by name without regard to case; those with equal names stay as sent.
    Source: boto 2.49, and the text that the service quotes back to it.
    """
    covered = [pair for pair in pairs if pair[0] != "Signature"]
    covered.sort(key=lambda pair: pair[0].lower())
    return "".join(name + value for name, value in covered)


def sign(secret: str, text: str) -> str:
    """Return the signature of ``text`` in base64, to be percent-encoded where it stands in a query or body."""
    import hmac  # which loads OpenSSL: 4 MB of memory for each process that judges, and never signs

    digest = hmac.digest(secret.encode(), text.encode(), "sha1")
    return base64.b64encode(digest).decode("ascii")
