"""A whole Mamori of its own: database, certificates, sinks and replicas of every service on free ports."""

import atexit
import concurrent.futures
import os
import pathlib
import shutil
import sys
import tempfile

from . import paths
from .access import Tokens
from .certificates import Certificates
from .client import Client, health
from .database import SERVICES, Database, make_key_schemas, make_schemas, password_of
from .gate import Gate
from .loop import Loop
from .processes import Process, Reaper, free_port, wait_until
from .settings import Settings
from .smtp_sink import SmtpSink
from .webhook_sink import WebhookSink

BINARIES = {service: f"mamori-{service}" for service in SERVICES}


class System:
    """Use as a context manager from the test's main thread.

    replicas  how many of every service
    durable   whether a killed database keeps what it has acknowledged
    adjust    see Settings
    gates     links to put a TCP gate into: "database" (all services to it), "SERVICE.database", "keys" (all
              services to the key store),
              "CLIENT.SERVICE" (a service's calls to another, such as "intake.triage"), "client.SERVICE"
    cluster   a database cluster (Galera) in place of the single server
    plain     no TLS to the database, so that a gate can read what passes
    services  which of the services run
    binaries  {service: path} in place of the ones that are shipped
    for_years  see Certificates
    """

    def __init__(self, replicas: int = 2, durable: bool = False, adjust=None, gates=(), cluster=None,
                 plain: bool = False, services=SERVICES, binaries=None,
                 for_years: bool = False):
        # Its path is short, for sockets, and mysql may pass through it.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mm-", dir=os.environ.get("TMPDIR", "/tmp")))
        self.directory.chmod(0o755)
        self._reaper = Reaper(self.directory)
        self._wanted_gates, self._plain, self._services = set(gates), plain, services
        self._binaries = BINARIES | (binaries or {})
        self.certificates = Certificates(self.directory / "tls", for_years)
        self.loop = Loop()
        self.smtp = SmtpSink(self.loop, self.certificates)
        self.webhook = WebhookSink(self.loop, self.certificates)
        self.gates: dict[str, Gate] = {}
        self.database = cluster(self.directory / "db", self.certificates) if cluster else Database(
            self.directory / "db", self.certificates, durable)
        self.keys = Database(self.directory / "keys", self.certificates, durable)
        self.tokens = Tokens(self.directory / "issuer")
        self.settings = Settings(self.directory, self.certificates, self.tokens, adjust)
        self.ports = {s: [free_port() for _ in range(replicas)] for s in SERVICES}
        self.probe_ports = {s: [free_port() for _ in range(replicas)] for s in SERVICES}
        self.processes: dict[str, list[Process]] = {}
        self._clients: list[Client] = []
        atexit.register(self.close)
        self._closed = False

    def __enter__(self) -> "System":
        try:
            self.start()
        except BaseException:
            self.report_failure()
            self.close()
            raise
        return self

    def __exit__(self, kind, value, trace) -> None:
        if kind is not None:
            self.report_failure()
        self.close()

    def start(self) -> None:
        self.start_database()
        self.make_processes()
        for process in self.all_processes():
            process.start()
        self.wait_ready()

    def start_database(self) -> None:
        for path in getattr(self.database, "pid_files", [getattr(self.database, "pid_file", None)]):
            self._reaper.add_pid_file(path)
        self._reaper.add_pid_file(self.keys.pid_file)
        with concurrent.futures.ThreadPoolExecutor() as both:
            keys = both.submit(self._start_keys)
            self.database.start()
            make_schemas(self.database.sql, self.database.address, self.directory, self.certificates.ca)
            keys.result()
        if self._plain:
            self.database.sql("".join(f"ALTER USER mamori_{s}@'%' REQUIRE NONE;" for s in SERVICES))

    def _start_keys(self) -> None:
        """The key store, at the same time as the database: whoever waits for one waits for both."""
        directory = self.directory / "migrate-keys"
        directory.mkdir()
        self.keys.start()
        make_key_schemas(self.keys.sql, self.keys.address, directory, self.certificates.ca)

    def make_processes(self) -> None:
        """Writes every configuration; starts nothing."""
        for service in self._services:
            self.processes[service] = [self._make(service, n) for n in range(len(self.ports[service]))]

    def make_processes_again(self, service: str) -> None:
        """Stops a service's replicas and starts them with configurations that are written anew."""
        for replica, process in enumerate(self.processes[service]):
            process.stop(30)
            self.processes[service][replica] = self._make(service, replica)
            self.processes[service][replica].start()
            self.wait_ready()

    def _make(self, service: str, replica: int) -> Process:
        config = self.settings.write(service, replica, self.ports[service][replica],
                                     self.probe_ports[service][replica], self._database_for(service),
                                     password_of(service), self._peers_of(service), self.smtp.port, not self._plain,
                                     self._key_store())
        program = self._binaries[service]
        return Process(f"{service}-{replica}", [program if isinstance(program, pathlib.Path) else paths.binary(program),
                                                "--config", config],
                       self.directory / f"{service}-{replica}.log")

    def gate(self, link: str, target: int) -> Gate:
        if link not in self.gates:
            self.gates[link] = Gate(self.loop, target)
        return self.gates[link]

    def _database_for(self, service: str) -> str:
        for link in ("database", f"{service}.database"):
            if link in self._wanted_gates:
                return f"127.0.0.1:{self.gate(link, self.database.port).port}"
        return self.database.address

    def _key_store(self) -> str:
        return f"127.0.0.1:{self.gate('keys', self.keys.port).port}" if "keys" in self._wanted_gates else \
            self.keys.address

    def _peers_of(self, service: str) -> dict[str, list[int]]:
        return {peer: self._through_gate(f"{service}.{peer}", peer) for peer in SERVICES}

    def _through_gate(self, link: str, peer: str) -> list[int]:
        """A gated link leads to the first replica alone, so that the gate is the whole link."""
        if link in self._wanted_gates:
            return [self.gate(link, self.ports[peer][0]).port]
        return self.ports[peer]

    def all_processes(self) -> list[Process]:
        return [p for replicas in self.processes.values() for p in replicas]

    def readiness(self, service: str, replica: int) -> str:
        return health(self.probe_ports[service][replica])

    def liveness(self, service: str, replica: int) -> str:
        return health(self.probe_ports[service][replica], "live")

    def wait_ready(self, timeout: float = 30) -> None:
        for service, replicas in self.processes.items():
            for n, process in enumerate(replicas):
                def ready():
                    assert process.alive(), f"{process.name} ended: {process.tail()}"
                    return self.readiness(service, n) == "SERVING"
                wait_until(f"{process.name} is ready", ready, timeout)

    def client(self, **options) -> Client:
        """A client; `portal` of tenant "acme" unless told otherwise."""
        client = Client({s: self._through_gate(f"client.{s}", s) for s in SERVICES}, self.certificates,
                        self.tokens, **options)
        self._clients.append(client)
        return client

    def report_failure(self) -> None:
        for process in self.all_processes():
            state = "runs" if process.alive() else "does not run"
            print(f"--- {process.name} ({state}), the end of its log:\n{process.tail()}", file=sys.stderr)
        if keep := os.environ.get("MAMORI_KEEP"):
            shutil.copytree(self.directory, pathlib.Path(keep) / self.directory.name,
                            ignore=shutil.ignore_patterns("db", "tls"))

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for client in self._clients:
            client.close()
        for process in self.all_processes():
            process.kill()
        self.loop.close()
        self._reaper.reap()
