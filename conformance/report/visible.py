"""Text that an endpoint sent, made safe to show: nothing in it can move a cursor, colour a line or hide itself."""

LONGEST = 1_000


def visible(text: str, longest: int = LONGEST) -> str:
    """Return ``text`` on one line with control, format and bidirectional characters as Python escapes.

    What is longer than ``longest`` characters is cut, with a note of its whole length.
    """
    shown = "".join(character if character.isprintable() else _escape(character) for character in text[:longest])
    return shown if len(text) <= longest else f"{shown}… ({len(text)} characters)"


def _escape(character: str) -> str:
    return ascii(character)[1:-1]
