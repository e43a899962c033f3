"""Who may do what: one role a function, no more than it needs, and one that opens secrets."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.workspace.connection import SEAL_PURPOSE
from tests.unit.infra.iam_statements import actions, role_statements, targets

# Actions that AWS offers for no narrower resource than all.
WITHOUT_NARROWER_RESOURCE = {
    "dynamodb:ListStreams",
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "states:SendTaskFailure",
    "states:SendTaskSuccess",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def _functions(resources: dict[str, Any]) -> dict[str, Any]:
    return {name: found for name, found in resources.items() if found["Type"] == "AWS::Serverless::Function"}


def test_every_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in _functions(resources).values()]
    assert len(set(roles)) == len(roles) == 17


def test_the_execution_role_alone_may_decrypt(resources: dict[str, Any]) -> None:
    may = [(role, targets(found)) for role, found in role_statements(resources) if "kms:Decrypt" in actions(found)]
    assert may == [("ExecutionRole", ['{"Fn::GetAtt": ["SecretsKey", "Arn"]}'])]


def test_shred_keys_are_read_by_the_execution_function_alone(resources: dict[str, Any]) -> None:
    touching = {
        role: set(actions(found)) - {"dynamodb:DescribeTable"}
        for role, found in role_statements(resources)
        if any("-connection-keys" in target for target in targets(found))
    }
    assert touching == {
        "ApiHandlerRole": {"dynamodb:PutItem", "dynamodb:DeleteItem"},
        "ExecutionRole": {"dynamodb:GetItem"},
    }


def test_the_shared_rate_limits_are_the_execution_functions_alone(resources: dict[str, Any]) -> None:
    touching = [
        (role, actions(found))
        for role, found in role_statements(resources)
        if any("-rate-limits" in target for target in targets(found))
    ]
    assert touching == [
        ("ExecutionRole", ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
    ]


def test_decrypting_needs_our_purpose_in_the_encryption_context(resources: dict[str, Any]) -> None:
    statement = next(found for _, found in role_statements(resources) if "kms:Decrypt" in actions(found))
    assert statement["Condition"] == {"StringEquals": {"kms:EncryptionContext:purpose": SEAL_PURPOSE}}


def test_the_api_alone_derives_secrets_and_can_do_nothing_else_with_their_key(resources: dict[str, Any]) -> None:
    may = [
        (role, actions(found))
        for role, found in role_statements(resources)
        if any("VerifierKey" in target for target in targets(found))
    ]
    assert may == [("ApiHandlerRole", ["kms:GenerateMac"])]


def test_what_sends_letters_reads_nothing_and_sends_as_one_address_alone(resources: dict[str, Any]) -> None:
    statements = [found for role, found in role_statements(resources) if role == "SendMailRole"]
    may = {action for found in statements for action in actions(found) if action.split(":")[0] in ("dynamodb", "ses")}
    sending = next(found for found in statements if "ses:SendEmail" in actions(found))
    assert may == {"ses:SendEmail", "dynamodb:DescribeTable", "dynamodb:PutItem"}
    assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}


def test_the_key_policy_lets_nobody_else_decrypt(resources: dict[str, Any]) -> None:
    statements = resources["SecretsKey"]["Properties"]["KeyPolicy"]["Statement"]
    opening = [found for found in statements if {"kms:Decrypt", "kms:*"} & set(actions(found))]
    assert len(opening) == 1
    principal = opening[0]["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"]
    role_name = resources["ExecutionRole"]["Properties"]["RoleName"]["Fn::Sub"]
    assert principal == f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{role_name}"


def test_no_role_may_do_everything_of_a_service(resources: dict[str, Any]) -> None:
    assert [
        (role, action) for role, found in role_statements(resources) for action in actions(found) if "*" in action
    ] == []


def test_no_role_may_act_on_all_resources_where_aws_offers_narrower_ones(resources: dict[str, Any]) -> None:
    wide = [
        (role, action)
        for role, found in role_statements(resources)
        if '"*"' in targets(found)
        for action in actions(found)
        if action not in WITHOUT_NARROWER_RESOURCE
    ]
    assert wide == []


def test_table_rights_name_single_tables(resources: dict[str, Any]) -> None:
    for role, found in role_statements(resources):
        for target in targets(found):
            if ":table/" in target:
                assert "${TablePrefix}-" in target, role
                assert "*" not in target.removesuffix('/index/*"}'), role


def test_nothing_on_a_request_path_may_scan(resources: dict[str, Any]) -> None:
    scanning = {role for role, found in role_statements(resources) if "dynamodb:Scan" in actions(found)}
    assert scanning <= {"SidecarRole"}


def test_nobody_may_stop_or_redrive_an_execution(resources: dict[str, Any]) -> None:
    forbidden = {"states:StopExecution", "states:RedriveExecution"}
    assert [role for role, found in role_statements(resources) if forbidden & set(actions(found))] == []


HANDS = ("ApiHandlerRole", "AuditTradingRole", "PlatformKillSwitchRole")
WRITING = {"dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}


def _writing(table: str, resources: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (role, action)
        for role, found in role_statements(resources)
        for action in WRITING & set(actions(found))
        if any(target.endswith(f'-{table}"}}') or '"*"' in target for target in targets(found))
    }


def test_nobody_but_the_sealer_writes_the_audit_chain_and_it_only_adds(resources: dict[str, Any]) -> None:
    assert _writing("audit-chain", resources) == {("SealAuditRole", "dynamodb:PutItem")}


def test_audit_rows_are_added_by_those_who_act_and_changed_by_nobody(resources: dict[str, Any]) -> None:
    assert _writing("audit", resources) == {(role, "dynamodb:PutItem") for role in (*HANDS, "ExecutionRole")}


@pytest.mark.parametrize("table", ["AuditTable", "AuditChainTable"])
def test_the_audit_tables_themselves_refuse_a_change_whatever_a_role_says(
    resources: dict[str, Any], table: str
) -> None:
    policy = resources[table]["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"]
    denied = {action for found in policy if found["Effect"] == "Deny" and "Condition" not in found
              for action in found["Action"]}  # fmt: skip
    assert denied >= WRITING - {"dynamodb:PutItem"}


def test_published_heads_are_written_by_the_sealer_and_kept_for_years(resources: dict[str, Any]) -> None:
    writers = {
        role
        for role, found in role_statements(resources)
        if "s3:PutObject" in actions(found) and any("-audit-" in target for target in targets(found))
    }
    lock = resources["AuditBucket"]["Properties"]["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert writers == {"SealAuditRole"}
    assert lock == {"Mode": "COMPLIANCE", "Years": 10}


def test_runs_are_started_by_the_api_and_by_the_hand_over_only(resources: dict[str, Any]) -> None:
    assert _starting("-bot-run", resources) == {"ApiHandlerRole", "NextSegmentRole"}


def test_sweeps_are_spread_by_the_api_and_by_their_own_map_only(resources: dict[str, Any]) -> None:
    assert _starting("-lab-sweep", resources) == {"ApiHandlerRole", "LabSweepRole"}


def _starting(machine: str, resources: dict[str, Any]) -> set[str]:
    return {
        role
        for role, found in role_statements(resources)
        if "states:StartExecution" in actions(found) and any(machine in target for target in targets(found))
    }


def test_the_operators_switch_reaches_no_exchange_no_secret_and_no_order(resources: dict[str, Any]) -> None:
    statements = [found for role, found in role_statements(resources) if role == "PlatformKillSwitchRole"]
    may = {action for found in statements for action in actions(found)}
    assert {action.split(":")[0] for action in may} == {"dynamodb", "logs", "states", "xray"}
    tables = {target.split("${TablePrefix}-")[1].rstrip('"}') for found in statements for target in targets(found)
              if ":table/" in target}  # fmt: skip
    assert tables == {"slots", "runs", "runs/index/*", "run-inbox", "audit"}
