"""Planted faults: what the kit must find, so that a check counts only when it has been seen to fail.

Behavioural defects change a handler, a step or the store of one embedded endpoint, never the finished bytes;
structural ones are derived from the shapes.
"""
