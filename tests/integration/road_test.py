"""A report travels the whole road, with two of every service: from SubmitReport to a mail and a signed webhook."""

import pathlib
import sys
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import error_details  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import THREAT, make_request  # noqa: E402
from harness.stubs import (case_pb2, error_details_pb2, intake_service_pb2, notification_pb2,  # noqa: E402
                           notification_service_pb2, triage_service_pb2)
from harness.testcase import SystemTest  # noqa: E402


class RoadTest(SystemTest):

    def test_report_becomes_case_mail_and_signed_webhook(self):
        endpoint = self.client.call("notification", "CreateWebhookEndpoint",
                                    notification_service_pb2.CreateWebhookEndpointRequest(
                                        request_id=new_request_id(), webhook_endpoint={
                                            "company": "road-jp", "url": self.system.webhook.url("/road")}))
        self.assertTrue(endpoint.secret.startswith("whsec_"))
        report = self.submit(make_request(THREAT, company="road-jp"))
        case = self.wait_case(report)
        self.assertEqual(list(case.reports), [report])
        self.assertEqual(case.state, case_pb2.CASE_STATE_RECEIVED)
        self.assertEqual(list(case.categories), ["INTIMIDATION_VIOLENCE"])
        self._check_evidence(case)
        # Two to the desk, one to the manager, and the webhook.
        sent = self.wait_sent(case.name, 4)
        mails = {d.receiver: d.name for d in sent if d.channel == notification_pb2.DELIVERY_CHANNEL_MAIL}
        self.assertEqual(set(mails), {"desk-a@acme.test", "desk-b@acme.test", "manager@acme.test"})
        got = self.mails_about(case.name)
        self.assertEqual({m.receivers[0]: "deliveries/" + m.delivery_id for m in got}, mails)
        for mail in got:
            self.assertNotIn("kill", mail.text)  # never content
        self._check_webhook(endpoint, case, sent)

    def _check_evidence(self, case):
        (assessment,) = case.assessments
        spans = [e for f in assessment.findings for e in f.evidence]
        text = THREAT.encode()
        self.assertIn(b"I will kill you", [text[s.byte_start:s.byte_end] for s in spans])
        self.assertEqual(assessment.policy_digest, case.policy_digest)

    def _check_webhook(self, endpoint, case, sent):
        (call,) = self.system.webhook.accepted("/road")
        self.assertTrue(call.signed_by(endpoint.secret))
        (delivery,) = [d for d in sent if d.channel == notification_pb2.DELIVERY_CHANNEL_WEBHOOK]
        self.assertEqual(call.webhook_id, delivery.name.split("/")[1])
        self.assertEqual(call.event["specversion"], "1.0")
        self.assertIn(case.name, str(call.event))
        self.assertNotIn("kill", call.body.decode())

    def test_same_request_id_gets_first_answer_from_either_replica(self):
        request = make_request("The same report, sent four times. refund")
        names = {self.client.call("intake", "SubmitReport", request, replica=n).name for n in (0, 1, 0, 1)}
        self.assertEqual(len(names), 1)
        other = make_request("Other words. refund", request_id=request.request_id)
        error = self.assert_code(grpc.StatusCode.INVALID_ARGUMENT, "intake", "SubmitReport", other, replica=1)
        self.assert_reason(error, "REQUEST_ID_REUSED")
        # Another tenant's request ids are its own.
        own = self.client.call("intake", "SubmitReport", request, tenant="other-group").name
        self.assertNotIn(own, names)

    def test_bad_report_names_every_wrong_field_and_stores_nothing(self):
        before = self._count_reports()
        request = make_request("", contact_count=-1, company="NOT A COMPANY")
        error = self.assert_code(grpc.StatusCode.INVALID_ARGUMENT, "intake", "SubmitReport", request)
        self.assert_reason(error, "INVALID_FIELDS")
        (bad,) = [d for d in error_details(error) if isinstance(d, error_details_pb2.BadRequest)]
        self.assertLessEqual({"report.narrative", "report.contact_count", "report.company"},
                             {v.field for v in bad.field_violations})
        self.assertEqual(self._count_reports(), before)

    def _count_reports(self) -> int:
        request = intake_service_pb2.ListReportsRequest(page_size=1000)
        return len(list(self.client.pages("intake", "ListReports", request, "reports")))

    def test_another_tenant_sees_nothing(self):
        report = self.submit()
        case = self.wait_case(report)
        delivery = self.wait_sent(case.name, 2)[0]
        get_report = intake_service_pb2.GetReportRequest(name=report)
        self.assertEqual(self.client.call("intake", "GetReport", get_report).name, report)
        for service, method, request in [
                ("intake", "GetReport", get_report),
                ("intake", "SupplementReport", intake_service_pb2.SupplementReportRequest(
                    request_id=new_request_id(), name=report,
                    supplement={"kind": 1, "text": "more", "language": "en"})),
                ("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=case.name)),
                ("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=report)),
                ("triage", "ClaimCase", triage_service_pb2.ClaimCaseRequest(
                    request_id=new_request_id(), name=case.name)),
                ("notification", "RetryDelivery", notification_service_pb2.RetryDeliveryRequest(
                    request_id=new_request_id(), name=delivery.name)),
                ("notification", "AcknowledgeNotification",
                 notification_service_pb2.AcknowledgeNotificationRequest(
                     request_id=new_request_id(), name=delivery.notification))]:
            with self.subTest(method=method):
                error = self.assert_code(grpc.StatusCode.NOT_FOUND, service, method, request, tenant="stranger")
                self.assert_reason(error, "NOT_FOUND")
        for service, method, request, field in [
                ("intake", "ListReports", intake_service_pb2.ListReportsRequest(), "reports"),
                ("triage", "ListCases", triage_service_pb2.ListCasesRequest(), "cases"),
                ("notification", "ListDeliveries", notification_service_pb2.ListDeliveriesRequest(), "deliveries")]:
            with self.subTest(method=method):
                answer = self.client.call(service, method, request, tenant="stranger")
                self.assertEqual(len(getattr(answer, field)), 0)

    def test_caller_without_a_row_is_refused(self):
        stranger = self.system.client(identity="stranger")
        with self.assertRaises(grpc.RpcError) as caught:
            stranger.call("intake", "SubmitReport", make_request())
        self.assertEqual(caught.exception.code(), grpc.StatusCode.PERMISSION_DENIED)
        self.assert_reason(caught.exception, "CALLER_NOT_ALLOWED")

    def test_a_certificate_alone_opens_no_content(self):
        report = self.submit()
        case = self.wait_case(report)
        refused = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)
        reads = [("intake", "GetReport", intake_service_pb2.GetReportRequest(name=report)),
                 ("intake", "BatchGetReports", intake_service_pb2.BatchGetReportsRequest(names=[report], tenant="acme")),
                 ("intake", "ListReports", intake_service_pb2.ListReportsRequest()),
                 ("intake", "ListContacts", intake_service_pb2.ListContactsRequest()),
                 ("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=case.name)),
                 ("triage", "ListCases", triage_service_pb2.ListCasesRequest()),
                 ("notification", "ListNotifications", notification_service_pb2.ListNotificationsRequest()),
                 ("notification", "ListDeliveries", notification_service_pb2.ListDeliveriesRequest())]
        for identity in ("portal", "ctl", "load", "intake", "triage", "notification"):
            client = self.system.client(identity=identity)
            # With a person claimed, and for services with a token as if it were their own, too.
            for metadata in ([], [("mamori-tenant", "acme"), ("mamori-person", "desk-1")],
                             client.metadata() if identity in ("intake", "triage", "notification") else []):
                for service, method, request in reads:
                    if (identity, method, metadata) == ("triage", "BatchGetReports", []):
                        continue  # its purpose: it assesses
                    with self.subTest(identity=identity, method=method, metadata=[k for k, _ in metadata]):
                        with self.assertRaises(grpc.RpcError) as caught:
                            getattr(client.stub(service, 0), method)(request, timeout=5, metadata=metadata)
                        self.assertIn(caught.exception.code(), refused)

    def test_a_stream_ends_with_its_token(self):
        now = int(time.time())
        # The clock skew of half a minute leaves it three seconds.
        token = self.system.tokens.issuer.token("desk-1", "acme", ["desk"], iat=now - 300, exp=now - 27)
        stream = self.client.stub("triage", 0).WatchCases(triage_service_pb2.WatchCasesRequest(), timeout=60,
                                                          metadata=[("authorization", "Bearer " + token)])
        self.assertTrue(next(stream).resume_token)
        with self.assertRaises(grpc.RpcError) as caught:
            for _ in stream:
                pass
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
        self.assert_reason(caught.exception, "TOKEN_EXPIRED")
        self.assertLess(time.time() - now, 3 + 5)

    def test_claim_is_told_once_and_outcomes_come_back_to_the_case(self):
        case = self.wait_case(self.submit())
        claim = triage_service_pb2.ClaimCaseRequest(request_id=new_request_id(), name=case.name, etag=case.etag)
        etags = {self.client.call("triage", "ClaimCase", claim, replica=n).etag for n in (0, 1)}
        self.assertEqual(len(etags), 1)
        self.wait_sent(case.name, 3)  # two to the desk, one to the leads
        outcomes = wait_until("three outcomes in the case", lambda: (
            lambda c: c.deliveries if len(c.deliveries) == 3 else None)(self.find_case(case.name)), 20)
        self.assertEqual({o.outcome for o in outcomes}, {"SENT"})

    def test_unacknowledged_page_is_escalated_and_an_acknowledged_one_is_not(self):
        noticed = self.wait_case(self.submit(make_request(THREAT + " Noticed.")))
        ignored = self.wait_case(self.submit(make_request(THREAT + " Ignored.")))
        self.wait_sent(noticed.name, 3)
        request = notification_service_pb2.ListNotificationsRequest(case_name=noticed.name)
        (page,) = [n for n in self.client.call("notification", "ListNotifications", request).notifications
                   if n.route == "page"]
        self.client.call("notification", "AcknowledgeNotification",
                         notification_service_pb2.AcknowledgeNotificationRequest(
                             request_id=new_request_id(), name=page.name))
        escalated = self.wait_sent(ignored.name, 4)
        self.assertIn("director@acme.test", {d.receiver for d in escalated})
        self.assertEqual(len(self.deliveries(noticed.name)), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
