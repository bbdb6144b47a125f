"""Requests that name something in another way than by the one field that `every_request` knows: acts, holds, second
names, receipts. And which RPCs name nothing that is hidden from anybody who may call them, with the reason."""

import hashlib
import os

from every_request import NAMED, OF_NO_CASE, STREAMS, STREAMS_OF_NO_NAME, a_breach, make
from harness import receipt
from harness.client import new_request_id
from harness.ids import name_of
from harness.reports import make_request
from harness.stubs import SERVICES, two_person_service_pb2
from mamori.triage.v1 import actor_service_pb2, hold_service_pb2

SERVICE = "only between services, which prove who they are: common/server/admission_test.cc"
NO_NAME = "names nothing; what is listed or found: test_lists_and_batches…, test_the_accused_polls…, matrix_test.py"
NOTHING_HIDDEN = {
    "BatchGetContacts": SERVICE, "ListReportReads": SERVICE, "IngestEvents": SERVICE, "ExportReports": SERVICE,
    "ReadReporterTimeline": SERVICE, "CheckAccess": SERVICE, "UseIdentityAct": SERVICE,
    **dict.fromkeys(("ListReports", "SearchReports", "ListUnseenLinks", "ListCaseProposals", "ListUnseenSignals",
                     "ListDesignatedHandlers", "ListOpenTasks", "ListOpenPrevention", "ListHolds", "DryRunRetention",
                     "SearchCases", "ListStatistics", "ListCases", "WatchCases", "ListDeadLetters",
                     "ListWebhookEndpoints", "GetSealingKey", "Echo", "AnalyzeReport"), NO_NAME),
    **dict.fromkeys(("SubmitReport", "BatchSubmitReports", "SubmitIdentifiedReport", "SubmitAnonymousReport"),
                    "the answer is the report's own name; whether it joined the case that it refers to is told to those "
                    "alone who may see that: services/triage/ingest_test.cc"),
    **dict.fromkeys(("ReceiveSubjectRequest", "ListSubjectRequests", "ListBreaches"),
                    "names a person, or nothing: services/triage/{subject_requests,breaches}_test.cc"),
    **dict.fromkeys(("CheckSubjectRequester", "GatherSubjectRequest", "GetSubjectRequest", "ComposeSubjectAnswer",
                     "AnswerSubjectRequest", "RecordBreachStep", "GetBreach"),
                    "of the tenant; of its cases only what one may see: services/triage/{subject_requests,breaches}_test.cc"),
    "DisposeRecord": "of the tenant: services/triage/record_retention_test.cc",
    "DesignateHandler": "names a person", "CreateWebhookEndpoint": "has no name yet",
    "GetOpinion": "of the tenant", "GetStatistics": "a month of the tenant", "TrainOpinion": "a policy of the tenant",
    **dict.fromkeys(("AcceptDesignation", "WithdrawDesignation", "GetDesignatedHandler"),
                    "of the tenant; services/triage/designated_handlers_test.cc"),
    **dict.fromkeys(("AcceptCaseProposal", "DismissCaseProposal"),
                    "a proposal has no case yet; services/triage/contact_signals_test.cc"),
}


def every() -> set[str]:
    return {method.name for descriptors in SERVICES.values() for descriptor in descriptors
            for method in descriptor.methods}


def _act(resource: str, kind: str = "ACT_KIND_REMOVE_EXCLUSION", **fields):
    act = {"kind": kind, "resource": resource, "reason": "r",
           "fields": [{"name": n, "value": v} for n, v in fields.items()]}
    return two_person_service_pb2.RequestActRequest(request_id=new_request_id(), act=act)


class OtherNames:
    """For a HiddenCases. Each compares what is asked about a name of `hidden` with the same about a random one."""

    def hold_and_act(self, case: str) -> dict[str, str]:
        """Both about the case, by somebody who may."""
        held = self.client.call("triage", "PlaceHold", hold_service_pb2.PlaceHoldRequest(
            request_id=new_request_id(), hold={"issuer": "court", "reason": "r", "case_name": case}))
        act = self.client.call("triage", "RequestAct", _act(case, person="test/accused"))
        return {"hold": held.name, "act": act.name}

    def by_name_of(self, seen: str) -> dict[str, tuple]:
        """(method, what is named): how the request is made with that name."""
        service = two_person_service_pb2
        acts = {"ApproveAct": lambda n: service.ApproveActRequest(request_id=new_request_id(), name=n, hash=bytes(32)),
                "WithdrawAct": lambda n: service.WithdrawActRequest(request_id=new_request_id(), name=n),
                "GetAct": lambda n: service.GetActRequest(name=n),
                "RemoveExclusion": lambda n: service.RemoveExclusionRequest(
                    request_id=new_request_id(), name=seen, act=n, person="x"),
                "DisposeCase": lambda n: self._changed(make("DisposeCase", seen), act=n)}
        return {
            **{(method, "act"): request for method, request in acts.items()},
            ("PlaceHold", "case"): lambda n: hold_service_pb2.PlaceHoldRequest(
                request_id=new_request_id(), hold={"issuer": "court", "reason": "r", "case_name": n}),
            ("PlaceHold of a matter", "case"): lambda n: hold_service_pb2.PlaceHoldRequest(
                request_id=new_request_id(), hold={"issuer": "c", "reason": "r", "matter": "m", "cases": [seen, n]}),
            ("ReleaseHold", "hold"): lambda n: hold_service_pb2.ReleaseHoldRequest(
                request_id=new_request_id(), name=n, act=name_of("acts", bytes(16))),
            ("RequestAct", "case"): lambda n: _act(n, person="x"),
            ("RequestAct about a hold", "hold"): lambda n: _act(n, "ACT_KIND_RELEASE_HOLD"),
            ("RequestAct about a report", "report"): lambda n: _act(seen, "ACT_KIND_UNSEAL_IDENTITY", report=n),
            ("ListActs", "case"): lambda n: service.ListActsRequest(resource=n),
            ("ListActs of a hold", "hold"): lambda n: service.ListActsRequest(resource=n),
            ("JoinActors", "case"): lambda n: actor_service_pb2.JoinActorsRequest(
                request_id=new_request_id(), name=seen, actor=name_of("actors", bytes(16)), other_case=n,
                other_actor=name_of("actors", bytes(range(16))), reason="r"),
            ("SplitReport", "report"): lambda n: self._changed(make("SplitReport", seen), report=n),
            ("OpenLeakIncident", "report"): lambda n: self._leak(seen, n),
            ("OpenBreach", "case"): lambda n: self.request_of("OpenBreach", breach=a_breach(n)),
            ("OpenBreach of two", "case"): lambda n: self.request_of(
                "OpenBreach", breach=a_breach(n) | {"cases": [seen, n]}),
            ("BatchGetReports", "report"): lambda n: self.request_of("BatchGetReports", names=[n]),
        }

    @staticmethod
    def request_of(method: str, **fields):
        (descriptor,) = [m.input_type for ds in SERVICES.values() for d in ds for m in d.methods if m.name == method]
        if "request_id" in descriptor.fields_by_name:
            fields["request_id"] = new_request_id()
        return descriptor._concrete_class(**fields)

    @staticmethod
    def _changed(request, **fields):
        for name, value in fields.items():
            setattr(request, name, value)
        return request

    @staticmethod
    def _leak(case: str, report: str):
        request = make("OpenLeakIncident", case)
        request.leak.report = report
        return request

    def test_every_rpc_is_compared_or_names_nothing_that_is_hidden(self):
        by_other_name = {method.split()[0] for method, _ in self.by_name_of("")}
        compared = set(NAMED) | set(STREAMS) | by_other_name | set(self.by_receipt(""))
        self.assertEqual(every() - compared - set(NOTHING_HIDDEN), set(), "say here what a new RPC names")
        self.assertEqual(compared & set(NOTHING_HIDDEN), set())
        self.assertEqual(set(NOTHING_HIDDEN) - every(), set())
        self.assertEqual((OF_NO_CASE | STREAMS_OF_NO_NAME) - by_other_name - set(self.by_receipt("")) -
                         set(NOTHING_HIDDEN), set())

    def test_hidden_is_byte_equal_by_any_other_name(self):
        hidden = self.a_case(self.client, hidden=True)
        hidden |= self.hold_and_act(hidden["case"])
        theirs = self.a_case(self.stranger, hidden=False)
        seen = self.a_case(self.client, hidden=False)["case"]
        random = {"act": "acts", "hold": "holds", "case": "cases", "report": "reports"}
        for (method, kind), request in self.by_name_of(seen).items():
            with self.subTest(method=method):
                never = self.answer(self.accused, method.split()[0], request(name_of(random[kind], os.urandom(16))))
                for name in {hidden[kind], theirs.get(kind, hidden[kind])}:
                    self.assertEqual(self.answer(self.accused, method.split()[0], request(name)), never)
                if method in ("GetAct", "ListActs", "ListActs of a hold"):
                    self.assertEqual(self.answer(self.client, method.split()[0], request(hidden[kind]))[0], "OK")

    def by_receipt(self, upload: str) -> dict[str, dict]:
        """Whatever is done by a receipt: the other fields of its request."""
        words = {"text": "x", "language": "en"}
        file = {"file_name": "f", "size": 1, "sha256": hashlib.sha256(b"x").digest()}
        return {"PostAnonymousMessage": {"message": words}, "ListAnonymousMessages": {},
                "MarkAnonymousMessagesRead": {"number": 1}, "WaitForAnonymousMessages": {},
                "StartAnonymousUpload": {"file": file}, "UploadAnonymousEvidence": {"target": {"name": upload}},
                "ListAnonymousEvidence": {}, "GetAnonymousEvidence": {"name": upload},
                "RotateReceipt": {"new_receipt": receipt.make()},
                "SetAnonymousSharing": {"sharing": {"scope": "SHARING_SCOPE_NOBODY"}},
                "WithdrawAnonymousReport": {}, "GiveAnonymousConsent": {}, "WithdrawAnonymousConsent": {},
                "GetAnonymousTimeline": {}}

    def by_receipt_answer(self, method: str, of: str, fields: dict):
        """A fresh request id each time: nothing is a repeat."""
        if method == "UploadAnonymousEvidence":
            first = self.request_of(method, target=fields["target"] | {"receipt": of})
            return self.stream_of(self.reporter, method, first)
        request = self.request_of(method, receipt=of, **fields)
        if method == "WaitForAnonymousMessages":
            return self.stream_of(self.reporter, method, request)
        return self.answer(self.reporter, method, request, anonymous=True)

    def test_a_receipt_that_was_replaced_is_byte_equal_to_one_that_never_was(self):
        mine, other = (make_request("x").report, make_request("x").report)
        receipts = []
        for report in (mine, other):
            receipts.append(receipt.make())
            self.reporter.call_until_answered("intake", "SubmitAnonymousReport", self.request_of(
                "SubmitAnonymousReport", receipt=receipts[-1], report=report), anonymous=True)
        upload = self.reporter.call("intake", "StartAnonymousUpload", self.request_of(
            "StartAnonymousUpload", receipt=receipts[0], **self.by_receipt("")["StartAnonymousUpload"]),
            anonymous=True).name
        self.reporter.call("intake", "RotateReceipt", self.request_of(
            "RotateReceipt", receipt=receipts[0], new_receipt=receipt.make()), anonymous=True)
        never = receipt.make()
        for method, fields in self.by_receipt(upload).items():
            with self.subTest(method=method):
                want = self.by_receipt_answer(method, never, fields)
                self.assertEqual(want[0], "NOT_FOUND")
                self.assertEqual(self.by_receipt_answer(method, receipts[0], fields), want)
        # A file of another report, by a receipt that is good, is none.
        random = f"{name_of('reports', os.urandom(16))}/{name_of('evidence', os.urandom(16))}"
        for method in ("GetAnonymousEvidence", "UploadAnonymousEvidence"):
            with self.subTest(method=method):
                want = self.by_receipt_answer(method, receipts[1], self.by_receipt(random)[method])
                self.assertEqual(want[0], "NOT_FOUND")
                self.assertEqual(self.by_receipt_answer(method, receipts[1], self.by_receipt(upload)[method]), want)
