"""``python -m conformance``, and ``mturk-conformance``.

Each process of an audit or a self-test imports the module that began it, and needs no command line: so it is imported
when it is called.
"""


def main() -> None:
    """Call the command line."""
    from conformance.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
