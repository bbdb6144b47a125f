"""Requests with a canary in every string and bytes field of every RPC, made from the contract's descriptors."""

import collections
import os
import sys
import time

import every_request
import grpc
import matrix_test
from harness import receipt
from harness.client import new_request_id
from harness.evidence import upload
from harness.ids import name_of
from harness.processes import wait_until
from harness.reports import make_anonymous
from harness.stubs import SERVICES, notification_service_pb2, triage_service_pb2

# Fields that may stand somewhere as they are, by message and name. Each was looked at; any other is content.
PLAIN = {
    # Who works on something: lists, notices and the audit are made by it.
    "mamori.triage.v1.AssignCaseRequest.assignee": "who works on a case is in its list and its notices",
    "mamori.triage.v1.HandOverCaseRequest.assignee": "as before",
    "mamori.triage.v1.ListCasesRequest.assignee": "as before",
    "mamori.triage.v1.Task.owner": "as before: the lists over cases find what is to be done by it",
    "mamori.triage.v1.PreventionAction.owner": "as before",
    "mamori.triage.v1.WorkFilter.owner": "whose list is asked for",
    # Who may be given cases, of none.
    "mamori.triage.v1.DesignateHandlerRequest.person": "a handler is known to whoever assigns",
    "mamori.triage.v1.WithdrawDesignationRequest.successor": "as before",
    # Configuration of companies, in no case.
    "mamori.v1.WebhookEndpoint.url": "an address that is called; credentials are refused in it",
    "mamori.v1.WebhookEndpoint.company": "a company's id",
}
# The name of the field alone: what it is, it is in every message.
PLAIN_NAMES = {
    "request_id": "made by the caller by chance; the database has a hash of it",
    "etag": "the version of a row",
    "page_token": "sealed by the service",
    "name": "names a resource by a random id", "record_name": "as before", "case_name": "as before", "report": "as before", "act": "as before",
    "join": "as before", "deadline": "as before", "into": "as before", "resource": "as before",
}
# They end, hide or join what the others are about.
# Fields whose canary has to be taken and kept: else the search looks for what was never there.
KEPT = {
    "AddNote.note.text", "AddTask.task.text", "AssessDetrimentRisk.risk.factors", "ConcludeFactFinding.conclusion.reason",
    "HandOverCase.note", "PlaceHold.hold.issuer", "PlaceHold.hold.reason", "PlanPrevention.prevention.action",
    "PostMessage.message.text", "PostAnonymousMessage.message.text", "ProposeMeasure.measure.text",
    "RecordCare.care.text", "RecordContact.contact.demand", "RecordFinding.finding.text",
    "RecordStatement.statement.text", "ReportRetaliation.retaliation.narrative", "RequestAct.act.reason",
    "StartClock.reason", "SubmitAnonymousReport.report.narrative", "SubmitIdentifiedReport.report.narrative",
    "SubmitReport.report.narrative", "SupplementReport.supplement.text", "AddMember.person", "ExcludePerson.person",
}
FIRST = ("RecordFinding", "ProposeMeasure", "PlanPrevention", "AddTask")  # the others are about theirs
LAST = ("ExcludePerson", "ReportRetaliation", "HandOverCase", "DeleteWebhookEndpoint", "SetSharing",
        "SetAnonymousSharing", "WithdrawReport", "WithdrawAnonymousReport", "RotateReceipt", "SplitReport", "CloseCase",
        "ReopenCase", "WithdrawCase", "OpenConsultation", "DisposeCase", "MergeCases")
# What the tests' policy has.
OF_POLICY = {"ProposeMeasure": ("measure.measure", "RECORD"), "StartClock": ("clock", "late")}
DEEPEST = 6


def rpcs():
    """(service, its full name, method) of all RPCs, those that end something last."""
    found = [(binary, service.full_name, method) for binary, services in SERVICES.items() for service in services
             for method in service.methods]
    return sorted(found, key=lambda one: LAST.index(one[2].name) + 1 if one[2].name in LAST else
                  -(one[2].name in FIRST))


def is_text(field) -> bool:
    return field.type in (field.TYPE_STRING, field.TYPE_BYTES)


def texts(descriptor, path=(), above=()):
    """The paths of all string and bytes fields, each a tuple of field descriptors."""
    if descriptor.full_name in above or len(path) == DEEPEST:
        return
    for field in descriptor.fields:
        if is_text(field):
            yield path + (field,)
        elif field.message_type and not field.message_type.GetOptions().map_entry:
            yield from texts(field.message_type, path + (field,), above + (descriptor.full_name,))


def path_of(path) -> str:
    return ".".join(field.name for field in path)


def is_plain(path) -> bool:
    field = path[-1]
    return field.name in PLAIN_NAMES or f"{field.containing_type.full_name}.{field.name}" in PLAIN


def put(request, path, value: str) -> None:
    """Into one field; what it is in is made where it is not there."""
    holder = request
    for field in path[:-1]:
        inner = getattr(holder, field.name)
        holder = (inner[0] if inner else inner.add()) if field.label == field.LABEL_REPEATED else inner
    field = path[-1]
    value = value.encode() if field.type == field.TYPE_BYTES else value
    if field.label != field.LABEL_REPEATED:
        setattr(holder, field.name, value)
        return
    inner = getattr(holder, field.name)
    if inner:
        inner[0] = value
    else:
        inner.append(value)


def stuffed(descriptor, value: str):
    """In every text field at once, and nothing else right."""
    request = descriptor._concrete_class()
    for path in texts(descriptor):
        put(request, path, value)
    return request


class _Captured(Exception):
    """What the matrix would have called."""


class _Capture:
    def call(self, service, method, request, *_, **__):
        raise _Captured(request)

    def stub(self, *_):
        raise _Captured(triage_service_pb2.WatchCasesRequest())


class _Names(dict):
    """What a request may name; a random one in the place of what nobody has made."""

    OF_CASE = {"measure": "measures", "finding": "findings", "prevention": "prevention", "task": "tasks",
               "hearing": "hearings", "disclosure": "disclosures", "leak": "leaks"}
    OF_TENANT = {"hold": "holds", "release": "acts", "act": "acts", "subject_request": "subjectRequests",
                 "breach": "breaches", "handler": "handlers", "deadline": "deadlines", "join": "joins",
                 "actor": "actors", "other_case": "cases", "other_actor": "actors"}

    def __missing__(self, key: str) -> str:
        if key == "own":
            return self["report"]
        if key in self.OF_CASE:
            return self["case"] + "/" + name_of(self.OF_CASE[key], os.urandom(16))
        return name_of(self.OF_TENANT[key], os.urandom(16))


class Right:
    """A request for each RPC that is right in every field, as tests/integration/matrix_test.py calls it."""

    def __init__(self, names: dict[str, str], other_case: str, endpoint, anonymous: str):
        self._names, self._other, self._anonymous = names, other_case, anonymous
        self._matrix = matrix_test.MatrixTest.__new__(matrix_test.MatrixTest)
        self._matrix._CreateWebhookEndpoint = self._endpoint
        self._matrix.desk, self._made = None, endpoint

    def _endpoint(self, client, _):
        if client is not None:
            return matrix_test.MatrixTest._CreateWebhookEndpoint(self._matrix, client, None)
        return self._made

    def make(self, method):
        if "Anonymous" in method.name or method.name in ("RotateReceipt", "GetSealingKey"):
            return self._of_nobody(method)
        if method.name == "IngestEvents":
            return method.input_type._concrete_class()
        if method.name == "UploadEvidence":
            return method.input_type._concrete_class(target={"name": self._names["evidence"]})
        if method.name in ("DownloadEvidence", "DownloadOriginal"):
            return method.input_type._concrete_class(name=self._names["evidence"], purpose="p")
        try:
            self._matrix.call(method.name, _Capture(), _Names(self._names, into=self._other))
        except _Captured as captured:
            request = captured.args[0]
            if method.name in OF_POLICY:
                path, value = OF_POLICY[method.name]
                put(request, next(p for p in texts(method.input_type) if path_of(p) == path), value)
            return request
        except (KeyError, AssertionError):
            pass
        return None

    def _of_nobody(self, method):
        if method.name == "SubmitAnonymousReport":
            return make_anonymous()
        request = method.input_type._concrete_class()
        fields = method.input_type.fields_by_name
        if "receipt" in fields:
            request.receipt = self._anonymous
        if "new_receipt" in fields:
            request.new_receipt = receipt.make()
        if "request_id" in fields:
            request.request_id = new_request_id()
        if "message" in fields:
            request.message.text, request.message.language = "m", "en"
        if "sharing" in fields:
            request.sharing.scope = 1
        if "number" in fields:
            request.number = 1
        return request


class Canaries:
    """Calls every RPC with canaries: right but for one field that has it, each in its turn, again, with the same id and
    other words, with all fields wrong, too long, and not in UTF-8."""

    LONG = 4000  # times the word
    # So many bytes as the word has, of which some are no UTF-8.
    NO_UTF8 = b"\xff\xfe"

    def __init__(self, client, right: Right, word: str):
        self._client, self._right, self._word = client, right, word
        self._records: dict[str, str] = {}
        self.errors: list[bytes] = []
        self.codes = collections.Counter()
        self.accepted: set[str] = set()
        self.without: list[str] = []
        self.refused: dict[str, str] = {}
        self.last = ""

    def call_all(self) -> None:
        for service, full_name, method in rpcs():
            self._wrong(service, full_name, method)
            base = self._right.make(method)
            if base is None:
                self.without.append(method.name)
                continue
            self._name_record(method, base)
            for path in texts(method.input_type):
                if not is_plain(path):
                    self._one(service, full_name, method, base, path)
            self._remember(method, self._call(service, full_name, method, self._fresh(base)))

    def _one(self, service, full_name, method, base, path) -> None:
        request = self._fresh(base)
        put(request, path, self._word)
        if self._call(service, full_name, method, request) is None:
            self.refused[f"{method.name}.{path_of(path)}"] = self.last
            return
        self.accepted.add(f"{method.name}.{path_of(path)}")
        if "request_id" in method.input_type.fields_by_name:
            self._call(service, full_name, method, request)
            put(request, path, f"{self._word}!")
            self._call(service, full_name, method, request)

    def _wrong(self, service, full_name, method) -> None:
        self._call(service, full_name, method, stuffed(method.input_type, self._word))
        self._call(service, full_name, method, stuffed(method.input_type, self._word * self.LONG))
        # Its length stands before it, and it stands there as it is.
        place = "Z" * (len(self._word.encode()) + len(self.NO_UTF8))
        wire = stuffed(method.input_type, place).SerializeToString()
        self._call(service, full_name, method, wire.replace(place.encode(), self._word.encode() + self.NO_UTF8))

    def _fresh(self, base):
        request = type(base)()
        request.CopyFrom(base)
        if "request_id" in base.DESCRIPTOR.fields_by_name:
            request.request_id = new_request_id()
        if "new_receipt" in base.DESCRIPTOR.fields_by_name:
            request.new_receipt = receipt.make()
        if base.DESCRIPTOR.name == "SubmitAnonymousReportRequest":
            request.receipt = receipt.make()
        return request

    def _name_record(self, method, base) -> None:
        """In the place of a random one, one that is there."""
        kind = every_request.OF_RECORD.get(method.name)
        if kind in self._records:
            base.name = self._records[kind]

    def _remember(self, method, answer) -> None:
        if method.name in FIRST and answer is not None:
            self._records[answer.name.split("/")[2]] = answer.name

    def _call(self, service, full_name, method, request):
        """The answer, the first of a stream, or None."""
        channel = self._client.channel(service)
        kinds = {(False, False): channel.unary_unary, (False, True): channel.unary_stream,
                 (True, False): channel.stream_unary, (True, True): channel.stream_stream}
        make = kinds[method.client_streaming, method.server_streaming]
        wire = request if isinstance(request, bytes) else request.SerializeToString()
        wire = iter([wire]) if method.client_streaming else wire
        nobody = "Anonymous" in method.name or method.name in ("RotateReceipt", "GetSealingKey")
        call = make(f"/{full_name}/{method.name}", None, method.output_type._concrete_class.FromString)
        try:
            answer = call(wire, timeout=0.5 if method.server_streaming else 15,
                          metadata=None if nobody else self._client.metadata())
            if not method.server_streaming:
                return answer
            first = next(iter(answer), None)
            answer.cancel()
            return first
        except grpc.RpcError as error:
            # gRPC's own word for a callback's request that is not in UTF-8; services/intake/README.md.
            unread = method.name == "Echo" and error.code() == grpc.StatusCode.UNIMPLEMENTED
            self.codes["unread" if unread else error.code().name] += 1
            self.last = error.details() or ""
            self.errors.append(self.last.encode())
            self.errors += [value if isinstance(value, bytes) else value.encode()
                            for _, value in error.trailing_metadata() or ()]
            return None


def call_everything(test, word: str) -> list[bytes]:
    """Every field of every RPC; what was answered to those that failed."""
    begin = time.monotonic()
    for database in (test.system.database, test.system.keys):
        database.sql("SET GLOBAL general_log=ON; SET GLOBAL slow_query_log=ON; SET GLOBAL long_query_time=0;")
    names, other = [], make_anonymous()
    for _ in range(2):
        report = test.submit()
        names.append({"report": report, "case": test.wait_case(report).name})
    delivery = wait_until("its deliveries", lambda: test.deliveries(names[0]["case"]), 20)[0]
    names[0] |= {"delivery": delivery.name, "notification": delivery.notification,
                 "evidence": upload(test.client, names[0]["report"])}
    test.client.call("intake", "SubmitAnonymousReport", other, anonymous=True)
    endpoint = test.client.call("notification", "CreateWebhookEndpoint",
                                notification_service_pb2.CreateWebhookEndpointRequest(
                                    request_id=new_request_id(),
                                    webhook_endpoint={"company": "nobody", "url": "https://127.0.0.1:9/x"}))
    kept_out = every_request.make("ExcludePerson", names[0]["case"])
    kept_out.person = "test/nobody"  # whom the act that is asked for lets in again
    for request in (every_request.make("ClaimCase", names[0]["case"]), every_request.make("TriageCase", names[0]["case"]),
                    kept_out):
        test.client.call("triage", request.DESCRIPTOR.name.removesuffix("Request"), request)
    canaries = Canaries(test.client, Right(names[0], names[1]["case"], endpoint, other.receipt), word)
    canaries.call_all()
    test.assertEqual(canaries.without, [], "these need a right request")
    test.assertEqual({name: canaries.refused.get(name) for name in KEPT - canaries.accepted}, {})
    for code in ("INTERNAL", "UNKNOWN", "UNIMPLEMENTED"):
        test.assertEqual(canaries.codes[code], 0, code)
    print(f"{len(canaries.accepted)} fields of every RPC took a canary, {sum(canaries.codes.values())} calls failed, "
          f"{time.monotonic() - begin:.1f} s", file=sys.stderr)
    return canaries.errors
