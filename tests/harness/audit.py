"""Verifies the audit of a whole system as an auditor does: with its sinks' files and public keys."""

import subprocess

from . import paths
from .database import SERVICES


def verify(system) -> subprocess.CompletedProcess:
    directory = system.directory
    arguments = ["--database", system.database.address, "--tls-ca", system.certificates.ca, "--user", "migrator",
                 "--password-file", directory / "migrator.password", "--keys", directory]
    for service in SERVICES:
        key = _mamorictl("public-key", directory / f"audit.{service}.signing.key").stdout.strip()
        arguments += ["--public-key", f"{service}={key}", "--sink", f"{service}={directory}/audit.{service}.jsonl"]
    return _mamorictl("verify", *arguments)


def _mamorictl(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([paths.binary("mamorictl"), "audit", *arguments], capture_output=True, text=True, timeout=60)
