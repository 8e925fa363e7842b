"""All defects: the planted ones by family, and those derived from the shapes."""

from functools import cache

from conformance.defects import (
    answers,
    blocks,
    bonus_lists,
    bonuses,
    common,
    common_rules,
    decisions,
    deliveries,
    documents,
    eligibility,
    error_replies,
    figures,
    form_pages,
    given_policies,
    held_qualifications,
    hit_counters,
    hit_layouts,
    hit_life_cycle,
    hit_lists,
    hit_parameters,
    hit_tokens,
    hit_types,
    hit_views,
    identifier_forms,
    interleavings,
    json_messages,
    list_orders,
    next_tokens,
    notifications,
    override,
    own_ids,
    page_questions,
    pardoned,
    qualification_requests,
    qualification_types,
    question_forms,
    rejection,
    replies,
    request_decisions,
    requests,
    requirement_parameters,
    review_policies,
    soap,
    structural,
    submissions,
    tokens,
    uploads,
    worker_mails,
    worker_side,
)
from conformance.defects.defect import Defect

FAMILIES = (
    common,
    common_rules,
    decisions,
    documents,
    given_policies,
    hit_counters,
    hit_layouts,
    hit_lists,
    hit_parameters,
    hit_tokens,
    hit_types,
    hit_views,
    interleavings,
    list_orders,
    submissions,
    answers,
    override,
    page_questions,
    form_pages,
    uploads,
    worker_side,
    rejection,
    eligibility,
    held_qualifications,
    identifier_forms,
    request_decisions,
    requirement_parameters,
    qualification_requests,
    qualification_types,
    question_forms,
    error_replies,
    replies,
    requests,
    bonuses,
    blocks,
    worker_mails,
    figures,
    bonus_lists,
    tokens,
    notifications,
    deliveries,
    review_policies,
    soap,
    json_messages,
    own_ids,
    next_tokens,
    hit_life_cycle,
)
"""The modules that hold the planted defects."""


def families() -> dict[str, tuple[Defect, ...]]:
    """Return the defects by family: the subject that their module is about, those derived from the shapes last."""
    planted = {family.__name__.rpartition(".")[2].replace("_", " "): tuple(family.DEFECTS) for family in FAMILIES}
    return planted | {"structural": tuple(structural.derived()), "pardoned": tuple(pardoned.derived())}


@cache
def defects() -> dict[str, Defect]:
    """Return every defect by its name; ValueError if two have the same."""
    table: dict[str, Defect] = {}
    for one in (one for family in families().values() for one in family):
        if one.name in table:
            raise ValueError(f"two defects are called {one.name}: give one of them another name")
        table[one.name] = one
    return table
