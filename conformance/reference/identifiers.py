"""Identifiers that depend on nothing but the store's seed and a counter, so that equal runs give equal bytes.

Source: the patterns of the ids in genuine replies (ids of objects: 30 upper-case letters and digits, Worker ids begin
with ``A``, request ids are lower-case UUIDs; ids of access keys: ``AKIA`` and 16 upper-case letters and digits).
"""

import hashlib
import hmac

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def object_id(seed: int, number: int) -> str:
    """Return the id of the object with that number: 30 upper-case letters and digits."""
    return _letters(f"object {seed} {number}", 30)


def worker_id(seed: int, number: int) -> str:
    """Return the id of the Worker with that number: ``A`` and 13 upper-case letters and digits."""
    return "A" + _letters(f"worker {seed} {number}", 13)


def file_key(seed: int, number: int) -> str:
    """Return the key of the uploaded file with that number: 40 hexadecimal digits."""
    return hashlib.sha256(f"file {seed} {number}".encode()).hexdigest()[:40]


def file_ticket(seed: int, key: str, until: int) -> str:
    """Return what opens the file of that key until that time: 40 hexadecimal digits."""
    return hashlib.sha256(f"ticket {seed} {key} {until}".encode()).hexdigest()[:40]


def request_id(seed: int, number: int) -> str:
    """Return the id of the call with that number: a UUID in lower case."""
    digits = hashlib.sha256(f"call {seed} {number}".encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def access_key_id(seed: int, number: int) -> str:
    """Return the id of the access key with that number: ``AKIA`` and 16 upper-case letters and digits."""
    return "AKIA" + _letters(f"access key {seed} {number}", 16)


def secret_key(token: str, key_id: str) -> str:
    """Return the secret of an access key, 40 characters: nobody can tell it without the control API's token."""
    return hmac.new(token.encode(), key_id.encode(), hashlib.sha256).hexdigest()[:40]


def _letters(text: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)
