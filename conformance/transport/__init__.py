"""Carrying messages: the client that sends a request, and the two ways to serve a handler.

``client`` sends an `HttpRequest` and answers with an `Exchange`, whatever the endpoint or the network does.
``server`` serves a handler on a socket, ``in_process`` calls it without one: both give the same exchange.
A handler is a function from `HttpRequest` to `HttpResponse` (`handler.Handler`).
"""
