"""Faults of what a Qualification requirement may hold, and of how GetHIT shows it."""

from collections.abc import Callable, Collection
from typing import Any

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.mistyped import taking_any_type
from conformance.defects.planting import Plant, handling, planting, rereading, reshaping
from conformance.reference.context import Context, Handler
from conformance.reference.countries import COUNTRIES, STATES
from conformance.reference.parameters import Parameters, unacceptable
from conformance.reference.refusals import Refusal
from conformance.reference.requirement_checks import LOCALE, MOST_INTEGERS, MOST_LOCALES
from conformance.spec.versions import KNOWN, VERSIONS
from conformance.wire.flattening import Values

CREATE, ARTICLE = "CreateHIT", "QualificationRequirement"
SEVERAL_SINCE, SUBDIVISIONS_SINCE = "2013-11-15", "2014-08-15"
Changing = Callable[[dict[str, Any]], None]
ACTIONS = ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")

_PERCENTAGES = ("00000000000000000000", "00000000000000000070", "000000000000000000E0", "000000000000000000S0")
_APPROVALS = ("000000000000000000L0", "00000000000000000040")
_ADULT = "00000000000000000060"
_COMPARATORS = (
    "LessThan",
    "LessThanOrEqualTo",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "EqualTo",
    "NotEqualTo",
    "Exists",
    "DoesNotExist",
    "In",
    "NotIn",
)


def _before(version: str) -> tuple[str, ...]:
    return tuple(one for one in VERSIONS if one < version)


def _since(version: str) -> tuple[str, ...]:
    return tuple(one for one in KNOWN if one >= version)


# What is sent is put right, or wrong, before it is looked at


def _rereading(change: Changing) -> Plant:
    """Let ``change`` alter each requirement that CreateHIT is sent, in place."""

    def reread(values: Values, _: Any) -> Values:
        given: list[Any] = [dict(one) for one in values.get(ARTICLE, []) if isinstance(one, dict)]
        for one in given:
            change(one)
        return {**values, ARTICLE: given} if given else values

    return rereading(CREATE, reread)


def _places(change: Changing) -> Plant:
    """Let ``change`` alter each place of each requirement, in place."""

    def each(one: dict[str, Any]) -> None:
        if "LocaleValue" in one:
            one["LocaleValue"] = [dict(place) for place in one["LocaleValue"]]
            for place in one["LocaleValue"]:
                change(place)

    return _rereading(each)


def _text(one: dict[str, Any], name: str) -> str:
    return str(next(iter(one.get(name, ())), ""))


def _fill_in(name: str, value: str) -> Changing:
    def change(one: dict[str, Any]) -> None:
        one.setdefault(name, [value])

    return change


def _comparator(which: Callable[[str], bool], other: str) -> Changing:
    def change(one: dict[str, Any]) -> None:
        if which(_text(one, "Comparator")):
            one["Comparator"] = [other]

    return change


def _drop(name: str, when: Callable[[dict[str, Any]], bool]) -> Changing:
    def change(one: dict[str, Any]) -> None:
        if when(one):
            one.pop(name, None)

    return change


def _old_as_exists(one: dict[str, Any]) -> None:
    if _text(one, "Comparator") in _COMPARATORS[7:]:
        one["Comparator"] = ["Exists"]
        one.pop("IntegerValue", None)


def _keep(name: str, most: int, comparators: Collection[str]) -> Changing:
    def change(one: dict[str, Any]) -> None:
        if name in one and _text(one, "Comparator") in comparators:
            one[name] = one[name][:most]

    return change


def _known_numbers(one: dict[str, Any]) -> None:
    if not _text(one, "IntegerValue").lstrip("-").isdecimal():
        one.pop("IntegerValue", None)


def _known_country(place: dict[str, Any]) -> None:
    if "Country" in place and _text(place, "Country") not in COUNTRIES:
        place["Country"] = ["US"]


def _known_state(place: dict[str, Any]) -> None:
    if _text(place, "Country") != "US" or _text(place, "Subdivision") not in STATES:
        place.pop("Subdivision", None)


# What is good is refused, or shown as something else


def _refusing(refuses: Callable[[Parameters], bool]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        if any(refuses(one) for one in context.values.all(ARTICLE, Parameters)):
            raise Refusal(unacceptable(ARTICLE, "", "it is not accepted"))
        return handler(context)

    return handling(CREATE, wrapper)


def _has_country_alone(one: Parameters) -> bool:
    return any(place.optional("Subdivision", str) is None for place in one.all("LocaleValue", Parameters))


def _showing(change: Callable[[etree._Element], None]) -> Plant:
    """Let ``change`` alter each requirement in the replies of GetHIT."""

    def reshape(reply: etree._Element) -> None:
        for element in list(reply.iter(ARTICLE)):
            change(element)

    return reshaping("GetHIT", reshape)


def _first_integer_alone(element: etree._Element) -> None:
    for value in element.findall("IntegerValue")[1:]:
        element.remove(value)


def _first_place_alone(element: etree._Element) -> None:
    for value in element.findall("LocaleValue")[1:]:
        element.remove(value)


def _without(name: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        for one in element.findall(name):
            element.remove(one)

    return change


def _first_alone(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None and parent.find(ARTICLE) is not element:
        parent.remove(element)


def _with_subdivision(element: etree._Element) -> None:
    for place in element.iterfind("LocaleValue"):
        etree.SubElement(place, "Subdivision").text = "CA"


def _as_another_type(*types: str) -> Plant:
    def change(element: etree._Element) -> None:
        for one in element.iterfind("QualificationTypeId"):
            if one.text in types:
                one.text = "00000000000000000099"

    return _showing(change)


def _taken(name: str, change: Changing, *breaks: str, versions: tuple[str, ...] | None = None) -> Defect:
    return defect(f"requirements/{name}", _rereading(change), *breaks, versions=versions)


DEFECTS: tuple[Defect, ...] = (
    _taken("of-no-type", _fill_in("QualificationTypeId", _APPROVALS[1]), f"{ARTICLE}.QualificationTypeId.required"),
    _taken("without-comparator", _fill_in("Comparator", "Exists"), f"{ARTICLE}.Comparator.required"),
    _taken(
        "with-any-comparator",
        _comparator(lambda text: bool(text) and text not in _COMPARATORS, "Exists"),
        f"{ARTICLE}.Comparator.base-values",
    ),
    _taken(
        "without-DoesNotExist",
        _comparator(lambda text: text == "DoesNotExist", "DoesNotExistYet"),
        f"{ARTICLE}.Comparator.new-values",
        versions=_since(SEVERAL_SINCE),
    ),
    _taken(
        "with-comparators-to-come",
        _old_as_exists,
        f"{ARTICLE}.Comparator.new-values-old",
        versions=_before(SEVERAL_SINCE),
    ),
    _taken(
        "Exists-with-a-value",
        _drop("IntegerValue", lambda one: _text(one, "Comparator") in ("Exists", "DoesNotExist")),
        f"{ARTICLE}.IntegerValue.forbidden",
    ),
    _taken(
        "place-as-a-number",
        _drop("IntegerValue", lambda one: _text(one, "QualificationTypeId") == LOCALE),
        f"{ARTICLE}.IntegerValue.not-locale",
    ),
    _taken(
        "many-numbers",
        _keep("IntegerValue", MOST_INTEGERS, ("In", "NotIn")),
        f"{ARTICLE}.IntegerValue.in-max",
        versions=_since(SEVERAL_SINCE),
    ),
    _taken(
        "place-of-any-type",
        _drop("LocaleValue", lambda one: _text(one, "QualificationTypeId") != LOCALE),
        f"{ARTICLE}.LocaleValue.only-locale",
    ),
    _taken(
        "places-compared-by-size",
        lambda one: _comparator(lambda text: "LocaleValue" in one and text == "GreaterThan", "EqualTo")(one),
        f"{ARTICLE}.LocaleValue.comparators",
        f"{ARTICLE}.LocaleValue.comparators-old",
    ),
    _taken(
        "equal-to-two-places",
        _keep("LocaleValue", 1, ("EqualTo", "NotEqualTo")),
        f"{ARTICLE}.LocaleValue.single",
        versions=_since(SEVERAL_SINCE),
    ),
    _taken(
        "many-places",
        _keep("LocaleValue", MOST_LOCALES, ("In", "NotIn")),
        f"{ARTICLE}.LocaleValue.in-max",
        versions=_since(SEVERAL_SINCE),
    ),
    _taken(
        "place-that-exists",
        _drop("LocaleValue", lambda one: _text(one, "Comparator") == "Exists"),
        f"{ARTICLE}.LocaleValue.with-exists",
    ),
    defect(
        "requirements/number-of-any-type",
        planting(taking_any_type(CREATE), _rereading(_known_numbers)),
        f"{ARTICLE}.IntegerValue.type",
    ),
    _taken(
        "actions-of-any-name",
        _drop("ActionsGuarded", lambda one: _text(one, "ActionsGuarded") not in ACTIONS),
        f"{ARTICLE}.ActionsGuarded.values",
    ),
    defect(
        "requirements/actions-not-told", _showing(_without("ActionsGuarded")), f"{ARTICLE}.ActionsGuarded.roundtrip"
    ),
    defect("requirements/first-place-alone", _showing(_first_place_alone), f"{ARTICLE}.LocaleValue.list"),
    defect("places/of-no-country", _places(_fill_in("Country", "US")), "Locale.Country.required"),
    defect("places/of-any-country", _places(_known_country), "Locale.Country.iso", "Locale.Country.length"),
    defect(
        "places/of-any-subdivision",
        _places(_known_state),
        "Locale.Subdivision.us-only",
        "Locale.Subdivision.iso",
        "Locale.Subdivision.length",
        versions=_since(SUBDIVISIONS_SINCE),
    ),
    defect(
        "places/subdivision-needed",
        _refusing(_has_country_alone),
        "Locale.Subdivision.optional",
        versions=_since(SUBDIVISIONS_SINCE),
    ),
    defect(
        "places/subdivision-shown",
        _showing(_with_subdivision),
        "Locale.Subdivision.version",
        also=("Common.Response.schema-names",),
        because="old versions do not know the element",
        versions=_before(SUBDIVISIONS_SINCE),
    ),
    defect(
        "requirements/first-number-alone",
        _showing(_first_integer_alone),
        f"{ARTICLE}.IntegerValue.rest-list",
        f"{ARTICLE}.IntegerValue.list",
        versions=_since(SEVERAL_SINCE),
    ),
    defect(
        "requirements/first-one-alone",
        _showing(_first_alone),
        f"{ARTICLE}.rest-names",
        f"{ARTICLE}.list",
        also=(f"{ARTICLE}.IntegerValue.rest-list", f"{ARTICLE}.IntegerValue.list"),
        because="the numbers may be those of the second one",
    ),
    defect(
        "requirements/percentages-refused",
        _refusing(lambda one: one.optional("QualificationTypeId", str) in _PERCENTAGES),
        *(f"{ARTICLE}.system.Worker_PercentAssignments{name}" for name in ("Submitted", "Abandoned", "Returned")),
        f"{ARTICLE}.system.Worker_PercentAssignmentsRejected",
        versions=_before(SEVERAL_SINCE),
    ),
    defect(
        "requirements/approvals-refused",
        _refusing(lambda one: one.optional("QualificationTypeId", str) in _APPROVALS),
        f"{ARTICLE}.system.Worker_PercentAssignmentsApproved",
        f"{ARTICLE}.system.Worker_NumberHITsApproved",
    ),
    defect(
        "requirements/of-another-type",
        _as_another_type(LOCALE, _ADULT),
        f"{ARTICLE}.system.Worker_Locale",
        f"{ARTICLE}.system.Worker_Adult",
    ),
)
