"""What clearing away what has had its time costs those who submit meanwhile."""

import statistics
import time

from harness.processes import wait_until

from .system import FigureError, System

RATE = 300           # reports a second: far from what the machine can do, so that a wait is one for the pruning
EXPIRED = 400_000    # request ids, a day past their seven: more than all windows prune


def _expired(system: System) -> int:
    return int(system.database.sql("SELECT COUNT(*) FROM mamori_intake.request_id "
                                   "WHERE create_time < (UNIX_TIMESTAMP() - 7 * 86400) * 1000000;", 60)[0][0])


def submit_beside_pruning(system: System, plan) -> dict:
    """submit_still_p99_ms, then submit_pruning_p99_ms at the same rate while request ids are pruned, as fast as the
    service does that; and how many of them a second."""
    system.fresh_schemas()
    system.start_services(only=("intake",), paused=True)

    def windows() -> tuple[float, dict]:
        results = [system.drive("submit", system.ports["intake"], rate=RATE, in_flight=1024, **plan.short)
                   for _ in range(3)]
        return round(statistics.median(r["p99_ms"] for r in results), 3), results[-1]["cpu"]

    still, cpu_still = windows()
    system.database.sql("INSERT INTO mamori_intake.request_id SELECT RANDOM_BYTES(32), RANDOM_BYTES(32), "
                        "RANDOM_BYTES(90), (UNIX_TIMESTAMP() - 8 * 86400) * 1000000 + seq "
                        f"FROM mamori_intake.seq_1_to_{EXPIRED};", 120)
    wait_until("the service begins to prune", lambda: _expired(system) < EXPIRED, 60, 0.5)
    before, begin = _expired(system), time.monotonic()
    pruning, cpu_pruning = windows()
    after, seconds = _expired(system), time.monotonic() - begin
    if after == 0 or after == before:
        raise FigureError(f"of {before} request ids {after} were left: it was not pruned all the time")
    return {"submit_still_p99_ms": still, "submit_pruning_p99_ms": pruning,
            "pruned_rows_per_s": round((before - after) / seconds),
            "cpu": {"submit_still": cpu_still, "submit_pruning": cpu_pruning}}
