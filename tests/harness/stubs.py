"""Generates the Python stubs of the contract once per state of the protos, and makes them importable."""

import hashlib
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from . import paths

_GOOGLE = ["google/rpc/status.proto", "google/rpc/code.proto", "google/rpc/error_details.proto"]


def _files() -> list[str]:
    return sorted(str(p.relative_to(paths.PROTO)) for p in paths.PROTO.glob("mamori/**/*.proto"))


def _generate(target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = pathlib.Path(tempfile.mkdtemp(dir=target.parent))
    subprocess.run(["protoc", f"-I{paths.PROTO}", f"-I{paths.GOOGLEAPIS}", "-I/usr/include",
                    "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", f"--python_out={part}",
                    f"--grpc_python_out={part}", *_files(), *_GOOGLE], check=True)
    try:
        os.rename(part, target)
    except OSError:  # another test was faster; its result is the same
        shutil.rmtree(part)


def load() -> None:
    """Puts the stubs on sys.path."""
    digest = hashlib.sha256()
    for file in _files():
        digest.update(file.encode() + b"\0" + (paths.PROTO / file).read_bytes() + b"\0")
    target = paths.BUILD / "tests" / "stubs" / digest.hexdigest()[:16]
    if not target.exists():
        _generate(target)
    if str(target) not in sys.path:
        sys.path.insert(0, str(target))
        importlib.invalidate_caches()


load()
# The messages that tests speak of, under short names.
from google.protobuf import text_format, timestamp_pb2  # noqa: E402,F401
from google.rpc import error_details_pb2, status_pb2  # noqa: E402,F401
from mamori.config.v1 import config_pb2  # noqa: E402,F401
from mamori.intake.v1 import (dialogue_service_pb2, evidence_service_pb2, intake_event_service_pb2, intake_service_pb2,  # noqa: E402,F401
                              reporter_service_pb2, search_service_pb2)
from mamori.notification.v1 import notification_service_pb2  # noqa: E402,F401
from mamori.triage.v1 import search_service_pb2 as case_search_service_pb2  # noqa: E402,F401
from mamori.triage.v1 import (fact_finding_service_pb2, measure_service_pb2, retention_service_pb2,  # noqa: E402,F401
                              triage_service_pb2, two_person_service_pb2)
from mamori.v1 import (actor_pb2, assessment_pb2, case_pb2, contact_pb2, error_reason_pb2,  # noqa: E402,F401
                       event_pb2, notification_pb2, policy_pb2, report_pb2)

BINARIES = ("intake", "triage", "notification")


def _modules(binary: str, kind: str):
    for file in _files():
        if file.startswith(f"mamori/{binary}/v1/") and file.endswith("_service.proto"):
            yield importlib.import_module(file.removesuffix(".proto").replace("/", ".") + kind)


# Descriptors of the gRPC services in each binary: a new file of the contract is here by itself.
SERVICES = {binary: [service for module in _modules(binary, "_pb2")
                     for service in module.DESCRIPTOR.services_by_name.values()] for binary in BINARIES}


class Stub:
    """The methods of all services in one binary: their names are unique."""

    def __init__(self, binary: str, channel):
        for module in _modules(binary, "_pb2_grpc"):
            for name, stub in vars(module).items():
                if name.endswith("Stub"):
                    vars(self).update(vars(stub(channel)))
