"""Replies whose objects do not tell by which ids to ask for them again."""

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import reshaping
from conformance.spec.versions import TODAY

LIST = "GetHITsForQualificationType"


def _without_ids(reply: etree._Element) -> None:
    for hit in reply.iter("HIT"):
        for identifier in hit.findall("HITId"):
            hit.remove(identifier)


DEFECTS: tuple[Defect, ...] = (
    defect(
        "ids/hits-of-a-type-without",
        reshaping(LIST, _without_ids),
        "Common.Ids.told",
        also=(f"{LIST}.*",),
        because="a HIT without its id is not found in the list",
        versions=(TODAY,),
    ),
)
