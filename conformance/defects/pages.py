"""Faults of lists in pages, for any operation that has PageNumber and PageSize."""

from collections.abc import Callable, Iterator, Sequence

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import OUT_OF_RANGE, refused
from conformance.spec.requirements import requirements
from conformance.spec.versions import TODAY, VERSIONS
from conformance.wire.flattening import Values

_EVERYTHING = 1_000_000
_FAR = 100
_COUNTED = "the counters are judged wherever the list is read"


def _whole(
    operation: str, item: str, cut: Callable[[Sequence[str | Values], int, int], Sequence[str | Values]]
) -> Plant:
    """Let ``cut`` take a page out of the whole list; it gets the list, the number of the page and its size."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        number, size = context.values.required("PageNumber", int), context.values.required("PageSize", int)
        everything = handler(with_values(context, PageNumber=1, PageSize=_EVERYTHING))[item]
        shown = cut(everything, number, size)
        return {**values, "NumResults": [str(len(shown))], item: list(shown)}

    return handling(operation, wrapper)


def losing(operation: str, item: str) -> Plant:
    """Leave out the last item of a page that leads to another one by a token."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        if "NextToken" not in values:
            return values
        return {**values, "NumResults": [str(len(values[item]) - 1)], item: values[item][:-1]}

    return handling(operation, wrapper)


def _counting_less(operation: str, item: str) -> Plant:
    """Tell one less than there is on a page."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, "NumResults": [str(len(values[item]) - 1)]} if values[item] else values

    return handling(operation, wrapper)


def of_today(operation: str, item: str, also: tuple[str, ...]) -> Iterator[Defect]:
    """Yield the faults in pages of 2017-01-17 that requirements of the older versions speak of, where they hold."""
    for name, topic, plant in (
        ("losing-one", "Pages.partition", losing(operation, item)),
        ("counting-less", "NumResults.count", _counting_less(operation, item)),
    ):
        if requirements()[f"{operation}.{topic}"].holds_in(TODAY):
            yield defect(
                f"{operation}/pages/{name}",
                plant,
                f"{operation}.{topic}",
                also=also,
                because="the list is read by its pages",
                versions=(TODAY,),
            )


def _telling(operation: str, counter: str, of: str) -> Plant:
    """Tell under one counter what another one says."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, counter: [text(values, of)]}

    return handling(operation, wrapper)


def _unasked(operation: str, name: str, value: int) -> Plant:
    """Take another value where the parameter was not sent."""

    def wrapper(handler: Handler, context: Context) -> Values:
        return handler(context if name in context.values.sent else with_values(context, **{name: value}))

    return handling(operation, wrapper)


def _any_page_number(values: Values, endpoint: Endpoint) -> Values:
    number = text(values, "PageNumber")
    good = not number or (number.isdigit() and int(number) > 0)
    return values if good else {**values, "PageNumber": ["1"]}


def _refuse_far_pages(handler: Handler, context: Context) -> Values:
    if context.values.required("PageNumber", int) > _FAR:
        raise refused(OUT_OF_RANGE, "There is no such page.", ParameterName="PageNumber")
    return handler(context)


def _overlap(items: Sequence[str | Values], number: int, size: int) -> Sequence[str | Values]:
    """Begin each page but the first with the last item of the one before."""
    begin = max(0, (number - 1) * size - 1)
    return items[begin : begin + size] if (number - 1) * size < len(items) else []


def _gap(items: Sequence[str | Values], number: int, size: int) -> Sequence[str | Values]:
    """Leave out the last item of each full page."""
    page = items[(number - 1) * size : number * size]
    return page[:-1] if len(page) == size else page


def of_list(
    operation: str, item: str, *, counted: tuple[str, ...] = (), read: tuple[str, ...] = ()
) -> Iterator[Defect]:
    """Yield the faults of a list; ``counted`` may show wrong counters besides, ``read`` that the list is not whole."""
    partition, total = f"{operation}.Pages.partition", f"{operation}.TotalNumResults.count"
    incomplete = (*counted, *read, f"{operation}.NumResults.count", f"{operation}.PageSize.default", total)
    why = "the list is read by its pages"
    yield defect(
        f"{operation}/pages/overlapping",
        _whole(operation, item, _overlap),
        partition,
        also=incomplete,
        because=why,
        versions=VERSIONS,
    )
    yield defect(
        f"{operation}/pages/with-gaps",
        _whole(operation, item, _gap),
        partition,
        also=incomplete,
        because=why,
        versions=VERSIONS,
    )
    yield from of_today(operation, item, (*incomplete, f"{operation}.*", "Common.Paging.*"))
    yield defect(
        f"{operation}/pages/of-five-unasked",
        _unasked(operation, "PageSize", 5),
        f"{operation}.PageSize.default",
    )
    yield defect(
        f"{operation}/pages/second-one-unasked",
        _unasked(operation, "PageNumber", 2),
        f"{operation}.PageNumber.default",
        also=(f"{operation}.PageSize.default", *read),
        because="what is read without PageNumber is another page",
    )
    yield defect(
        f"{operation}/pages/any-number-taken",
        rereading(operation, _any_page_number),
        f"{operation}.PageNumber.positive",
    )
    yield defect(
        f"{operation}/pages/far-ones-refused",
        handling(operation, _refuse_far_pages),
        f"{operation}.Pages.beyond-end",
    )
    yield from _miscounted(operation, counted)


def _miscounted(operation: str, counted: tuple[str, ...]) -> Iterator[Defect]:
    """Yield the faults in the counters of a page; ``counted`` are read from them too."""
    total = f"{operation}.TotalNumResults.count"
    yield defect(
        f"{operation}/pages/counting-all",
        _telling(operation, "NumResults", "TotalNumResults"),
        f"{operation}.NumResults.count",
        also=(f"{operation}.PageSize.default", f"{operation}.Pages.beyond-end", total, *counted),
        because="NumResults is read there too",
        versions=VERSIONS,
    )
    yield defect(
        f"{operation}/pages/counting-the-page-alone",
        _telling(operation, "TotalNumResults", "NumResults"),
        total,
        also=counted,
        because=_COUNTED,
    )
