"""The template that goes to AWS: environment, streams, logs, names."""

from __future__ import annotations

from typing import Any

from infra.package import RUNTIME, Package
from tests.performance.cost_model import TABLE

CONTRACT_TABLES = {
    "mails",
    "accounts", "connections", "connection-keys", "strategies", "bots", "manual-orders", "instruments", "idempotency",
    "sockets", "audit", "signals",
    "audit-chain",
    "rate-limits",
    "request-rates",
    "runs", "run-events", "run-inbox", "intents", "fills", "slots", "leases", "datasets", "lab-jobs",
}  # fmt: skip
SHREDDED = {"connection-keys"}
KEPT_FOR_35_DAYS = {"intents", "fills", "audit", "audit-chain", "runs", "run-events", "accounts", "manual-orders"}


def test_all_tables_are_there_on_demand_with_point_in_time_recovery(tables: dict[str, Any]) -> None:
    assert set(tables) == CONTRACT_TABLES
    for name, table in tables.items():
        properties = table["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        recovery = properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert recovery is (name not in SHREDDED), name


def test_what_is_deleted_to_shred_a_secret_has_no_copy(resources: dict[str, Any], tables: dict[str, Any]) -> None:
    for name in SHREDDED:
        properties = tables[name]["Properties"]
        assert "StreamSpecification" not in properties
        assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert not [found["Type"] for found in resources.values() if found["Type"].startswith("AWS::Backup")]


def test_what_money_depends_on_outlives_the_stack(tables: dict[str, Any]) -> None:
    for name in KEPT_FOR_35_DAYS:
        assert tables[name]["DeletionPolicy"] == "Retain", name
        assert tables[name]["Properties"]["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"] == 35, name


def test_functions_run_on_arm64_with_the_packaging_interpreters_runtime(package: Package) -> None:
    defaults = package.template["Globals"]["Function"]
    assert defaults["Runtime"] == RUNTIME
    assert defaults["Architectures"] == ["arm64"]
    assert package.template["Resources"]["APIHandler"]["Properties"]["Runtime"] == RUNTIME


def test_functions_get_the_whole_environment_of_the_contract(package: Package) -> None:
    assert set(package.template["Globals"]["Function"]["Environment"]["Variables"]) == {
        "STAGE", "TABLE_PREFIX", "BYBIT_ENV", "SIMULATOR_REST_URL", "SIMULATOR_WS_URL", "TOKEN_KEY_IDS",
        "SECRETS_KEY_ID", "VERIFIER_KEY_ID", "MAIL_FUNCTION", "MAIL_FROM", "REGISTRATION", "REQUEST_RATES",
        "CORS_ORIGINS",
        "STATE_MACHINE_ARN", "EXECUTION_FUNCTION",
        "WEBSOCKET_MANAGEMENT_URL", "WEBSOCKET_PUBLIC_URL",
        "CANDLE_WAKE_SPREAD_MS", "PUBLIC_ORIGIN", "REFRESH_COOKIE_SECURE", "REAL_TRADING", "LOG_LEVEL",
        "AUDIT_BUCKET", "LAB_BUCKET", "LAB_FUNCTION", "LAB_SWEEP_ARN", "LAB_PART_WORK",
    }  # fmt: skip


def test_every_function_has_a_log_group_that_forgets(resources: dict[str, Any]) -> None:
    functions = [found["Properties"] for found in resources.values() if found["Type"] == "AWS::Serverless::Function"]
    groups = {
        found["Properties"]["LogGroupName"]["Fn::Sub"]: found["Properties"]["RetentionInDays"]
        for found in resources.values()
        if found["Type"] == "AWS::Logs::LogGroup"
    }
    for function in functions:
        assert groups[f"/aws/lambda/{function['FunctionName']['Fn::Sub']}"] == 30


def test_a_poison_record_cannot_block_the_stream(resources: dict[str, Any]) -> None:
    mapping = resources["RunEventsToPush"]["Properties"]
    assert mapping["MaximumRetryAttempts"] == 5
    assert mapping["MaximumRecordAgeInSeconds"] == 3600
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "OnFailure" in mapping["DestinationConfig"]


def test_a_tick_ends_well_before_its_task_does(resources: dict[str, Any]) -> None:
    assert resources["Tick"]["Properties"]["Timeout"] == 50


def test_executions_that_die_reach_finalize(resources: dict[str, Any]) -> None:
    pattern = resources["RunExecutionDied"]["Properties"]["EventPattern"]
    assert pattern["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert resources["RunExecutionDied"]["Properties"]["Targets"][0]["Arn"] == {"Fn::GetAtt": ["Finalize", "Arn"]}


def test_keys_are_of_the_kind_their_use_needs(resources: dict[str, Any]) -> None:
    token, secrets = resources["TokenKey"]["Properties"], resources["SecretsKey"]["Properties"]
    verifier = resources["VerifierKey"]["Properties"]
    assert (verifier["KeySpec"], verifier["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")
    assert (token["KeySpec"], token["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert secrets["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert secrets["EnableKeyRotation"] is True


def test_the_websocket_stage_deploys_changed_routes_by_itself(resources: dict[str, Any]) -> None:
    assert resources["WebsocketStage"]["Properties"]["AutoDeploy"] is True
    assert not [name for name, found in resources.items() if found["Type"] == "AWS::ApiGatewayV2::Deployment"]


def test_the_rest_api_stays_under_the_limit_of_resources(resources: dict[str, Any]) -> None:
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    nodes = {tuple(path.split("/")[:depth]) for path in paths for depth in range(2, len(path.split("/")) + 1)}
    assert len(nodes) < 300


def test_the_sidecars_are_those_that_the_cost_model_counts_and_one_of_them_is_not_taken_back(
    package: Package, resources: dict[str, Any]
) -> None:
    plan: dict[str, float] = TABLE["deployment"]
    service, task = (resources[name]["Properties"] for name in ("SidecarService", "SidecarTask"))
    strategy = {one["CapacityProvider"]: one for one in service["CapacityProviderStrategy"]}
    assert set(resources["SidecarCluster"]["Properties"]["CapacityProviders"]) == set(strategy)
    assert service["DesiredCount"] == plan["sidecar_tasks"]
    always_there = package.template["Parameters"][strategy["FARGATE"]["Base"]["Ref"]]["Default"]
    assert always_there == plan["sidecar_tasks"] - plan["sidecar_tasks_on_spare_capacity"] >= 1
    assert (strategy["FARGATE"]["Weight"], strategy["FARGATE_SPOT"]["Weight"]) == (0, 1)
    assert (int(task["Cpu"]) / 1024, int(task["Memory"]) / 1024) == (plan["sidecar_vcpu"], plan["sidecar_gb"])
    assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
