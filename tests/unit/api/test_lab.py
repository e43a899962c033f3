"""The lab's operations over fakes: datasets, jobs, presets, previews."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.lab.job import DEAD_AFTER_MS, JobKind, JobStatus
from tests.unit.api.gateway import Client, Gateway, strategy_document

MINUTE = 60_000
FIRST = 1_640_995_200_000


def csv(count: int, first_ms: int = FIRST) -> str:
    """One-minute candles that rise and fall."""
    lines = ["timestamp,open,high,low,close,volume"]
    for number in range(count):
        price = 40_000 + 400 * abs(number % 40 - 20)
        lines.append(f"{first_ms + number * MINUTE},{price},{price + 500},{price - 500},{price + 100},1")
    return "\n".join(lines)


def imported(client: Client, count: int = 600, **changes: Any) -> dict[str, Any]:
    body = {"symbol": "BTCUSDT", "interval": "1m", "csv": csv(count), **changes}
    made = client.post("/lab/datasets/import", {name: value for name, value in body.items() if value is not None})
    assert made.status == 201, made.text
    answer: dict[str, Any] = made.json
    return answer


def experiment(client: Client, **more: Any) -> dict[str, Any]:
    return {"spec": strategy_document(), "datasets": {"1m": imported(client)["id"]}, **more}


def lengths(stop: int) -> list[dict[str, Any]]:
    return [{"pointer": "/entry/long/a/params/length", "start": "3", "stop": str(stop), "step": "1"}]


def test_an_imported_csv_is_a_ready_dataset_with_a_hash(client: Client) -> None:
    dataset = imported(client)
    assert (dataset["status"], dataset["candles"], dataset["progress"]) == ("READY", 600, 1)
    assert len(dataset["hash"]) == 64
    assert dataset["from"] == "2022-01-01T00:00:00.000Z"


def test_the_same_file_again_finds_the_same_dataset(client: Client) -> None:
    packed = base64.b64encode(gzip.compress(csv(50).encode(), mtime=0)).decode()
    first, again = (imported(client, csv=None, csvGzipBase64=packed) for _ in range(2))
    assert first["id"] == again["id"]
    assert len(client.get("/lab/datasets").json["items"]) == 1


def test_a_csv_of_another_interval_is_refused_where_it_stands(client: Client) -> None:
    answer = client.post("/lab/datasets/import", {"symbol": "BTCUSDT", "interval": "5m", "csv": csv(60)})
    assert answer.status == 400
    assert answer.pointers() == ["/csv"]


def test_an_import_may_be_larger_than_other_bodies_and_is_limited_too(client: Client) -> None:
    assert imported(client, 2_000)["candles"] == 2_000
    body = {"symbol": "BTCUSDT", "interval": "1m", "csv": "x" * (5 * 1024 * 1024)}
    assert client.post("/lab/datasets/import", body).status == 413


def test_a_dataset_is_collected_from_the_exchange(client: Client) -> None:
    end = FIRST + 2_500 * MINUTE
    made = client.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "1m", "from": FIRST, "to": end})
    assert (made.status, made.json["status"]) == (202, "PENDING")
    dataset = client.get(f"/lab/datasets/{made.json['id']}").json
    assert (dataset["status"], dataset["candles"]) == ("READY", 2_500)
    page = client.get(f"/lab/datasets/{made.json['id']}/preview", offset="2499", limit="10").json
    assert ([bar["openTime"] for bar in page["items"]], page["total"]) == ([end - MINUTE], 2_500)


def collected(client: Client, minutes: int) -> dict[str, Any]:
    """A dataset of the exchange; the scripted one settles 0.0001 of funding every eight hours."""
    span = {"from": FIRST, "to": FIRST + minutes * MINUTE}
    made = client.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "1m", **span}).json
    dataset: dict[str, Any] = client.get(f"/lab/datasets/{made['id']}").json
    return dataset


def test_a_collected_dataset_has_the_funding_of_its_time(client: Client) -> None:
    dataset = collected(client, 1_500)
    assert dataset["status"] == "READY"
    assert (dataset["quality"]["fundingRates"], dataset["quality"]["fundingMissing"]) == (4, 0)
    assert imported(client)["quality"]["fundingRates"] == 0


@pytest.mark.parametrize(("wanted", "rates"), [({}, 4), ({"assumptions": {"funding": False}}, 0)])
def test_every_job_charges_the_funding_of_its_dataset_unless_told_not_to(
    client: Client, wanted: dict[str, Any], rates: int
) -> None:
    body = {"spec": strategy_document(), "datasets": {"1m": collected(client, 1_500)["id"]}, **wanted}
    plain = client.get(f"/lab/backtests/{client.post('/lab/backtests', body).json['id']}").json["report"]
    swept_body = {**body, "parameters": lengths(4)}
    swept = client.get(f"/lab/sweeps/{client.post('/lab/sweeps', swept_body).json['id']}").json["report"]
    folds = {"isBars": 400, "oosBars": 100, "step": 500}
    walked_id = client.post("/lab/walk-forwards", {**body, "folds": folds}).json["id"]
    walked = client.get(f"/lab/walk-forwards/{walked_id}").json["report"]

    said = [line for line in plain["assumptions"] if line.startswith("Funding")]
    assert said == [
        "Funding is charged at its times (4 rates), on the open of the bar that each falls in."
        if rates
        else "Funding is not included."
    ]
    assert (swept["funding_rates"], walked["funding_rates"]) == (rates, rates)


def test_an_upload_becomes_a_dataset_or_says_why_not(gateway: Gateway, client: Client) -> None:
    offered = client.post("/lab/datasets/uploads").json
    body = {"symbol": "BTCUSDT", "interval": "1m", "uploadKey": offered["uploadKey"]}
    nothing = client.post("/lab/datasets", body).json
    gateway.services.lab_store.uploads[(client.workspace_id, offered["uploadKey"])] = csv(30).encode()
    something = client.post("/lab/datasets", body).json

    failed = client.get(f"/lab/datasets/{nothing['id']}").json
    assert (failed["status"], failed["detail"]) == ("FAILED", "there is no such upload or symbol")
    assert client.get(f"/lab/datasets/{something['id']}").json["status"] == "READY"


def test_a_dataset_whose_function_died_is_failed(gateway: Gateway, client: Client) -> None:
    gateway.services.lab_worker.on_dataset = lambda _workspace_id, _dataset_id: None
    body = {"symbol": "BTCUSDT", "interval": "1m", "from": FIRST, "to": FIRST + 60 * MINUTE}
    made = client.post("/lab/datasets", body).json
    assert client.get(f"/lab/datasets/{made['id']}").json["status"] == "PENDING"
    gateway.services.clock.now += DEAD_AFTER_MS + 1
    client = gateway.user()
    assert client.get(f"/lab/datasets/{made['id']}").json["status"] == "FAILED"
    assert [dataset["status"] for dataset in client.get("/lab/datasets").json["items"]] == ["FAILED"]


@pytest.mark.parametrize("body", [{}, {"from": 1}, {"from": 1, "to": 2, "uploadKey": "x"}, {"from": 5, "to": 5}])
def test_a_dataset_needs_a_range_or_an_upload(client: Client, body: dict[str, Any]) -> None:
    assert client.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "1m", **body}).status == 400


def test_a_backtest_is_begun_and_later_has_its_report(client: Client) -> None:
    made = client.post("/lab/backtests", experiment(client))
    assert (made.status, made.json["status"], made.json["progress"]) == (202, "PENDING", 0)
    done = client.get(f"/lab/backtests/{made.json['id']}").json
    assert (done["status"], done["progress"]) == ("DONE", 1)
    assert done["report"]["trades"] == done["summary"]["trades"] > 0


def test_equal_experiments_have_equal_results(gateway: Gateway, client: Client) -> None:
    body = experiment(client)
    for _ in range(2):
        client.post("/lab/backtests", body)
    first, again = gateway.services.lab_store.results.values()
    assert first == again


def test_a_saved_strategy_is_tested_at_its_version(client: Client) -> None:
    body = {"strategyId": client.strategy(), "datasets": {"1m": imported(client)["id"]}}
    made = client.post("/lab/backtests", body).json
    assert made["request"]["strategyVersion"] == 1
    assert client.get(f"/lab/backtests/{made['id']}").json["status"] == "DONE"


def test_a_timeframe_without_a_dataset_is_asked_for_and_never_resampled(client: Client) -> None:
    spec = strategy_document()
    spec["entry"]["long"]["b"]["timeframe"] = "5m"
    answer = client.post("/lab/backtests", {"spec": spec, "datasets": {"1m": imported(client)["id"]}})
    assert answer.status == 400
    assert answer.pointers() == ["/datasets/5m"]


def test_a_dataset_of_another_symbol_or_interval_is_refused(client: Client) -> None:
    other = imported(client, symbol="ETHUSDT")["id"]
    answer = client.post("/lab/backtests", {"spec": strategy_document(), "datasets": {"1m": other}, "detail": other})
    assert answer.pointers() == ["/datasets/1m", "/detail"]


def test_a_dataset_of_another_workspace_does_not_exist(gateway: Gateway, client: Client) -> None:
    theirs = imported(gateway.user("other@example.com"))["id"]
    answer = client.post("/lab/backtests", {"spec": strategy_document(), "datasets": {"1m": theirs}})
    assert (answer.status, answer.pointers()) == (404, ["/datasets/1m"])


def test_two_backtests_are_held_side_by_side(client: Client) -> None:
    body = experiment(client)
    cheap = client.post("/lab/backtests", body | {"assumptions": {"takerFeeBps": "0", "qty": "1"}}).json["id"]
    dear = client.post("/lab/backtests", body | {"assumptions": {"takerFeeBps": "10", "qty": "1"}}).json["id"]
    found = client.get("/lab/backtests/compare", a=cheap, b=dear).json
    assert (found["sameStrategy"], found["sameData"], found["sameAssumptions"]) == (True, True, False)
    assert found["delta"]["net_pnl"] == pytest.approx(-found["delta"]["fees"])


def test_a_sweep_in_parts_gives_what_one_part_gives(gateway: Gateway, client: Client) -> None:
    body = experiment(client, parameters=lengths(9))
    whole = client.post("/lab/sweeps", body).json["id"]
    gateway.services.experiments = replace(gateway.services.experiments, part_work=1_000)
    spread = client.post("/lab/sweeps", body).json["id"]

    assert gateway.services.lab_worker.parts == [1, 5]
    one, many = (client.get(f"/lab/sweeps/{job}").json for job in (whole, spread))
    assert one["report"] == many["report"]
    assert one["report"]["combinations"] == len(one["report"]["rows"]) == 7
    assert (one["progress"], many["progress"]) == (1, 1)


def test_a_sweep_over_nothing_is_refused(client: Client) -> None:
    body = experiment(client, parameters=[{**lengths(9)[0], "pointer": "/no/such/place"}])
    assert client.post("/lab/sweeps", body).pointers() == ["/parameters/0/pointer"]


def test_a_searched_sweep_runs_in_one_part_and_repeats_for_its_seed(gateway: Gateway, client: Client) -> None:
    gateway.services.experiments = replace(gateway.services.experiments, part_work=1_000)
    body = experiment(client, parameters=lengths(200), search={"method": "tpe", "trials": 12, "seed": 4})
    once, again = (client.post("/lab/sweeps", body).json["id"] for _ in range(2))

    assert gateway.services.lab_worker.parts == [1, 1]
    first, second = (client.get(f"/lab/sweeps/{job}").json for job in (once, again))
    assert (first["status"], first["progress"]) == ("DONE", 1)
    assert first["report"] == second["report"]
    assert first["request"]["search"] == {"method": "tpe", "trials": 12, "seed": 4}
    tried = [tuple(row["values"].values()) for row in first["report"]["rows"]]
    assert len(set(tried)) == len(tried) == first["summary"]["computed"] == 12


def test_a_running_search_stops_between_trials(gateway: Gateway, client: Client) -> None:
    services = gateway.services
    services.lab_worker.on_job = lambda _job, _parts: None
    search = {"method": "tpe", "trials": 5, "seed": 1}
    made = client.post("/lab/sweeps", experiment(client, parameters=lengths(50), search=search)).json
    services.job_rows.begin(client.workspace_id, JobKind.SWEEP, made["id"], 1)
    client.post(f"/lab/sweeps/{made['id']}/cancel")
    services.run_job(client.workspace_id, JobKind.SWEEP, made["id"], 0, 1)
    assert client.get(f"/lab/sweeps/{made['id']}").json["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("search", "pointer"),
    [
        ({"method": "annealing"}, "/search/method"),
        ({"method": "tpe", "trials": 501, "seed": 1}, "/search/trials"),
        ({"method": "tpe", "trials": 0, "seed": 1}, "/search/trials"),
        ({"method": "tpe", "trials": 5, "seed": -1}, "/search/seed"),
        ({"method": "tpe", "trials": 5}, "/search"),
        ({"method": "grid", "trials": 5}, "/search"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_where_it_stands(
    client: Client, search: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/lab/sweeps", experiment(client, parameters=lengths(9), search=search))
    assert (answer.status, answer.pointers()) == (400, [pointer])


def test_a_search_over_nothing_is_refused(client: Client) -> None:
    parameters = [{**lengths(9)[0], "pointer": "/no/such/place"}]
    body = experiment(client, parameters=parameters, search={"method": "tpe", "trials": 5, "seed": 1})
    assert client.post("/lab/sweeps", body).pointers() == ["/parameters/0/pointer"]


def test_a_walk_forward_has_folds_and_their_aggregate(client: Client) -> None:
    folds = {"isBars": 200, "oosBars": 100, "step": 100}
    made = client.post("/lab/walk-forwards", experiment(client, parameters=lengths(5), folds=folds)).json
    done = client.get(f"/lab/walk-forwards/{made['id']}").json
    assert (done["status"], made["total"], len(done["report"]["folds"])) == ("DONE", 4, 4)
    assert done["summary"]["is_optimised"] is True


def test_a_third_sweep_waits_for_one_of_two(gateway: Gateway, client: Client) -> None:
    gateway.services.lab_worker.on_job = lambda _job, _parts: None
    body = experiment(client, parameters=lengths(5))
    first = client.post("/lab/sweeps", body).json["id"]
    client.post("/lab/sweeps", body)
    refused = client.post("/lab/sweeps", body)
    assert (refused.status, refused.json["code"]) == (409, "lab.busy")

    cancelled = client.post(f"/lab/sweeps/{first}/cancel").json
    assert cancelled["status"] == "CANCELLED"
    assert client.post("/lab/sweeps", body).status == 202


def test_a_running_sweep_stops_between_combinations_and_keeps_its_rows(gateway: Gateway, client: Client) -> None:
    services = gateway.services
    services.lab_worker.on_job = lambda _job, _parts: None
    made = client.post("/lab/sweeps", experiment(client, parameters=lengths(12))).json
    services.job_rows.begin(client.workspace_id, JobKind.SWEEP, made["id"], 1)
    client.post(f"/lab/sweeps/{made['id']}/cancel")
    services.run_job(client.workspace_id, JobKind.SWEEP, made["id"], 0, 1)
    done = client.get(f"/lab/sweeps/{made['id']}").json
    assert (done["status"], done["report"]["rows"]) == ("CANCELLED", [])


def test_a_running_walk_forward_stops_between_combinations(gateway: Gateway, client: Client) -> None:
    services = gateway.services
    services.lab_worker.on_job = lambda _job, _parts: None
    body = experiment(client, parameters=lengths(12), folds={"isBars": 200, "oosBars": 100, "step": 100})
    made = client.post("/lab/walk-forwards", body).json
    services.job_rows.begin(client.workspace_id, JobKind.WALK_FORWARD, made["id"], 1)
    client.post(f"/lab/walk-forwards/{made['id']}/cancel")
    services.run_job(client.workspace_id, JobKind.WALK_FORWARD, made["id"], 0, 1)
    done = client.get(f"/lab/walk-forwards/{made['id']}").json
    assert (done["status"], done["report"]["folds"]) == ("CANCELLED", [])


def test_a_running_backtest_that_is_cancelled_ends_without_a_report(gateway: Gateway, client: Client) -> None:
    services = gateway.services
    services.lab_worker.on_job = lambda _job, _parts: None
    made = client.post("/lab/backtests", experiment(client)).json
    services.job_rows.begin(client.workspace_id, JobKind.BACKTEST, made["id"], 1)
    client.post(f"/lab/backtests/{made['id']}/cancel")
    services.run_job(client.workspace_id, JobKind.BACKTEST, made["id"], 0, 1)
    done = client.get(f"/lab/backtests/{made['id']}").json
    assert (done["status"], done["report"]) == ("CANCELLED", None)


def test_a_job_whose_function_died_is_failed(gateway: Gateway, client: Client) -> None:
    gateway.services.lab_worker.on_job = lambda _job, _parts: None
    made = client.post("/lab/backtests", experiment(client)).json
    gateway.services.clock.now += DEAD_AFTER_MS + 1
    client = gateway.user()
    found = client.get(f"/lab/backtests/{made['id']}").json
    assert (found["status"], found["problem"]["code"]) == ("FAILED", "lab.died")


def test_a_job_whose_candles_are_gone_is_failed(gateway: Gateway, client: Client) -> None:
    body = experiment(client)
    gateway.services.lab_store.months.clear()
    made = client.post("/lab/backtests", body).json
    found = client.get(f"/lab/backtests/{made['id']}").json
    assert (found["status"], found["problem"]["code"]) == ("FAILED", "lab.data_missing")


def test_a_repeated_delivery_changes_nothing(gateway: Gateway, client: Client) -> None:
    made = client.post("/lab/backtests", experiment(client)).json
    before = client.get(f"/lab/backtests/{made['id']}").json
    job = gateway.services.run_job(client.workspace_id, JobKind.BACKTEST, made["id"], 0, 1)
    assert job.status is JobStatus.DONE
    assert client.get(f"/lab/backtests/{made['id']}").json == before


def test_a_preset_becomes_a_strategy_and_a_bot_with_a_free_name(client: Client) -> None:
    body = {"exchangeConnectionId": client.connection()}
    first = client.post("/presets/ema-cross/instantiate", body).json
    again = client.post("/presets/ema-cross/instantiate", body).json
    assert again["strategy"]["name"] == f"{first['strategy']['name']} (2)"
    assert client.get(f"/bots/{again['bot']['id']}").json["strategyId"] == again["strategy"]["id"]


def test_a_preset_without_a_connection_becomes_a_strategy_alone(client: Client) -> None:
    assert client.post("/presets/rsi-dip/instantiate", {}).json["bot"] is None


def test_a_preset_with_a_missing_connection_makes_nothing(client: Client) -> None:
    refused = client.post("/presets/rsi-dip/instantiate", {"exchangeConnectionId": "nobody"})
    assert (refused.status, refused.pointers()) == (404, ["/exchangeConnectionId"])
    assert client.get("/strategies").json["items"] == []


def test_a_preset_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/presets/get-rich").status == 404
    assert len(client.get("/presets").json["items"]) == 9


def test_a_preview_shows_signals_and_the_reasons_of_the_last_bar(client: Client) -> None:
    body = {"spec": strategy_document(), "bars": 40, "datasets": {"1m": imported(client)["id"]}}
    shown = client.post("/lab/preview", body).json
    assert len(shown["items"]) == 40
    assert {bar["signal"] for bar in shown["items"]} == {None, "Buy"}
    assert shown["decision"]["reasons"][0]["pointer"] == "/entry/long"


def test_a_preview_without_datasets_reads_the_exchange(client: Client) -> None:
    shown = client.post("/lab/preview", {"spec": strategy_document(), "bars": 5}).json
    assert len(shown["items"]) == 5


def test_a_viewer_may_look_and_not_compute(gateway: Gateway) -> None:
    viewer = gateway.user("viewer@example.com", Role.VIEWER)
    assert viewer.get("/lab/backtests").status == 200
    assert viewer.post("/lab/backtests", {}).status == 403
