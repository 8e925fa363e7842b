"""HIT layouts: HTML with placeholders ``${name}``, from which the Question of a HIT is made.

Source: the articles CreateHIT and HITLayoutParameter.  The Requester API makes no layouts; the control API does, and
every Requester can use them.
"""

import re

from conformance.reference.context import Context
from conformance.reference.parameters import Parameters, missing, unacceptable
from conformance.reference.records import HITLayout
from conformance.reference.refusals import Refusal, refused
from conformance.reference.store import Store
from conformance.spec.documents import DOCUMENTS

MAX_BYTES = 65535
FRAME_HEIGHT = 450

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


def create_layout(store: Store, template: str) -> str:
    """Take in a layout with the HTML of ``template`` and return its id."""
    record = HITLayout(hit_layout_id=store.next_object_id(), template=template)
    store.save_layout(record)
    return record.hit_layout_id


def question_of_layout(context: Context, layout_id: str) -> str:
    """Return the HTMLQuestion that a layout gives with the values of the call; raises Refusal."""
    layout = context.store.layouts.get(layout_id)
    if layout is None:
        message = "The Requester has no such HIT layout."
        raise refused("AWS.MechanicalTurk.HITLayoutDoesNotExist", message, HITLayoutId=layout_id[:200])
    values = {
        given.required("Name", str): given.required("Value", str)
        for given in context.values.all("HITLayoutParameter", Parameters)
    }
    names = set(_PLACEHOLDER.findall(layout.template))
    for name in values:
        if name not in names:
            raise Refusal(unacceptable("HITLayoutParameter", name, "the layout has no such placeholder"))
    if lacking := sorted(names - values.keys()):
        raise Refusal(missing("HITLayoutParameter", f"the layout has the placeholder {lacking[0]}"))
    question = _html_question(_PLACEHOLDER.sub(lambda found: values[found[1]], layout.template))
    if len(question.encode()) > MAX_BYTES:
        raise Refusal(unacceptable("HITLayoutId", layout_id, f"the Question is longer than {MAX_BYTES} bytes"))
    return question


def _html_question(html: str) -> str:
    content = html.replace("]]>", "]]]]><![CDATA[>")
    return (
        f'<HTMLQuestion xmlns="{DOCUMENTS["HTMLQuestion"]}"><HTMLContent><![CDATA[{content}]]></HTMLContent>'
        f"<FrameHeight>{FRAME_HEIGHT}</FrameHeight></HTMLQuestion>"
    )
