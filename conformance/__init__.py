"""mturk-conformance: proves that an endpoint speaks the Amazon Mechanical Turk Requester API."""

__version__ = "0.1.0"
