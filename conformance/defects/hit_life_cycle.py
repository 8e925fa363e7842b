"""Faults of what is done with HITs that exist, from all modules of the kind."""

from conformance.defects import (
    hit_access,
    hit_disposal,
    hit_expiration,
    hit_extension,
    hit_extension_tokens,
    hit_review,
    hit_states,
    hit_type_change,
)
from conformance.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = (
    *hit_access.DEFECTS,
    *hit_expiration.DEFECTS,
    *hit_extension.DEFECTS,
    *hit_extension_tokens.DEFECTS,
    *hit_review.DEFECTS,
    *hit_disposal.DEFECTS,
    *hit_type_change.DEFECTS,
    *hit_states.DEFECTS,
)
