"""What judges: pure functions from an exchange to findings.

A check sees one exchange and never where it came from, so the same rule holds for a live run, the embedded
endpoint and a capture of last year.  Checks read the tables of ``conformance.spec`` and never the reference
endpoint.
"""
