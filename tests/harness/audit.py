"""Verifies the audit of a whole system as an auditor does: with its sinks' files and public keys."""

import subprocess

from google.protobuf import json_format

from . import paths
from .database import SERVICES


def verify(system, with_keys: bool = True) -> subprocess.CompletedProcess:
    directory = system.directory
    arguments = ["--database", system.database.address, "--tls-ca", system.certificates.ca, "--user", "migrator",
                 "--password-file", directory / "migrator.password", "--keys", directory]
    if with_keys:
        arguments += ["--key-store", system.keys.address]
        for service in SERVICES:
            arguments += ["--sealing-key", f"{service}={directory}/sealing.{service}.key"]
    for service in SERVICES:
        arguments += ["--public-key", f"{service}={public_key(system, service)}",
                      "--sink", f"{service}={directory}/audit.{service}.jsonl"]
    return _mamorictl("verify", *arguments)


def proves(system, answer) -> bool:
    """Whether the statement in an answer to SubmitReport proves that the report was accepted."""
    file = system.directory / "answer.json"
    file.write_text(json_format.MessageToJson(answer))
    return _mamorictl("check-statement", file, "--public-key", public_key(system, "intake")).returncode == 0


def public_key(system, service: str) -> str:
    return _mamorictl("public-key", system.directory / f"audit.{service}.signing.key").stdout.strip()


def _mamorictl(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([paths.binary("mamorictl"), "audit", *arguments], capture_output=True, text=True, timeout=60)
