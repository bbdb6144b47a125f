"""The figures of what is sealed and proved: the audit's verification, receipts, uploads."""

import os
import re
import subprocess
import time

from harness import audit, paths
from harness.client import Client
from harness.processes import wait_until
from harness.reports import make_anonymous, make_request

from .system import SERVICES, FigureError, System

RECEIPTS = 200
UPLOAD_MIB = 64


def _prepare_verifier(system: System) -> list[str]:
    """What an auditor has: keys to authenticate with, public keys, sinks. One file each, as the services' are."""
    key, signing = (system.directory / "audit.key").read_text(), system.directory / "audit.signing.key"
    arguments = ["--database", system.database.address, "--tls-ca", system.certificates.ca, "--user", "migrator",
                 "--password-file", system.directory / "migrator.password", "--keys", system.directory,
                 "--max-age", "600", "--no-content"]
    for service in SERVICES:
        file = system.directory / f"audit.{service}.key"
        file.write_text(key)
        file.chmod(0o600)
        copy = system.directory / f"audit.{service}.signing.key"
        copy.write_text(signing.read_text())
        copy.chmod(0o600)
        arguments += ["--public-key", f"{service}={audit.public_key(system, service)}",
                      "--sink", f"{service}={system.directory}/audit.{service}.jsonl"]
    return arguments


def audit_verify(system: System, plan, load) -> dict:
    """audit_verify_rows_per_s: entries of all services' chains and groups that are joined and checked, a second."""
    system.fresh_schemas()
    for service in SERVICES:
        (system.directory / f"audit.{service}.jsonl").unlink(missing_ok=True)
    system.start_services(paused=True)  # the first checkpoint is signed before the first report
    size = 10_000 if plan.quick else 200_000
    system.say(f"loading {size:,} reports and cases through the stores")
    load(system, size)
    time.sleep(25)  # until checkpoints cover all of it, with the window of entries that are under way
    arguments = _prepare_verifier(system)
    rates = []
    for _ in range(3):
        done = subprocess.run([paths.binary("mamorictl"), "audit", "verify", *map(str, arguments)], capture_output=True,
                              text=True, timeout=600)
        found = re.search(r"^(\d+) entries .* (\d+) entries/s$", done.stdout, re.MULTILINE)
        if done.returncode != 0 or found is None:
            raise FigureError(f"the audit is not whole: {done.stdout[-2000:]} {done.stderr}")
        rates.append(int(found.group(2)))
    return {"audit_verify_rows_per_s": max(rates), "audit_verify_rows": int(found.group(1))}


def _anonymous_client(system: System) -> Client:
    """An application that carries calls of nobody's: it has one tenant."""
    return Client({"intake": [system.ports["intake"]]}, system.certificates, system._tokens, tenant="load",
                  person="load-driver")


def receipts(system: System, plan) -> dict:
    """receipt_p99_ms: what a reporter waits who looks by receipt whether somebody wrote, 8 at once."""
    system.fresh_schemas()
    system.start_services(only=("intake",), paused=True, one_tenant=True)
    client = _anonymous_client(system)
    names = system.directory / "receipts.txt"
    written = []
    for _ in range(RECEIPTS):
        request = make_anonymous()
        client.call("intake", "SubmitAnonymousReport", request, anonymous=True, timeout=20)
        written.append(request.receipt)
    names.write_text("".join(f"{receipt}\n" for receipt in written))
    runs = [system.drive("receipt", system.ports["intake"], names=names, in_flight=8, identity="portal", **plan.short)
            for _ in range(3)]
    client.close()
    runs.sort(key=lambda run: run["p99_ms"])
    return {"receipt_p99_ms": runs[1]["p99_ms"], "receipt_rps": runs[1]["rps"], "cpu": {"receipt": runs[1]["cpu"]}}


def upload(system: System, plan) -> dict:
    """upload_mib_per_s: one file, from the begin of its upload until it was read back whole and is evidence."""
    system.fresh_schemas()
    system.start_services(only=("intake", "triage"))
    client = Client({"intake": [system.ports["intake"]]}, system.certificates, system._tokens, tenant="load",
                    person="load-driver")
    report = client.call("intake", "SubmitReport", make_request("x"), timeout=20).name
    file = system.directory / "upload.bin"
    file.write_bytes(os.urandom(1 << 20) * UPLOAD_MIB)
    tls = system.certificates
    token = dict(client.metadata())["authorization"].split()[1]

    def has_case() -> bool:
        done = subprocess.run(command("list", report), env=os.environ | {"MAMORI_TOKEN": token}, capture_output=True)
        return done.returncode == 0

    def command(*arguments) -> list[str]:
        services = (f"--{name}=127.0.0.1:{port}" for name, port in system.ports.items())
        return [str(one) for one in (
            paths.binary("mamorictl"), *services, f"--cert={tls.cert('portal')}", f"--key={tls.key('portal')}",
            f"--ca={tls.ca}", "evidence", *arguments)]

    wait_until("a case for the report", has_case, 30, 0.2)
    begin = time.monotonic()
    done = subprocess.run(command("add", file, "--report", report), env=os.environ | {"MAMORI_TOKEN": token},
                          capture_output=True, text=True, timeout=300)
    took = time.monotonic() - begin
    client.close()
    file.unlink()
    if done.returncode != 0:
        raise FigureError(f"the upload failed: {done.stderr}")
    return {"upload_mib_per_s": round(UPLOAD_MIB / took, 1)}
