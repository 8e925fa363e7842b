"""Timestamps: which texts are valid, what they mean, how they are written."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.wire.timestamps import format_timestamp, is_utc_timestamp, parse_timestamp

VECTORS = json.loads((Path(__file__).parents[2] / "cases/vectors/timestamps.json").read_text("utf-8"))["vectors"]
PARAMETERS = [pytest.param(vector, id=vector["text"] or "empty") for vector in VECTORS]
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
XSD = etree.XMLSchema(
    etree.XML('<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="t" type="dateTime"/></schema>')
)


def schema_accepts(text: str) -> bool:
    element = etree.Element("t")
    element.text = text
    return bool(XSD.validate(element))


@pytest.mark.parametrize("vector", PARAMETERS)
def test_a_vector_is_judged_as_expected(vector: dict[str, Any]) -> None:
    """Validity, UTC, and the moment where it is known."""
    assert is_utc_timestamp(vector["text"]) == vector["utc"]
    if not vector["valid"]:
        with pytest.raises(ValueError, match="is not a valid xs:dateTime: "):
            parse_timestamp(vector["text"])
        return
    moment = parse_timestamp(vector["text"])
    assert (moment.timestamp() if moment.tzinfo else None) == vector["epoch"]


@given(epoch=st.floats(-62135596800, 253402300799.9))
def test_what_is_written_is_read_to_the_second(epoch: float) -> None:
    """From the first second of year 1 to the last of year 9999, the part of a second dropped."""
    text = format_timestamp(epoch)
    assert is_utc_timestamp(text)
    assert len(text) == len("2005-01-31T23:59:59Z")
    assert parse_timestamp(text) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=math.floor(epoch))


@given(moment=st.datetimes(timezones=st.none() | ZONES))
def test_any_moment_is_read_back_from_its_iso_form(moment: datetime) -> None:
    """With its fraction and its offset."""
    found = parse_timestamp(moment.isoformat())
    assert (found, found.utcoffset()) == (moment, moment.utcoffset())


@given(
    text=st.builds(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}".format,
        st.integers(1, 2500),
        st.integers(0, 13),
        st.integers(0, 32),
        st.integers(0, 25),
        st.sampled_from([0, 59, 60]),
        st.sampled_from([0, 59, 60]),
        st.sampled_from(["", ".0", ".", ".5"]),
        st.sampled_from(["", "Z", "+00:00", "-14:00", "+14:01", "+05:60", "z"]),
    )
)
def test_an_xml_schema_processor_agrees(text: str) -> None:
    """Texts near the borders of validity, judged by another implementation."""
    try:
        parse_timestamp(text)
    except ValueError:
        assert not schema_accepts(text)
    else:
        assert schema_accepts(text)


@given(text=st.text(alphabet="0123456789-:TZ.+ \n٣", max_size=30))
def test_any_text_is_judged_without_failing(text: str) -> None:
    """A predicate never raises."""
    assert is_utc_timestamp(text) <= text.endswith("Z")


@pytest.mark.parametrize("text", ["9999-12-31T24:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"])
def test_years_outside_four_digits_are_refused(text: str) -> None:
    """XML Schema knows them, the kit's moments do not."""
    with pytest.raises(ValueError, match="is not a valid xs:dateTime"):
        parse_timestamp(text)


def test_seconds_are_floored_before_the_epoch_too() -> None:
    """Half a second before 1970 is still 1969."""
    assert format_timestamp(-0.5) == "1969-12-31T23:59:59Z"
    assert format_timestamp(0.999) == "1970-01-01T00:00:00Z"
