"""The checks of which it was made sure that a skeleton keeps all that they look at (`skeletons`, `remembering`)."""

from collections.abc import Mapping
from types import MappingProxyType

THOUGHT_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "balance.the_balance_is_a_price": ("GetAccountBalance.AvailableBalance", "GetAccountBalance.OnHoldBalance"),
        "blocks.blocks_are_complete": ("WorkerBlock.elements",),
        "echo.echo_is_absent_unless_asked_for": ("Common.ResponseGroup.request-off",),
        "echo.echo_repeats_what_was_sent": (),
        "envelope.is_valid_is_exact": ("Common.Response.is-valid",),
        "envelope.is_valid_is_present": ("Common.Response.isvalid-present",),
        "envelope.success_has_no_errors": ("Common.Response.success-has-no-errors",),
        "envelope.success_has_one_result": (),
        "hits.details_are_those_of_the_version": (
            "HIT.HITGroupId",
            "HIT.HITGroupId.old",
            "HIT.NumberOfSimilarHITs.old",
            "HIT.NumberOfSimilarHITs.new",
            "HIT.LifetimeInSeconds.absent",
        ),
        "hits.elements_are_in_order": ("HIT.elements.order",),
        # JSON has no skeletons: these look at nothing else.
        "json_lists.numbers_of_results_agree": ("Common.Paging.NumResults", "Common.Paging.members"),
        "json_replies.errors_speak_as_json_does": (
            "Common.JSON.error-type",
            "Common.JSON.error-kind",
            "Common.JSON.error-message",
            "Common.JSON.error-code",
        ),
        "json_replies.headers_are_those_of_aws": ("Common.JSON.content-type", "Common.JSON.request-id"),
        "json_replies.moments_are_seconds": ("Common.JSON.timestamps",),
        "json_replies.status_tells_success": (
            "Common.JSON.error-status",
            "Common.JSON.error-400",
            "Common.JSON.success-status",
        ),
        "json_replies.success_is_an_object": ("Common.JSON.object",),
        "json_replies.values_have_their_types": ("Common.JSON.value-types",),
        "lists.list_counts_its_items": (),
        "nested.answers_are_documents": (
            "Assignment.Answer.escaped",
            "Assignment.Answer.empty",
            "QuestionFormAnswers.schema",
            "QuestionFormAnswers.namespace",
            "QuestionFormAnswers.upload",
            "QuestionFormAnswers.one-per-answered",
        ),
        "nested.answers_fit_their_test": (
            "QualificationRequest.Answer.matches-test",
            "QuestionFormAnswers.identifier",
            "QuestionFormAnswers.freetext",
            "QuestionFormAnswers.selection",
            "QuestionFormAnswers.other-selection",
            "QuestionFormAnswers.conformance-claim",
        ),
        "nested.documents_come_back_as_documents": ("Common.DataSchema.returned-namespace", "GetHIT.question-escaped"),
        "own_ids.objects_tell_their_ids": ("Common.Ids.told",),
        "prices.prices_are_formatted": ("Price.FormattedPrice.response",),
        "qualification_requests.answers_come_with_their_test": ("QualificationRequest.Answer.presence",),
        "qualification_requests.documents_are_escaped": ("QualificationRequest.escaped",),
        "qualification_requests.documents_are_what_they_should_be": (
            "QualificationRequest.Test.parsable",
            "QualificationRequest.Answer.parsable",
        ),
        "qualification_requests.identifiers_are_unique": ("QualificationRequest.QualificationRequestId",),
        "qualification_requests.identifiers_have_white_space": ("QualificationRequest.QualificationRequestId.trim",),
        "qualifications.a_qualification_is_that_of_the_worker_asked_for": ("Qualification.SubjectId",),
        "qualifications.qualifications_are_complete": ("Qualification.elements", "Qualification.value-kind"),
        "replies.declaration_says_utf_8": ("Common.Response.declaration",),
        "replies.documents_are_escaped": ("Common.Response.xml-values-escaped",),
        "replies.errors_have_their_structure": ("Common.Response.error-structure", "KeyValuePair.error-data"),
        "replies.errors_speak_as_errors_do": (
            "Common.Error.code-prefix",
            "Common.Error.message-nonempty",
            "Common.Error.message-trace",
        ),
        "replies.names_are_those_of_the_schema": ("Common.Response.schema-names",),
        "replies.order_and_ids_are_told": ("Common.ElementOrder.lists", "Common.Ids.pattern"),
        "replies.refused_result_is_empty": ("Common.Response.invalid-empty",),
        "replies.reply_has_a_request_id": ("Common.Response.operation-request",),
        "replies.reply_has_no_namespace": ("Common.Response.rest-no-namespace",),
        "replies.reply_is_well_formed": ("Common.Response.well-formed",),
        "replies.root_is_named_after_the_operation": ("Common.Response.root",),
        "replies.values_are_written_as_genuine_ones": ("Common.Response.boolean-form", "Common.Response.no-fraction"),
        "review_actions.a_code_stands_beside_a_failure": ("ReviewActionDetail.ErrorCode.only-failed",),
        "review_actions.a_review_action_has_a_known_status": ("ReviewActionDetail.status.values",),
        "sent_documents.faulty_documents_are_refused": (),
        "sent_documents.keys_come_with_forms_that_can_be_graded": (
            "CreateQualificationType.AnswerKey.no-freetext",
            "CreateQualificationType.AnswerKey.no-otherselection",
        ),
        "shape.reply_fits_the_schema": (),
        "statistics.a_data_point_has_one_number": (
            "GetRequesterStatistic.DataPoint.value",
            "GetRequesterWorkerStatistic.DataPoint",
        ),
        "statistics.the_result_says_what_it_is": (
            "GetRequesterStatistic.Result.parameters",
            "GetRequesterWorkerStatistic.Result.elements",
        ),
        "timestamps.dates_are_utc": ("Common.Response.timestamps-utc",),
        "timestamps.submit_time_is_utc": ("QualificationRequest.SubmitTime.utc",),
    }
)
"""The name of each with the ids that it was declared with.

A check that is not here, or not as it is here, turns remembering off until it is seen to: find out what it looks at in
a reply.  Either the signature of a skeleton holds that, or no plain reply can have what the check would tell of;
otherwise leave the place out of the grammar.  Then enter the check here, and run the tests that compare what is
remembered with what judging finds.
"""
