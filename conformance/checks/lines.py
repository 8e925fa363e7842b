"""Where in a file a finding is: from its path to the line of the element."""

import re
from itertools import islice
from typing import cast

from lxml import etree

from conformance.checks.documents.places import INNER

_STEP = re.compile(r"(?:\{[^{}]*\})?(?P<name>[^\[\]{}]*)(?:\[(?P<position>[0-9]{1,9})\])?")


def line_of(root: etree._Element, where: str) -> int | None:
    """Return the line of the element at ``where``, a path of local names from the root; None where there is none.

    Of ``<outer path> → <inner path>`` it is the line of the outer element.  Where the last steps lead nowhere (what
    is missing has no line) it is the line of the element that they should be in.
    """
    steps = where.partition(INNER)[0].split("/")
    if len(steps) < 2 or steps[0] or _parts(steps[1])[0] != etree.QName(root).localname:
        return None
    element = root
    anywhere = False
    for step in steps[2:]:
        if not step:
            anywhere = True
            continue
        found = _below(element, step, anywhere=anywhere)
        if found is None:
            break
        element, anywhere = found, False
    return cast("int | None", element.sourceline)  # wrong in the stubs


def _parts(step: str) -> tuple[str, int]:
    found = _STEP.fullmatch(step)
    return (found["name"], int(found["position"] or 1)) if found else (step, 1)


def _below(element: etree._Element, step: str, *, anywhere: bool) -> etree._Element | None:
    name, position = _parts(step)
    try:
        twins = element.iterdescendants(f"{{*}}{name}") if anywhere else element.iterchildren(f"{{*}}{name}")
    except ValueError:  # the step of an attribute, or of none
        return None
    return next(islice(twins, position - 1, None), None)
