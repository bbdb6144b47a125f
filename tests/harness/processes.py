"""Child processes that never outlive their test."""

import os
import pathlib
import random
import signal
import socket
import subprocess
import time

_claims: list[socket.socket] = []  # of ports, for as long as this process lives


def _claim(port: int) -> bool:
    """Whether no other test has this port for its own, this one included: what it has picked it may use much later.

    The name of an abstract socket is the kernel's to give, once, and free again when whoever has it ends.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0mamori-test-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def free_port() -> int:
    """A port that nobody has, below those that the kernel gives to connections, which would take it before it is used."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, max(first, 20_000))
        if not _claim(port):
            continue
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def wait_until(what: str, predicate, timeout: float, interval: float = 0.05):
    """Polls until the predicate is true and returns its value; AssertionError with `what` when it never is."""
    end = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(interval)


# Debian package faketime.
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def shifted_clock(by: str) -> dict[str, str]:
    """The environment of a service whose time of day is `by` off, as "-1d"; what is measured from start to end goes on.

    It allocates by libc and libstdc++: jemalloc asks for the time before faketime can say it.
    """
    return {"LD_PRELOAD": f"{FAKETIME} libc.so.6 libstdc++.so.6", "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Process:
    """One service process that can be killed, stopped and started again.

    The kernel kills it when the thread that started it ends: start it from the test's main thread.
    """

    def __init__(self, name: str, argv: list[str], log: pathlib.Path, env: dict | None = None):
        self.name, self.argv, self.log = name, [str(a) for a in argv], log
        self._env = {**os.environ, **(env or {})}
        self._popen: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        return self._popen.pid

    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def start(self) -> None:
        assert not self.alive(), f"{self.name} runs already"
        with open(self.log, "ab") as log:
            self._popen = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.argv], stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log, env=self._env)

    def restart(self, env: dict) -> None:
        """Once more, with these variables besides the test's own."""
        self.kill()
        self._env = {**os.environ, **env}
        self.start()

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """kill -9, and waits until the process is gone."""
        if self.alive():
            self._popen.kill()
        if self._popen is not None:
            self._popen.wait()

    def stop(self, timeout: float = 40) -> int:
        """SIGTERM, and the exit code."""
        if self.alive():
            self._popen.send_signal(signal.SIGTERM)
        return self._popen.wait(timeout)

    def wait(self, timeout: float) -> int:
        return self._popen.wait(timeout)

    def tail(self, lines: int = 15) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Reaper:
    """A child that clears up when the test ends in whatever way, also by SIGKILL: it waits for the end of a pipe,
    then stops the databases and removes the directory."""

    _SCRIPT = ('pids=; while read -r word rest; do [ "$word" = pidfile ] && pids="$pids $rest"; done; '
               'for f in $pids; do [ -s "$f" ] && kill -9 "$(cat "$f")" 2>/dev/null; done; rm -rf "$0"')

    def __init__(self, directory: pathlib.Path):
        self._directory = directory
        self._popen = subprocess.Popen(["bash", "-c", self._SCRIPT, str(directory)], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def add_pid_file(self, path: pathlib.Path) -> None:
        self._popen.stdin.write(f"pidfile {path}\n".encode())
        self._popen.stdin.flush()

    def reap(self) -> None:
        self._popen.stdin.close()
        self._popen.wait(30)
