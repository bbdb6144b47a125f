"""Servers of the key store as `deploy/keystore` has them run, each killed and started as a test likes."""

import pathlib
import subprocess

from . import paths
from .database import Database

TOOL = paths.ROOT / "deploy" / "keystore" / "keystore"


class KeyServer(Database):
    """One by server.cnf, and by replica.cnf too where it is to be the replica."""

    def __init__(self, directory: pathlib.Path, certificates, number: int, replica: bool = False):
        super().__init__(directory, certificates, durable=False)
        directory.mkdir(parents=True)
        settings = directory / "server.cnf"
        parts = ["server.cnf"] + (["replica.cnf"] if replica else [])
        settings.write_text("".join((TOOL.parent / part).read_text() for part in parts) + f"server_id = {number}\n")
        # One administrator for all of them.
        password = directory / "password"
        password.touch(0o600)
        password.write_text("administrator")
        directory.chmod(0o755)
        settings.chmod(0o644)
        self._options += ["--config", str(settings)]
        self.ca = certificates.ca

    @property
    def client(self) -> pathlib.Path:
        """What the tool logs in with, over TCP as from another machine."""
        file = self.directory / "client.cnf"
        if not file.exists():
            file.touch(0o600)
            file.write_text(f"[client]\nhost=127.0.0.1\nport={self.port}\nuser=root\nssl-ca={self.ca}\n"
                            f"password={(self.directory / 'password').read_text()}\n")
        return file


def keystore(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, timeout=120)
