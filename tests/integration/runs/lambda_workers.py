"""The processes in which the local AWS runs a function's code."""

from __future__ import annotations

import psutil

from infra.local.cloud import LocalCloud


def worker_processes(cloud: LocalCloud, function: str) -> list[psutil.Process]:
    """The workers of a function (``tick``, ``execution``), which are children of the local AWS."""
    engine = psutil.Process(cloud.process_ids()["aws"])
    return [process for process in engine.children(recursive=True) if _runs(process, function)]


def _runs(process: psutil.Process, function: str) -> bool:
    try:
        return any(f"-{function}-" in part and "_worker" in part for part in process.cmdline())
    except psutil.Error:
        return False
