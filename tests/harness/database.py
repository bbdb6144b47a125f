"""Private MariaDBs with the schemas, users and grants of the three services: one for cases, one for data keys."""

import os
import pathlib
import signal
import subprocess

from . import paths
from .processes import free_port, wait_until

SERVICES = ("intake", "triage", "notification")


class Database:
    """One server made by tests/mariadb, which can be killed and started again on the same data and port."""

    def __init__(self, directory: pathlib.Path, certificates, durable: bool):
        self.directory, self.port = directory, free_port()
        self._options = ["--durable"] if durable else []
        self._options += ["--tls", str(certificates.cert("database")), str(certificates.key("database")),
                          str(certificates.ca)]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid_file(self) -> pathlib.Path:
        return self.directory / "pid"

    def start(self) -> None:
        subprocess.run([paths.ROOT / "tests" / "mariadb", "start", self.directory, "--port", str(self.port),
                        *self._options], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        subprocess.run([paths.ROOT / "tests" / "mariadb", "stop", self.directory], check=True)

    def signal(self, number: int) -> None:
        os.kill(int(self.pid_file.read_text()), number)

    def kill(self) -> None:
        """kill -9, and waits until it is gone."""
        pid = int(self.pid_file.read_text())
        os.kill(pid, signal.SIGKILL)
        wait_until("the killed database is gone", lambda: not _runs(pid), 20, 0.01)

    def sql(self, text: str, timeout: float = 30) -> list[list[str]]:
        """Runs statements as root; the rows of all results."""
        return run_sql(self.directory / "run" / "s", text, (self.directory / "password").read_text(), timeout)


def _runs(pid: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def run_sql(socket: pathlib.Path, text: str, password: str, timeout: float = 30) -> list[list[str]]:
    done = subprocess.run(["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", f"--password={password}",
                           "--batch", "--skip-column-names", "--binary-as-hex"],
                          input=text, capture_output=True, text=True, errors="replace", timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(f"the database refused a statement: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def password_of(service: str) -> str:
    return f"{service}-secret"


def make_schemas(sql, address: str, directory: pathlib.Path, ca: pathlib.Path) -> None:
    """Makes every service's schema, its user and its grants by `mamorictl migrate`. `sql` runs a text as root."""
    _migrate(sql, address, directory, ca, {service: service for service in SERVICES})


def make_key_schemas(sql, address: str, directory: pathlib.Path, ca: pathlib.Path) -> None:
    """The same in the key store, where a schema holds the service's data keys."""
    _migrate(sql, address, directory, ca, {f"keys-{service}": "keys" for service in SERVICES})


def _migrate(sql, address: str, directory: pathlib.Path, ca: pathlib.Path, schemas: dict[str, str]) -> None:
    """`schemas`: what `mamorictl migrate` calls each, and where its migrations and grants are."""
    sql("CREATE USER migrator@'%' IDENTIFIED BY 'migrator-secret' REQUIRE SSL;"
        "GRANT ALL ON *.* TO migrator@'%' WITH GRANT OPTION;")
    for service, source in schemas.items():
        passwords = {}
        for user, password in (("migrator", "migrator-secret"), (service, password_of(service))):
            passwords[user] = directory / f"{user}.password"
            passwords[user].write_text(password + "\n")
            passwords[user].chmod(0o600)
        done = subprocess.run(
            [paths.binary("mamorictl"), "migrate", service, "--database", address,
             "--user", "migrator", "--password-file", passwords["migrator"], "--tls-ca", ca,
             "--directory", paths.ROOT / "deploy" / "db" / "migrations" / source,
             "--create", "--service-password-file", passwords[service],
             "--grants", paths.ROOT / "deploy" / "db" / "grants" / f"{source}.sql"],
            capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"mamorictl migrate {service}: {done.stdout}{done.stderr}")
