"""What an hour of one run costs on AWS: measured counts times the prices of one dated table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text())
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class HourlyCounts:
    """What one run makes happen in an hour. ``shared_*`` are of the whole deployment, for all its runs together."""

    ticks: float
    transitions: float
    executions: float
    pushes: float
    write_units: float
    read_units: float
    log_bytes: float
    shared_write_units: float
    shared_read_units: float
    shared_invocations: float


def cost_of_an_hour(counts: HourlyCounts, region: str) -> dict[str, float]:
    """USD by service, for one of the deployment's concurrent runs."""
    price: dict[str, float] = TABLE["regions"][region]
    plan: dict[str, float] = TABLE["deployment"]
    runs, month = plan["concurrent_runs"], plan["hours_a_month"]
    seconds = counts.ticks * plan["tick_seconds"] * plan["tick_gb"]
    seconds += counts.executions * plan["execution_seconds"] * plan["execution_gb"]
    seconds += (counts.pushes + counts.shared_invocations / runs) * plan["push_seconds"] * plan["push_gb"]
    requests = counts.ticks + counts.executions + counts.pushes + counts.shared_invocations / runs
    task_hour = plan["sidecar_vcpu"] * price["fargate_arm64_vcpu_hour"]
    task_hour += plan["sidecar_gb"] * price["fargate_arm64_gb_hour"]
    spare = plan["sidecar_tasks_on_spare_capacity"]
    full_price_tasks = plan["sidecar_tasks"] - spare + spare * plan["spare_capacity_share"]
    sidecar_hour = full_price_tasks * task_hour + plan["sidecar_tasks"] * price["public_ipv4_hour"]
    fixed_month = plan["metrics"] * price["metric_month"] + plan["alarms"] * price["alarm_month"]
    fixed_month += plan["keys"] * price["kms_key_month"]
    writes = counts.write_units + counts.shared_write_units / runs
    reads = counts.read_units + counts.shared_read_units / runs
    return {
        "step_functions": counts.transitions * price["sfn_transition"],
        "lambda": seconds * price["lambda_gb_second_arm64"] + requests * price["lambda_request"],
        "dynamodb": writes * price["dynamodb_wru"] + reads * price["dynamodb_rru"],
        "logs": counts.log_bytes / GIGABYTE * price["logs_ingested_gb"],
        "kms": counts.executions * price["kms_symmetric_request"],
        "fargate": sidecar_hour / runs,
        "fixed": fixed_month / month / runs,
    }
