"""The state machine that spreads a sweep: its parts in parallel, always merged."""

from __future__ import annotations

import json
from typing import Any

from infra.template_pieces import INFRA

MACHINE: dict[str, Any] = json.loads((INFRA / "state_machine" / "lab_sweep.asl.json").read_text())
PARTS = MACHINE["States"]["Parts"]
MERGE = MACHINE["States"]["Merge"]
COMPUTE = PARTS["ItemProcessor"]["States"]["Compute"]


def test_parts_are_a_distributed_map_whose_children_may_take_as_long_as_the_function() -> None:
    assert PARTS["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert COMPUTE["TimeoutSeconds"] == MERGE["TimeoutSeconds"] == 910


def test_parts_that_fail_are_merged_too_so_that_the_job_always_ends() -> None:
    assert PARTS["Next"] == "Merge"
    assert PARTS["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Merge"}]


def test_a_defect_is_not_computed_again() -> None:
    for state in (COMPUTE, MERGE):
        errors = {error for retrier in state["Retry"] for error in retrier["ErrorEquals"]}
        assert errors == {
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        }


def test_the_lab_has_a_whole_processor_for_fifteen_minutes(resources: dict[str, Any]) -> None:
    properties = resources["Lab"]["Properties"]
    assert (properties["Timeout"], properties["MemorySize"]) == (900, 1769)
    assert resources["LabAsyncInvokes"]["Properties"]["MaximumRetryAttempts"] == 0


def test_the_bucket_of_the_lab_is_closed_to_the_public_and_forgets_uploads(resources: dict[str, Any]) -> None:
    properties = resources["LabBucket"]["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = properties["LifecycleConfiguration"]["Rules"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("uploads/", 1)
