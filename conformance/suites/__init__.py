"""What needs more than one exchange, a generated value or a clock: the suites that act on an endpoint.

A test marked ``verifies(<requirement id>, …)`` decides these requirements through the fixture ``expect``; what a
single exchange shows is judged by the checks on every exchange that any test makes.
"""
