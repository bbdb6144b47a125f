"""A fresh Mamori for measuring: durable database on disk, mTLS, one process per service, a lean mail sink."""

import atexit
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import threading
import time

from harness import access, paths
from harness.certificates import Certificates
from harness.database import SERVICES, Database, make_key_schemas, make_schemas, password_of
from harness.processes import Process, Reaper, free_port, wait_until
from harness.stubs import config_pb2, text_format

from . import machine

PARTS = paths.BUILD / "tests" / "load"
BUFFER_POOL = 4 << 30   # the million cases fit: what is measured is the index, not the disk
REDO_LOG = 1 << 30


class FigureError(Exception):
    """A figure could not be made."""


class System:
    """`intake`, `triage` and `notification` are started and stopped by figures, with the settings they want."""

    def __init__(self, keep: bool, say, policy: pathlib.Path):
        parent = os.environ.get("MAMORI_LOAD_DIR", "/tmp")
        pathlib.Path(parent).mkdir(parents=True, exist_ok=True)
        # A short path, for sockets, and one that mysql may pass through.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="ml-", dir=parent))
        self.directory.chmod(0o755)
        self.say, self._keep, self.policy = say, keep, policy
        self._reaper = None if keep else Reaper(self.directory)
        atexit.register(self.close)
        self.services: dict[str, Process] = {}
        self.ports = {s: free_port() for s in SERVICES}
        self._probe_ports = {s: free_port() for s in SERVICES}
        self.sink: Process | None = None
        self.bare: Process | None = None
        self._database_runs = False
        self._has_schemas = False
        self.certificates = Certificates(self.directory / "tls")
        self._tokens = access.Tokens(self.directory / "issuer")
        self._authorization, self._people = access.write(self.directory, self._tokens)
        self.database = Database(self.directory / "db", self.certificates, durable=True)
        self.keys = Database(self.directory / "keys", self.certificates, durable=True)
        self._secret("webhook.key", "5a" * 32)
        self._secret("access.key", "a5" * 32)
        self._secret("page_token.key", "5c" * 32)
        self._secret("memory.key", "6d" * 32)
        self._secret("receipt.key", "69" * 32)
        self._secret("identity.key", "96" * 32)
        self._secret("audit.key", "c3" * 32)
        self._secret("audit.signing.key", "3c" * 32)
        for service in SERVICES:
            self._secret(f"{service}.password", password_of(service))
            self._secret(f"keys-{service}.password", password_of(f"keys-{service}"))
            self._secret(f"sealing.{service}.key", "1e" * 32)

    def _secret(self, name: str, text: str) -> None:
        path = self.directory / name
        path.write_text(text + "\n")
        path.chmod(0o600)

    # --- the database ---------------------------------------------------------------------------------------

    def fresh_schemas(self) -> None:
        """Empty schemas, migrated and granted; the services stop first."""
        self.stop_services()
        if not self._database_runs:
            self.say("starting a durable MariaDB")
            self.database.start()
            self.keys.start()
            if self._reaper is not None:
                self._reaper.add_pid_file(self.database.pid_file)
                self._reaper.add_pid_file(self.keys.pid_file)
            self._database_runs = True
            self.database.sql(f"SET GLOBAL innodb_buffer_pool_size = {BUFFER_POOL};"
                              f"SET GLOBAL innodb_log_file_size = {REDO_LOG};")
            self._check_durable()
        if self._has_schemas:
            self.database.sql("".join(f"DROP DATABASE mamori_{s}; DROP USER mamori_{s}@'%';" for s in SERVICES)
                              + "DROP USER IF EXISTS migrator@'%';", 120)
            self.keys.sql("".join(f"DROP DATABASE mamori_keys_{s}; DROP USER mamori_keys_{s}@'%';" for s in SERVICES)
                          + "DROP USER IF EXISTS migrator@'%';", 120)
        make_schemas(self.database.sql, self.database.address, self.directory, self.certificates.ca)
        make_key_schemas(self.keys.sql, self.keys.address, self.directory, self.certificates.ca)
        self._has_schemas = True

    def let_database_settle(self) -> None:
        """Until what was loaded is written back and old versions are purged: reads are measured at rest."""
        # At its default of 200 pages a second, writing back a million cases takes longer than loading them.
        self.database.sql("SET GLOBAL innodb_io_capacity_max = 40000; SET GLOBAL innodb_io_capacity = 20000;"
                          "SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0; SET GLOBAL innodb_max_dirty_pages_pct = 0;")
        names = "'Innodb_buffer_pool_pages_dirty', 'Innodb_history_list_length'"

        def settled() -> bool:
            rows = dict(self.database.sql(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({names});"))
            return all(int(value) < 500 for value in rows.values())

        wait_until("the database has written back what was loaded", settled, 120, 0.5)
        self.database.sql("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT;"
                          "SET GLOBAL innodb_io_capacity = DEFAULT; SET GLOBAL innodb_io_capacity_max = DEFAULT;")

    def _check_durable(self) -> None:
        """The figures would mean little otherwise."""
        rows = dict(self.database.sql("SHOW GLOBAL VARIABLES WHERE Variable_name IN ("
                                      "'innodb_flush_log_at_trx_commit', 'sync_binlog', 'log_bin');"))
        if rows != {"innodb_flush_log_at_trx_commit": "1", "sync_binlog": "1", "log_bin": "ON"}:
            raise FigureError(f"the database is not durable: {rows}")
        kind = subprocess.run(["stat", "-f", "-c", "%T", self.directory], check=True, capture_output=True, text=True)
        if kind.stdout.strip() in ("tmpfs", "ramfs"):
            raise FigureError(f"{self.directory} is not on a disk; set MAMORI_LOAD_DIR")

    # --- the services ---------------------------------------------------------------------------------------

    def start_services(self, *, only=SERVICES, paused: bool = False, group_commit: str = "",
                       one_tenant: bool = False) -> None:
        """Starts services and waits until they serve. `paused` stops the relays; with `one_tenant` each application is
        this run's tenant's alone, so that calls of nobody's have a tenant."""
        for service in only:
            self.start_service(service, paused=paused, group_commit=group_commit, one_tenant=one_tenant)

    def start_service(self, service: str, *, paused: bool = False, group_commit: str = "",
                      one_tenant: bool = False) -> float:
        """Returns how many milliseconds it took from its start to SERVING."""
        config = self.directory / f"{service}.textproto"
        config.write_text(self._config(service, paused, group_commit, one_tenant))
        name = f"mamori-{service}"
        process = Process(name, [paths.binary(name), "--config", config], self.directory / f"{service}.log")
        self.services[service] = process
        watcher = subprocess.Popen([PARTS / "load_driver", "--method=serving",
                                    f"--target=127.0.0.1:{self._probe_ports[service]}"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.1)  # so that it asks already when the service begins
        begin = time.time()
        process.start()
        out, error = watcher.communicate(timeout=60)
        if watcher.returncode != 0 or not process.alive():
            raise FigureError(f"{name} does not serve: {error.strip()} {process.tail()}")
        return json.loads(out)["serving_micros"] / 1000 - begin * 1000

    def stop_services(self) -> None:
        for process in self.services.values():
            if process.alive() and process.stop(60) != 0:
                raise FigureError(f"{process.name} did not stop in order: {process.tail()}")
        self.services = {}

    def _one_tenant(self) -> pathlib.Path:
        table = text_format.Parse(self._authorization.read_text(), config_pb2.Authorization())
        for application in table.applications:
            application.tenants[:] = ["load"]
        path = self.directory / "authorization.load.textproto"
        path.write_text(text_format.MessageToString(table, as_utf8=True))
        return path

    def _config(self, service: str, paused: bool, group_commit: str, one_tenant: bool) -> str:
        authorization = self._one_tenant() if one_tenant else self._authorization
        tls, target = self.certificates, lambda s: f'target: "127.0.0.1:{self.ports[s]}" server_name: "localhost"'
        text = f"""
server {{
  listen: "127.0.0.1:{self.ports[service]}"
  probe_listen: "127.0.0.1:{self._probe_ports[service]}"
  tls {{ cert_file: "{tls.cert(service)}" key_file: "{tls.key(service)}" ca_file: "{tls.ca}" }}
  authorization_file: "{authorization}"
  people_file: "{self._people}"
  page_token_key_file: "{self.directory}/page_token.key"
  log_level: "warn"
}}
database {{
  address: "{self.database.address}" user: "mamori_{service}" schema: "mamori_{service}"
  password_file: "{self.directory}/{service}.password" tls_ca_file: "{tls.ca}"
}}
audit {{
  key_file: "{self.directory}/audit.key" signing_key_file: "{self.directory}/audit.signing.key"
  sink_file: "{self.directory}/audit.{service}.jsonl"
}}
sealing {{
  key_files: "{self.directory}/sealing.{service}.key"
  key_store {{
    address: "{self.keys.address}" user: "mamori_keys_{service}" schema: "mamori_keys_{service}"
    password_file: "{self.directory}/keys-{service}.password" tls_ca_file: "{tls.ca}"
  }}
}}
outbox {{ paused: {str(paused).lower()} max_depth: {10_000_000 if paused else 0} }}
"""
        if service == "intake":
            text += f'receipt_key_file: "{self.directory}/receipt.key"\n'
            text += f'identity_key_file: "{self.directory}/identity.key"\n'
            # The driver submits as one person, and one application, what many would.
            limits = " ".join(f"{who} {{ per_minute: 1e9 burst: 1e9 }}" for who in
                              ("person", "application", "tenant", "anonymous", "receipt"))
            text += f"flood {{ {limits} }}\n"
            return text + f"triage {{ {target('triage')} }}\ngroup_commit {{ {group_commit} }}\n"
        text += f'policy_file: "{self.policy}"\n'
        if service == "triage":
            text += f'access_key_file: "{self.directory}/access.key"\n'
            text += f'memory_key_file: "{self.directory}/memory.key"\n'
            return text + f"intake {{ {target('intake')} }}\nnotification {{ {target('notification')} }}\n"
        return text + f"""
triage {{ {target('triage')} }}
smtp {{
  url: "smtp://127.0.0.1:{self.sink_port}" allow_plaintext: true from: "mamori@load.test"
  message_id_host: "load.test"
}}
webhook {{ secret_key_file: "{self.directory}/webhook.key" }}
link_template: "https://desk.load.test/cases/{{case}}"
"""

    # --- the parts ------------------------------------------------------------------------------------------

    @property
    def sink_port(self) -> int:
        if self.sink is None:
            self._sink_port = free_port()
            self.sink = Process("smtp_sink", [PARTS / "smtp_sink", "--port", self._sink_port, "--log",
                                              self.directory / "mail.log", "--counters", self._counters],
                                self.directory / "smtp_sink.log")
            self.sink.start()
            wait_until("the mail sink listens", self._counters.exists, 10, 0.01)
        return self._sink_port

    @property
    def _counters(self) -> pathlib.Path:
        return self.directory / "mail.counters"

    def mails(self) -> tuple[int, int]:
        """Messages accepted so far, and the different cases among them."""
        return struct.unpack("QQ", self._counters.read_bytes())

    def mail_log(self) -> list[list[str]]:
        """[unix microseconds, message id, case id, recipients] of every mail; the sink writes when it is idle."""
        wait_until("the sink has written its log",
                   lambda: len((self.directory / "mail.log").read_text().splitlines()) >= self.mails()[0], 20)
        return [line.split() for line in (self.directory / "mail.log").read_text().splitlines()]

    def start_bare(self) -> int:
        port = free_port()
        if self.bare is None:
            tls = self.certificates
            self._bare_port = port
            self.bare = Process("bare_echo", [PARTS / "bare_echo", f"--listen=127.0.0.1:{port}", "--ca", tls.ca,
                                              "--cert", tls.cert("intake"), "--key", tls.key("intake")],
                                self.directory / "bare_echo.log")
            self.bare.start()
            wait_until("bare_echo listens", lambda: self.bare.log.read_text().strip(), 10, 0.01)
        return self._bare_port

    def meter(self) -> machine.Meter:
        pids = {name: p.pid for name, p in self.services.items() if p.alive()}
        for name, process in (("sink", self.sink), ("bare", self.bare)):
            if process is not None and process.alive():
                pids[name] = process.pid
        if self._database_runs:
            pids["database"] = int(self.database.pid_file.read_text())
            pids["keys"] = int(self.keys.pid_file.read_text())
        return machine.Meter(pids)

    def _write_token(self) -> pathlib.Path:
        """The driver reads it again once a minute."""
        path = self.directory / "load.token"
        part = path.with_suffix(".new")
        part.write_text(self._tokens.token("load-driver", "load", ("consultation", "desk", "first_reader")))
        os.rename(part, path)
        return path

    def _renew_token(self, ended: threading.Event) -> None:
        while not ended.wait(60):
            self._write_token()

    def drive(self, method: str, port: int, identity: str = "load", **flags) -> dict:
        """One run of the driver: its JSON, and under `cpu` what everyone spent meanwhile."""
        tls = self.certificates
        argv = [PARTS / "load_driver", f"--method={method}", f"--target=127.0.0.1:{port}", f"--ca={tls.ca}",
                f"--cert={tls.cert(identity)}", f"--key={tls.key(identity)}",
                f"--token_file={self._write_token()}"]
        argv += [f"--{name}={value}" for name, value in flags.items()]
        meter = self.meter()
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as error:
            process = subprocess.Popen(argv, stdout=out, stderr=error)
            ended = threading.Event()
            renewer = threading.Thread(target=self._renew_token, args=(ended,), daemon=True)
            renewer.start()
            _, status, usage = os.wait4(process.pid, 0)
            ended.set()
            renewer.join()
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            error.seek(0)
            if process.returncode != 0:
                raise FigureError(f"{method}: {error.read().strip()} {out.read().strip()}")
            result = json.load(out) if method != "cases" else {}
        result["cpu"] = meter.shares(result.get("begun", 0), driver=usage.ru_utime + usage.ru_stime)
        return result

    def close(self) -> None:
        for process in [*self.services.values(), self.sink, self.bare]:
            if process is not None:
                process.kill()
        self.services, self.sink, self.bare = {}, None, None
        if self._database_runs:
            self.database.stop()
            self.keys.stop()
            self._database_runs = False
        if self._reaper is not None:
            self._reaper.reap()
            self._reaper = None
            shutil.rmtree(self.directory, ignore_errors=True)
        elif self._keep:
            self.say(f"kept in {self.directory}")
            self._keep = False
