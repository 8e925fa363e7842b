"""Where something stands in a capture, as people are told."""

from conformance.record.audited import Fault
from conformance.record.places import Place
from conformance.report.audits.outcome import many

STANDARD_INPUT = "-"


def place_of(place: Place) -> str:
    """Return a place: file and line, as editors open it, then the exchange and its byte."""
    file = "standard input" if place.file == STANDARD_INPUT else place.file
    told = [f"{file}:{place.line}" if place.line else file]
    if place.entry:
        told.append(f"exchange {place.entry}")
    if place.offset >= 0 and (place.entry or not place.line):
        told.append(f"byte {place.offset}")
    return ", ".join(told)


def others_of(fault: Fault) -> str:
    """Return the places of a fault after the first, and how many more there are; empty where it is alone."""
    told = [place_of(one.place) for one in fault.first[1:]]
    more = fault.count - len(fault.first)
    if more > 0:
        told.append(f"and {many(more, 'more place')}")
    return "; ".join(told)
