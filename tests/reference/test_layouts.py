from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

HTML = "<p>${first}</p><p>${second}</p>"
GOOD = {"first": "one", "second": "two"}


def create(scene: Any, documents: Any, layout: str, values: dict[str, str], **more: Any) -> Any:
    """Create a HIT of a layout with these values."""
    given = [{"Name": [name], "Value": [value]} for name, value in values.items()]
    parameters = {**documents.hit_parameters(), "HITLayoutId": layout, "HITLayoutParameter": given, **more}
    if "Question" not in more:
        del parameters["Question"]
    return scene.call("CreateHIT", **parameters)


def layout(scene: Any, template: str = HTML) -> str:
    status, reply = scene.control("layouts", {"template": template})
    assert status == 201
    return str(reply["hit_layout_id"])


def test_a_hit_of_a_layout_is_an_html_question(scene: Any, documents: Any) -> None:
    """Its placeholders are replaced, and the layout is named, in the version that has layouts and before restarts."""
    layout_id = layout(scene)
    answer = create(scene, documents, layout_id, GOOD)
    scene.endpoint.restart()
    shown = scene.call("GetHIT", HITId=answer.text("HITId"))
    assert shown.text("HITLayoutId") == layout_id
    root = etree.fromstring((shown.text("Question") or "").encode())
    assert etree.QName(root).localname == "HTMLQuestion"
    assert root[0].text == "<p>one</p><p>two</p>"
    assert create(scene, documents, layout_id, GOOD).accepted


@pytest.mark.parametrize(
    ("values", "more"),
    [
        ({**GOOD, "third": "three"}, {}),
        ({"first": "one"}, {}),
        ({**GOOD, "first": "x" * 65536}, {}),
        (GOOD, {"Question": "<QuestionForm/>"}),
        (GOOD, {"HITLayoutId": "UNKNOWN"}),
    ],
)
def test_what_does_not_fit_the_layout_is_refused(
    scene: Any, documents: Any, values: dict[str, str], more: dict[str, Any]
) -> None:
    """A name too many or too few, a document too long, a Question beside it, no such layout: no HIT is made."""
    answer = create(scene, documents, layout(scene), values, **more)
    assert answer.refused
    assert scene.endpoint.store.hits == {}
    expected = "HITLayoutDoesNotExist" if "HITLayoutId" in more else "InvalidParameterValue"
    assert answer.errors[0].code.removeprefix("AWS.MechanicalTurk.") in (expected, "AWS.MissingParameters")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(value=st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF), min_size=1, max_size=20))
def test_any_value_comes_back(scenes: Any, documents: Any, value: str) -> None:
    """Also one that would end the CDATA section, or looks like a placeholder or a reference to a group."""
    scene = scenes()
    values = {"first": f"]]>{value}\\1", "second": "${first}"}
    layout_id = layout(scene)
    answer = create(scene, documents, layout_id, values)
    assert answer.accepted, answer.summary
    question = scene.call("GetHIT", HITId=answer.text("HITId")).text("Question") or ""
    assert etree.fromstring(question.encode())[0].text == f"<p>]]>{value}\\1</p><p>${{first}}</p>"


def test_a_layout_needs_a_template(scene: Any) -> None:
    """The control API says so."""
    assert scene.control("layouts", {})[0] == 400
    assert scene.control("layouts", method="GET")[0] == 405
