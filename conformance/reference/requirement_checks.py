"""What a Qualification requirement may hold: which values go with which type and comparator.

Source: the articles QualificationRequirement and Locale.
"""

from collections.abc import Iterator

from conformance.bindings.query import ServiceError
from conformance.reference.countries import COUNTRIES, STATES
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.records import Locale, QualificationRequirement
from conformance.reference.refusals import Refusal

LOCALE = "00000000000000000071"
"""The type whose value is the place of the Worker."""
MOST_INTEGERS = 15
MOST_LOCALES = 30

_NAME = "QualificationRequirement"
_SINGLE = ("EqualTo", "NotEqualTo")
_SEVERAL = ("In", "NotIn")


def check_requirement(requirement: QualificationRequirement) -> None:
    """Raise Refusal, with all faults, if a requirement holds what does not go together."""
    faults = [*_integer_faults(requirement), *_locale_faults(requirement)]
    if faults:
        raise Refusal(*faults)


def _integer_faults(requirement: QualificationRequirement) -> Iterator[ServiceError]:
    values, comparator = requirement.integers, requirement.comparator
    shown = ", ".join(map(str, values))
    if not values:
        return
    if comparator in ("Exists", "DoesNotExist"):
        yield unacceptable(f"{_NAME}.IntegerValue", shown, f"{comparator} has no value to compare with")
    elif requirement.qualification_type_id == LOCALE:
        yield unacceptable(f"{_NAME}.IntegerValue", shown, "the value of this type is a place")
    elif comparator in _SEVERAL and len(values) > MOST_INTEGERS:
        yield unacceptable(f"{_NAME}.IntegerValue", shown, f"{comparator} takes at most {MOST_INTEGERS} values")


def _locale_faults(requirement: QualificationRequirement) -> Iterator[ServiceError]:
    places, comparator = requirement.locales, requirement.comparator
    if not places:
        return
    shown = ", ".join(str(place.country) for place in places)
    if requirement.qualification_type_id != LOCALE:
        yield unacceptable(f"{_NAME}.LocaleValue", shown, "the value of this type is no place")
    elif comparator not in (*_SINGLE, *_SEVERAL):
        yield unacceptable(f"{_NAME}.LocaleValue", shown, f"{comparator} does not compare places")
    elif len(places) > (1 if comparator in _SINGLE else MOST_LOCALES):
        yield unacceptable(f"{_NAME}.LocaleValue", shown, f"{comparator} does not take {len(places)} places")
    for place in places:
        yield from _place_faults(place)


def _place_faults(place: Locale) -> Iterator[ServiceError]:
    country, subdivision = place.country, place.subdivision
    if country is None:
        yield missing(f"{_NAME}.LocaleValue.Country")
    elif country not in COUNTRIES:
        yield unacceptable(f"{_NAME}.LocaleValue.Country", country, "it is no code of ISO 3166")
    if subdivision is not None and (country != "US" or subdivision not in STATES):
        reason = "it is no code of ISO 3166-2 for a state of the United States"
        yield unacceptable(f"{_NAME}.LocaleValue.Subdivision", subdivision, reason)
