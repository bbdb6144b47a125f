"""A Python program that knows nothing of Mamori but its protos: submits a report over mTLS and follows it to the mail."""

import email
import email.policy
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATE = pathlib.Path(os.environ["MAMORI_STATE"])
GOOGLEAPIS = pathlib.Path("/usr/share/gocode/src/github.com/gogo/googleapis")

generated = tempfile.TemporaryDirectory()
protos = [*sorted((ROOT / "proto").rglob("*.proto")), *sorted((GOOGLEAPIS / "google/rpc").glob("*.proto"))]
subprocess.run(["protoc", f"-I{ROOT / 'proto'}", f"-I{GOOGLEAPIS}", f"--python_out={generated.name}",
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
                f"--grpc_python_out={generated.name}", *protos], check=True)
sys.path.insert(0, generated.name)

from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from mamori.intake.v1 import intake_service_pb2 as intake_pb2  # noqa: E402
from mamori.intake.v1 import intake_service_pb2_grpc as intake_grpc  # noqa: E402
from mamori.notification.v1 import notification_service_pb2 as notification_pb2  # noqa: E402
from mamori.notification.v1 import notification_service_pb2_grpc as notification_grpc  # noqa: E402
from mamori.triage.v1 import triage_service_pb2 as triage_pb2  # noqa: E402
from mamori.triage.v1 import triage_service_pb2_grpc as triage_grpc  # noqa: E402
from mamori.v1 import actor_pb2, case_pb2, notification_pb2 as shared_pb2, report_pb2  # noqa: E402

TOKEN = subprocess.run([ROOT / "deploy" / "local" / "token", "desk1"], check=True, capture_output=True, text=True)
METADATA = (("authorization", f"Bearer {TOKEN.stdout.strip()}"),)
CALL = {"metadata": METADATA, "timeout": 10}


def channel(port: str) -> grpc.Channel:
    tls = STATE / "tls"
    credentials = grpc.ssl_channel_credentials((tls / "ca.pem").read_bytes(), (tls / "portal.key").read_bytes(),
                                               (tls / "portal.pem").read_bytes())
    return grpc.secure_channel(f"localhost:{os.environ[port]}", credentials)


def eventually(what: str, attempt, seconds: float = 20):
    end = time.monotonic() + seconds
    while True:
        try:
            if found := attempt():
                return found
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                raise
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)


def id_text(raw: bytes) -> str:
    """26 characters of Crockford's base 32, as in resource names."""
    number = int.from_bytes(raw, "big")
    return "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> shift & 31] for shift in range(125, -1, -5))


intake = intake_grpc.IntakeServiceStub(channel("INTAKE_PORT"))
triage = triage_grpc.TriageServiceStub(channel("TRIAGE_PORT"))
notification = notification_grpc.NotificationServiceStub(channel("NOTIFICATION_PORT"))

# The stream begins before the report, so that its case has to appear in it.
watch = triage.WatchCases(triage_pb2.WatchCasesRequest(), metadata=METADATA, timeout=60)
token = next(watch).resume_token
watch.cancel()

narrative = f"The customer screamed that I am a worthless idiot and threatened to kill me. {uuid.uuid4()}"
request = intake_pb2.SubmitReportRequest(
    request_id=str(uuid.uuid4()),
    report=report_pb2.Report(
        company="example-it", kind=report_pb2.REPORT_KIND_CUSTOMER_HARASSMENT, language="en", narrative=narrative,
        actors=[actor_pb2.AllegedActor(organisation="Python Ltd", relation=actor_pb2.ACTOR_RELATION_CUSTOMER)]))
name = intake.SubmitReport(request, **CALL).name
assert intake.SubmitReport(request, **CALL).name == name, "the same request id gets the first answer"
assert intake.GetReport(intake_pb2.GetReportRequest(name=name), **CALL).narrative == narrative

opened = eventually("a case", lambda: triage.GetCase(triage_pb2.GetCaseRequest(name=name), **CALL))
assert list(opened.reports) == [name]
assert opened.assessments[0].findings, "the assessment finds something"
seen = triage.WatchCases(triage_pb2.WatchCasesRequest(resume_token=token), metadata=METADATA, timeout=30)
# Other clients may be at work: the stream's deadline ends the search for ours.
report_id = next(answer.event.case_opened.report_id for answer in seen
                 if answer.event.WhichOneof("fact") == "case_opened"
                 and opened.name == f"cases/{id_text(answer.event.subject_id)}")
assert name == f"reports/{id_text(report_id)}", "a resumed stream misses nothing"
seen.cancel()


def sent():
    listed = notification.ListDeliveries(
        notification_pb2.ListDeliveriesRequest(case_name=opened.name), **CALL).deliveries
    if len(listed) >= 2 and all(d.state == shared_pb2.DELIVERY_STATE_SENT for d in listed):
        return list(listed)
    return None


deliveries = eventually("all deliveries", sent)
mails = [d for d in deliveries if d.channel == shared_pb2.DELIVERY_CHANNEL_MAIL]
assert mails, "nobody got a mail"
box = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
       for file in (STATE / "mail" / "Maildir" / "new").iterdir()]
for delivery in mails:
    local_part = delivery.name.split("/")[1]
    mine = [mail for mail in box if mail["Message-ID"].strip("<>").split("@")[0] == local_part]
    assert len(mine) == 1, f"{len(mine)} mails with the delivery's Message-ID"
    text = mine[0].as_string() + "".join(
        part.get_content() for part in mine[0].walk() if part.get_content_maintype() == "text")
    assert opened.name.split("/")[1] in text, "the mail names the case"
    for secret in ("worthless", "Python Ltd", "screamed"):
        assert secret not in text, "no content leaves"

# The desk works on it; an old etag is refused.
claimed = triage.ClaimCase(triage_pb2.ClaimCaseRequest(
    request_id=str(uuid.uuid4()), name=opened.name, etag=opened.etag), **CALL)
assert claimed.assignee == "local/desk1" and claimed.state == case_pb2.CASE_STATE_RECEIVED
try:
    triage.AddNote(triage_pb2.AddNoteRequest(request_id="x", name=opened.name), **CALL)
    raise AssertionError("a wrong request was accepted")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    details = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in details.details)
    assert {v.field for v in bad.field_violations} >= {"request_id", "note.text"}, bad
try:
    triage.StartDecision(triage_pb2.StartDecisionRequest(
        request_id=str(uuid.uuid4()), name=opened.name, etag=opened.etag), **CALL)
    raise AssertionError("an old etag was accepted")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.ABORTED, error
print(f"{name} → {opened.name} → {len(deliveries)} deliveries, {len(mails)} mails read")
