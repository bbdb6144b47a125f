"""Three Galera nodes on loopback that can be killed, silenced and brought back."""

import os
import pathlib
import shutil
import signal
import subprocess

from .database import run_sql
from .processes import free_port, wait_until

_PROVIDER = "/usr/lib/galera/libgalera_smm.so"
# A dead or mute node is given up after about a second.
_TIMES = "evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.25S;evs.suspect_timeout=PT1S;" \
         "evs.inactive_timeout=PT2S;evs.install_timeout=PT2S"


class NodeEnded(AssertionError):
    """A server ended while its node was waited for."""


class Node:
    """One server of the cluster."""

    def __init__(self, cluster: "Galera", number: int):
        self._cluster, self.number = cluster, number
        self.directory = cluster.directory / f"n{number}"
        self.port, self.group_port = free_port(), free_port()
        self._ist_port, self._sst_port = free_port(), free_port()
        self._popen: subprocess.Popen | None = None

    @property
    def socket(self) -> pathlib.Path:
        return self.directory / "s"

    @property
    def pid_file(self) -> pathlib.Path:
        return self.directory / "pid"

    def install(self) -> None:
        data = self.directory / "data"
        data.mkdir(parents=True)
        for name in ("cert", "key"):
            source = getattr(self._cluster.certificates, name)("database")
            shutil.copy(source, self.directory / f"{name}.pem")
        if self.number == 1:
            subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
                            "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        subprocess.run(["chown", "-R", "mysql:", self.directory], check=True)
        if self.number == 1:
            subprocess.run(["chown", "-R", "mysql:", data], check=True)

    def start(self, first: bool = False) -> None:
        options = [
            "--no-defaults", "--user=mysql", f"--datadir={self.directory}/data", f"--socket={self.socket}",
            f"--pid-file={self.directory}/server.pid", f"--port={self.port}", "--bind-address=127.0.0.1",
            "--skip-name-resolve", f"--log-error={self.directory}/log", "--binlog-format=ROW",
            "--default-storage-engine=InnoDB", "--innodb-autoinc-lock-mode=2", "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=32M", "--innodb-flush-log-at-trx-commit=1", "--max-connections=300",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin", "--performance-schema=OFF",
            f"--ssl-cert={self.directory}/cert.pem", f"--ssl-key={self.directory}/key.pem",
            "--wsrep-on=ON", f"--wsrep-provider={_PROVIDER}", "--wsrep-cluster-name=mamori",
            f"--wsrep-cluster-address={self._cluster.group_address}", f"--wsrep-node-name=n{self.number}",
            "--wsrep-node-address=127.0.0.1", f"--wsrep-node-incoming-address=127.0.0.1:{self.port}",
            "--wsrep-sst-method=rsync", f"--wsrep-sst-receive-address=127.0.0.1:{self._sst_port}",
            f"--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{self.group_port};"
            f"base_port={self.group_port};ist.recv_addr=127.0.0.1:{self._ist_port};gcache.size=64M;"
            f"gcs.fc_limit=64;{_TIMES}"]
        if first:
            options.append("--wsrep-new-cluster")
        with open(self.directory / "out", "ab") as out:
            self._popen = subprocess.Popen(["mariadbd", *options], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.pid_file.write_text(str(self._popen.pid))

    def status(self) -> dict[str, str]:
        """What the node says of itself; empty while it says nothing."""
        try:
            return dict(run_sql(self.socket, "SHOW STATUS LIKE 'wsrep%'", self._cluster.password, 5))
        except (RuntimeError, subprocess.TimeoutExpired):
            return {}

    def log_tail(self) -> str:
        log = self.directory / "log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else "no log"

    def join(self) -> None:
        """Starts a node that takes its data from the others. A joiner gives up for good when its donor is busy or a
        port of the transfer was taken meanwhile; whoever runs a cluster then starts it afresh, and so does this."""
        for attempt in range(4):
            self.start()
            try:
                return self.wait_synced()
            except NodeEnded:
                if attempt == 3:
                    raise
                data = self.directory / "data"
                shutil.rmtree(data)
                data.mkdir()
                shutil.chown(data, "mysql")
                self._ist_port, self._sst_port = free_port(), free_port()

    def wait_synced(self, timeout: float = 60) -> None:
        def synced():
            if self._popen.poll() is not None:
                raise NodeEnded(f"node {self.number} ended: {self.log_tail()}")
            return self.status().get("wsrep_local_state_comment") == "Synced"
        wait_until(f"node {self.number} is synced", synced, timeout, 0.2)

    def kill(self) -> None:
        if self._popen is not None:
            os.kill(self._popen.pid, signal.SIGKILL)
            self._popen.wait()

    def signal(self, number: int) -> None:
        os.kill(self._popen.pid, number)

    def sql(self, text: str, timeout: float = 30) -> list[list[str]]:
        return run_sql(self.socket, text, self._cluster.password, timeout)


class Galera:
    """Stands in for Database in a System."""

    def __init__(self, directory: pathlib.Path, certificates):
        self.directory, self.certificates, self.password = directory, certificates, ""
        self.nodes = [Node(self, n) for n in (1, 2, 3)]

    @property
    def group_address(self) -> str:
        return "gcomm://" + ",".join(f"127.0.0.1:{n.group_port}" for n in self.nodes)

    @property
    def address(self) -> str:
        return ",".join(f"127.0.0.1:{n.port}" for n in self.nodes)

    @property
    def port(self) -> int:
        return self.nodes[0].port

    @property
    def pid_files(self) -> list[pathlib.Path]:
        return [n.pid_file for n in self.nodes]

    def start(self) -> None:
        self.directory.mkdir(parents=True)
        for node in self.nodes:
            node.install()
        self.nodes[0].start(first=True)
        self.nodes[0].wait_synced()
        for node in self.nodes[1:]:
            node.join()

    def wait_whole(self, timeout: float = 120) -> None:
        """Waits until all nodes are synced members of one and the same view. A node that was mute believes for a
        moment that it still is one: its view's number tells."""
        def whole():
            said = [node.status() for node in self.nodes]
            return all(s.get("wsrep_local_state_comment") == "Synced" and s["wsrep_cluster_status"] == "Primary"
                       and s["wsrep_cluster_size"] == str(len(self.nodes))
                       and s["wsrep_cluster_conf_id"] == said[0]["wsrep_cluster_conf_id"] for s in said)
        wait_until("the cluster is whole", whole, timeout, 0.3)

    def sql(self, text: str, timeout: float = 60) -> list[list[str]]:
        return self.nodes[0].sql(text, timeout)
