"""Puts the sidecar's parts together from what the composition root builds."""

from __future__ import annotations

from chalicelib.bootstrap import clock, ids, settings
from chalicelib.bootstrap.exchange import exchange, shard_holder, urls
from chalicelib.bootstrap.runtime import inbox, run_store
from chalicelib.services.sidecar.deliver import Delivery
from chalicelib.services.sidecar.look_again import LookAgain
from functions.sidecar.log_lines import lines_about_run, lines_about_shard
from functions.sidecar.stream_pool import StreamPool
from functions.sidecar.supervisor import Supervisor
from functions.sidecar.work_queue import Timetable, WorkQueue

WORKERS = 4


def supervisor() -> Supervisor:
    """The sidecar of this process, ready to run."""
    work = WorkQueue(WORKERS)
    timetable = Timetable(work)
    spread_ms = settings().candle_wake_spread_ms
    delivery = Delivery(inbox(), ids(), clock(), timetable, spread_ms, serving=lines_about_run)
    return Supervisor(
        active_runs=run_store().active,
        holder=shard_holder(ids().ulid(), lines_about_shard),
        pool=StreamPool(urls(), delivery, work, exchange("sidecar").sign_stream),
        delivery=delivery,
        look_again=LookAgain(inbox(), clock(), delivery.candle_delay_ms, serving=lines_about_run),
        work=work,
        timetable=timetable,
    )
