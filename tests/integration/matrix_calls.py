"""The calls of the matrix that are no plain request about one case: lists, streams, and what is about no case.

A list answers False when the case is not in it."""

import os
import pathlib
import sys

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from every_request import a_breach, make  # noqa: E402
from matrix_records import plain  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.ids import name_of  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import (evidence_service_pb2, intake_service_pb2, notification_service_pb2,  # noqa: E402
                           triage_service_pb2)


def letter(call) -> str:
    try:
        return "A" if call() is not False else "H"
    except grpc.RpcError as error:
        return {grpc.StatusCode.NOT_FOUND: "H", grpc.StatusCode.PERMISSION_DENIED: "R",
                grpc.StatusCode.UNAVAILABLE: "unavailable", grpc.StatusCode.UNIMPLEMENTED: "unimplemented",
                grpc.StatusCode.INTERNAL: "internal", grpc.StatusCode.UNAUTHENTICATED: "unauthenticated"}.get(
                    error.code(), "A")


class MatrixCalls:

    def _ListCases(self, client, names):  # noqa: N802
        request = triage_service_pb2.ListCasesRequest(page_size=1000)
        return names["case"] in {c.name for c in client.call("triage", "ListCases", request).cases}

    # Each case has one of both from the desk.
    def _ListOpenTasks(self, client, names):  # noqa: N802
        listed = self._plain("triage", "ListOpenTasks", client, page_size=1000)
        return names["case"] in {t.case_of.name for t in listed.tasks}

    def _ListOpenPrevention(self, client, names):  # noqa: N802
        listed = self._plain("triage", "ListOpenPrevention", client, page_size=1000)
        return names["case"] in {p.case_of.name for p in listed.prevention}

    def _ReadReporterTimeline(self, client, _):  # noqa: N802
        return self._plain("triage", "ReadReporterTimeline", client)

    def _ListReports(self, client, names):  # noqa: N802
        request = intake_service_pb2.ListReportsRequest(page_size=1000)
        return names["report"] in {r.name for r in client.call("intake", "ListReports", request).reports}

    # Each case has a task of one letter from the desk, each report one from its reporter.
    def _search(self, service: str, method: str, client, query: str) -> set[str]:
        found, token = set(), ""
        while True:
            page = self._plain(service, method, client, query=query, page_size=100, page_token=token)
            found |= {match.name for match in page.matches}
            token = page.next_page_token
            if not token:
                return found

    def _SearchCases(self, client, names):  # noqa: N802
        return names["case"] in self._search("triage", "SearchCases", client, "t")

    def _SearchReports(self, client, names):  # noqa: N802
        return names["report"] in self._search("intake", "SearchReports", client, "x")

    def _BatchGetReports(self, client, names):  # noqa: N802
        request = intake_service_pb2.BatchGetReportsRequest(names=[names["report"]])
        return bool(client.call("intake", "BatchGetReports", request).reports)

    def _SubmitReport(self, client, _):  # noqa: N802
        return client.call("intake", "SubmitReport", make_request("x"))

    def _BatchSubmitReports(self, client, _):  # noqa: N802
        return client.call("intake", "BatchSubmitReports",
                           intake_service_pb2.BatchSubmitReportsRequest(requests=[make_request("x")]))

    def _AnalyzeReport(self, client, _):  # noqa: N802
        return client.call("triage", "AnalyzeReport",
                           triage_service_pb2.AnalyzeReportRequest(report=make_request("x").report))

    def _WatchCases(self, client, _):  # noqa: N802
        stream = client.stub("triage", 0).WatchCases(triage_service_pb2.WatchCasesRequest(), timeout=10,
                                                     metadata=client.metadata())
        first = next(iter(stream))
        stream.cancel()
        return first

    def _ListDeadLetters(self, client, _):  # noqa: N802
        return client.call("notification", "ListDeadLetters", notification_service_pb2.ListDeadLettersRequest())

    def _CheckAccess(self, client, _):  # noqa: N802
        return client.call("triage", "CheckAccess", triage_service_pb2.CheckAccessRequest())

    def _IngestEvents(self, client, _):  # noqa: N802
        codes = {letter(lambda: client.call("triage", "IngestEvents", triage_service_pb2.IngestEventsRequest())),
                 letter(lambda: client.call("notification", "IngestEvents",
                                            notification_service_pb2.IngestEventsRequest()))}
        assert len(codes) == 1, codes
        return client.call("triage", "IngestEvents", triage_service_pb2.IngestEventsRequest())

    def _plain(self, service: str, method: str, client, timeout: float = 10, **fields):
        """Of no case, and right in every field."""
        return plain(client, service, method, timeout, **fields)

    def _ListUnseenLinks(self, client, _):  # noqa: N802
        return self._plain("triage", "ListUnseenLinks", client)

    def _ListHolds(self, client, _):  # noqa: N802
        return self._plain("triage", "ListHolds", client)

    def _PlaceHold(self, client, names):  # noqa: N802
        return self._plain("triage", "PlaceHold", client,
                           hold={"issuer": "court", "reason": "r", "case_name": names["case"]})

    def _ReleaseHold(self, client, names):  # noqa: N802
        return self._plain("triage", "ReleaseHold", client, name=names["hold"], act=names["release"])

    def _DryRunRetention(self, client, _):  # noqa: N802
        return self._plain("triage", "DryRunRetention", client)

    def _GetStatistics(self, client, _):  # noqa: N802
        return self._plain("triage", "GetStatistics", client, name="statistics/2001-01")

    def _ListStatistics(self, client, _):  # noqa: N802
        return self._plain("triage", "ListStatistics", client)

    def _TrainOpinion(self, client, _):  # noqa: N802
        return self._plain("triage", "TrainOpinion", client, name=name_of("policies", os.urandom(16)),
                           act=name_of("acts", os.urandom(16)))

    def _GetOpinion(self, client, _):  # noqa: N802
        return self._plain("triage", "GetOpinion", client)

    def _RequestAct(self, client, names):  # noqa: N802
        return self._plain("triage", "RequestAct", client, act={
            "kind": "ACT_KIND_REMOVE_EXCLUSION", "resource": names["case"], "reason": "r",
            "fields": [{"name": "person", "value": "test/nobody"}]})

    def _ApproveAct(self, client, names):  # noqa: N802
        return self._plain("triage", "ApproveAct", client, name=names["act"], hash=bytes(32))

    def _WithdrawAct(self, client, names):  # noqa: N802
        return self._plain("triage", "WithdrawAct", client, name=names["act"])

    def _GetAct(self, client, names):  # noqa: N802
        return self._plain("triage", "GetAct", client, name=names["act"])

    def _ReceiveSubjectRequest(self, client, _):  # noqa: N802
        return self._plain("triage", "ReceiveSubjectRequest", client, subject_request={
            "person": "test/nobody", "requester": "REQUESTER_PRINCIPAL", "text": "t", "receive_time": {"seconds": 1}})

    def _subject_request(self, method: str, client, names, **fields):
        return self._plain("triage", method, client, name=names["subject_request"], **fields)

    def _CheckSubjectRequester(self, client, names):  # noqa: N802
        return self._subject_request("CheckSubjectRequester", client, names, identity_check="i")

    def _GatherSubjectRequest(self, client, names):  # noqa: N802
        return self._subject_request("GatherSubjectRequest", client, names)

    def _GetSubjectRequest(self, client, names):  # noqa: N802
        return self._subject_request("GetSubjectRequest", client, names)

    def _ComposeSubjectAnswer(self, client, names):  # noqa: N802
        return self._subject_request("ComposeSubjectAnswer", client, names)

    def _AnswerSubjectRequest(self, client, names):  # noqa: N802
        return self._subject_request("AnswerSubjectRequest", client, names, answer="a", answer_time={"seconds": 1})

    def _ListSubjectRequests(self, client, _):  # noqa: N802
        return self._plain("triage", "ListSubjectRequests", client)

    def _OpenBreach(self, client, names):  # noqa: N802
        return self._plain("triage", "OpenBreach", client, breach=a_breach(names["case"]))

    def _RecordBreachStep(self, client, names):  # noqa: N802
        return self._plain("triage", "RecordBreachStep", client, name=names["breach"], step={
            "kind": "LEAK_STEP_KIND_OTHER", "text": "t", "step_time": {"seconds": 1}})

    def _GetBreach(self, client, names):  # noqa: N802
        return self._plain("triage", "GetBreach", client, name=names["breach"])

    def _DisposeRecord(self, client, names):  # noqa: N802
        return self._plain("triage", "DisposeRecord", client, name=names["breach"], act=names["act"])

    def _ListBreaches(self, client, _):  # noqa: N802
        return self._plain("triage", "ListBreaches", client)

    def _DesignateHandler(self, client, _):  # noqa: N802
        return self._plain("triage", "DesignateHandler", client, person="test/nobody")

    def _AcceptDesignation(self, client, names):  # noqa: N802
        return self._plain("triage", "AcceptDesignation", client, name=names["handler"],
                           duty_version="0")

    def _WithdrawDesignation(self, client, names):  # noqa: N802
        return self._plain("triage", "WithdrawDesignation", client, name=names["handler"],
                           cause="WITHDRAWAL_CAUSE_TERM")

    def _GetDesignatedHandler(self, client, names):  # noqa: N802
        return self._plain("triage", "GetDesignatedHandler", client, name=names["handler"])

    def _ListDesignatedHandlers(self, client, _):  # noqa: N802
        return self._plain("triage", "ListDesignatedHandlers", client)

    def _UseIdentityAct(self, client, names):  # noqa: N802
        return self._plain("triage", "UseIdentityAct", client, act=name_of("acts", os.urandom(16)),
                           report=names["report"])

    def _ListReportReads(self, client, names):  # noqa: N802
        return self._plain("intake", "ListReportReads", client, reports=[names["report"]])

    def _ListActs(self, client, names):  # noqa: N802
        return self._plain("triage", "ListActs", client, resource=names["case"])

    def _SubmitIdentifiedReport(self, client, _):  # noqa: N802
        return self._plain("intake", "SubmitIdentifiedReport", client, report=make_request("x").report,
                           mode="REPORTER_MODE_NAMED")

    def _BatchGetContacts(self, client, _):  # noqa: N802
        return self._plain("intake", "BatchGetContacts", client, names=[name_of("contacts", os.urandom(16))])

    def _WaitForMessages(self, client, names):  # noqa: N802
        return self._stream("WaitForMessages", client, report=names["report"])

    def _WaitForAnonymousMessages(self, client, _):  # noqa: N802
        return self._stream("WaitForAnonymousMessages", client)

    def _stream(self, method: str, client, **fields):
        """Whether it begins; nothing may come of it."""
        return list(self._plain("intake", method, client, timeout=1, **fields))

    def _ExportEvidenceBundle(self, client, names):  # noqa: N802
        """Who is admitted waits for a checkpoint; the first bytes, or the deadline, say so."""
        return next(iter(self._plain("triage", "ExportEvidenceBundle", client, timeout=3, name=names["case"],
                                     purpose="p")))

    def _ExportReports(self, client, names):  # noqa: N802
        return next(iter(self._plain("intake", "ExportReports", client, names=[names["report"]],
                                     purpose="p")))

    def _UploadEvidence(self, client, names):  # noqa: N802
        target = evidence_service_pb2.UploadEvidenceRequest(target={"name": names["upload"]})
        return client.call("intake", "UploadEvidence", iter([target]))

    def _UploadAnonymousEvidence(self, client, _):  # noqa: N802
        return client.call("intake", "UploadAnonymousEvidence", iter([]))

    def _DownloadEvidence(self, client, names):  # noqa: N802
        return self._stream("DownloadEvidence", client, name=names["evidence"], purpose="p")

    def _DownloadOriginal(self, client, names):  # noqa: N802
        return self._stream("DownloadOriginal", client, name=names["evidence"], purpose="p")

    def _ListCaseProposals(self, client, _):  # noqa: N802
        return self._plain("triage", "ListCaseProposals", client)

    def _ListUnseenSignals(self, client, _):  # noqa: N802
        return self._plain("triage", "ListUnseenSignals", client)

    def _AcceptCaseProposal(self, client, _):  # noqa: N802
        return self._plain("triage", "AcceptCaseProposal", client, name=name_of("signals", os.urandom(16)))

    def _DismissCaseProposal(self, client, _):  # noqa: N802
        return self._plain("triage", "DismissCaseProposal", client, name=name_of("signals", os.urandom(16)),
                           cause="DISMISSAL_CAUSE_LEGITIMATE")

    def _Echo(self, client, _):  # noqa: N802
        return client.call("intake", "Echo", intake_service_pb2.EchoRequest(payload="x"))

    def _ListWebhookEndpoints(self, client, _):  # noqa: N802
        return client.call("notification", "ListWebhookEndpoints",
                           notification_service_pb2.ListWebhookEndpointsRequest())

    def _CreateWebhookEndpoint(self, client, _):  # noqa: N802
        request = notification_service_pb2.CreateWebhookEndpointRequest(request_id=new_request_id())
        request.webhook_endpoint.company = "nobody"
        request.webhook_endpoint.url = "https://127.0.0.1:9/x"
        return client.call("notification", "CreateWebhookEndpoint", request)

    def _webhook(self, method, client):
        return client.call("notification", method, make(method, self._CreateWebhookEndpoint(self.desk, None).name))

    def _GetWebhookEndpoint(self, client, _):  # noqa: N802
        return self._webhook("GetWebhookEndpoint", client)

    def _UpdateWebhookEndpoint(self, client, _):  # noqa: N802
        return self._webhook("UpdateWebhookEndpoint", client)

    def _RotateWebhookSecret(self, client, _):  # noqa: N802
        return self._webhook("RotateWebhookSecret", client)

    def _DeleteWebhookEndpoint(self, client, _):  # noqa: N802
        return self._webhook("DeleteWebhookEndpoint", client)
