"""What the machine and its processes spend: CPU time, stolen time, memory, and how long its disk takes to sync."""

import os
import pathlib
import time

_TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, its ended threads included."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def rss_mib(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise RuntimeError(f"process {pid} has no VmRSS")


def _machine() -> tuple[float, float, float]:
    """Seconds of all cores together: all, busy, stolen."""
    first = pathlib.Path("/proc/stat").read_text().splitlines()[0]
    user, nice, system, idle, iowait, irq, softirq, steal = (int(f) / _TICK for f in first.split()[1:9])
    busy = user + nice + system + irq + softirq
    return busy + idle + iowait + steal, busy, steal


class Meter:
    """Shares of the machine's whole CPU time (all cores = 100 %) between its making and `shares()`."""

    def __init__(self, pids: dict[str, int]):
        self._pids = pids
        self._before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        self._machine = _machine()

    def shares(self, calls: int = 0, **finished: float) -> dict:
        """In percent. `finished` are processes that have ended, by CPU seconds. What `others` spent (the kernel's
        own threads, other people's work on the machine) disturbs the measurement. With `calls` also how many
        microseconds each process spent on one of them."""
        total, busy, steal = (after - before for after, before in zip(_machine(), self._machine))
        spent = {name: cpu_seconds(pid) - self._before[name] for name, pid in self._pids.items()} | finished
        percent = {name: round(100 * seconds / total, 1) for name, seconds in spent.items()}
        percent["others"] = round(max(0.0, 100 * (busy - sum(spent.values())) / total), 1)
        percent["steal"] = round(100 * steal / total, 2)
        if calls > 0:
            percent["us_per_call"] = {name: round(1e6 * seconds / calls, 1) for name, seconds in spent.items()}
        return percent


def fsync_ms(directory: pathlib.Path) -> float:
    """Median time of a 4 KiB write with fdatasync: what bounds commits a second on this disk."""
    path = directory / "fsync.probe"
    times = []
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        for _ in range(100):
            os.write(fd, b"x" * 4096)
            begin = time.monotonic()
            os.fdatasync(fd)
            times.append(time.monotonic() - begin)
    finally:
        os.close(fd)
        path.unlink()
    return round(sorted(times)[50] * 1000, 3)
