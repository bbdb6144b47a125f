"""The work was done and the answer was lost: on the way to the client, from the database, between two services."""

import pathlib
import sys
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.processes import wait_until  # noqa: E402
from harness import access, receipt  # noqa: E402
from harness.reports import make_anonymous, make_request  # noqa: E402
from harness.stubs import intake_service_pb2, notification_pb2, reporter_service_pb2, triage_service_pb2  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


class LostAnswerTest(SystemTest):
    OPTIONS = {"replicas": 1, "plain": True, "adjust": access.of_one_tenant,
               "gates": ("client.intake", "intake.database", "triage.database", "notification.database",
                         "intake.triage", "triage.notification", "notification.triage")}

    def _stored(self) -> int:
        return int(self.system.database.sql("SELECT COUNT(*) FROM mamori_intake.report")[0][0])

    def _check_all_exactly_once(self, reports: list[str]):
        """Each report has a case of its own and two mails under one id each."""
        cases = set()
        for report in reports:
            case = self.wait_case(report, 40)
            self.assertEqual(list(case.reports), [report])
            cases.add(case.name)
            self.wait_sent(case.name, 2, 40)
            self.assertEqual(len({m.delivery_id for m in self.mails_about(case.name)}), 2)
        self.assertEqual(len(cases), len(reports))
        self.assertEqual(self._stored(), len(list(self.client.pages(
            "intake", "ListReports", intake_service_pb2.ListReportsRequest(page_size=1000), "reports"))))
        request = triage_service_pb2.ListCasesRequest(page_size=1000)
        self.assertEqual(len(list(self.client.pages("triage", "ListCases", request, "cases"))), self._stored())
        for delivery in self.deliveries():
            self.assertEqual(delivery.state, notification_pb2.DELIVERY_STATE_SENT)

    def test_answer_to_the_client_is_lost(self):
        gate, before, request = self.system.gates["client.intake"], self._stored(), make_request()
        self.client.call("intake", "GetReport", intake_service_pb2.GetReportRequest(name=self.submit()))
        gate.silence_answers()
        self.assert_code(grpc.StatusCode.DEADLINE_EXCEEDED, "intake", "SubmitReport", request, timeout=1.5)
        gate.cut()
        gate.open()
        self.assertEqual(self._stored(), before + 2)
        names = {self.submit(request) for _ in range(3)}
        self.assertEqual(len(names), 1)
        self.assertEqual(self._stored(), before + 2)
        self._check_all_exactly_once(list(names))

    def test_anonymous_reporter_of_a_killed_service_has_a_receipt_that_works(self):
        """kill -9 between COMMIT and answer: the same call again is the same report, and its receipt is in force."""
        self.submit()  # the connection stands
        gate, before, request = self.system.gates["client.intake"], self._stored(), make_anonymous()
        process = self.system.processes["intake"][0]
        gate.silence_answers()
        self.assert_code(grpc.StatusCode.DEADLINE_EXCEEDED, "intake", "SubmitAnonymousReport", request, timeout=1.5,
                         anonymous=True)
        self.assertEqual(self._stored(), before + 1)
        process.kill()
        gate.cut()
        gate.open()
        process.start()
        self.system.wait_ready()
        names = {self.client.call_until_answered("intake", "SubmitAnonymousReport", request, anonymous=True).name
                 for _ in range(3)}
        self.assertEqual(len(names), 1)
        self.assertEqual(self._stored(), before + 1)
        rotate = reporter_service_pb2.RotateReceiptRequest(receipt=request.receipt, new_receipt=receipt.make())
        gate.silence_answers()
        self.assert_code(grpc.StatusCode.DEADLINE_EXCEEDED, "intake", "RotateReceipt", rotate, timeout=1.5,
                         anonymous=True)
        gate.cut()
        gate.open()
        for _ in range(2):
            self.client.call_until_answered("intake", "RotateReceipt", rotate, anonymous=True)
        rotate.new_receipt = receipt.make()
        self.assert_code(grpc.StatusCode.NOT_FOUND, "intake", "RotateReceipt", rotate, anonymous=True)
        self.wait_sent(self.wait_case(names.pop(), 40).name, 2, 40)

    def test_answer_to_commit_is_lost(self):
        for link in ("intake.database", "triage.database", "notification.database"):
            gate, before = self.system.gates[link], self.system.gates[link].swallowed
            reports = []
            for _ in range(12):
                # Leases and timers commit too; among a dozen some are the report's own.
                gate.swallow_answer_after(b"COMMIT")
                reports.append(self.submit(patience=60))
                time.sleep(0.05)
            with self.subTest(link=link):
                self.assertGreaterEqual(gate.swallowed - before, 8)
                gate.open()
                self._check_all_exactly_once(reports)

    def test_answer_of_the_next_service_is_lost(self):
        for link in ("intake.triage", "triage.notification", "notification.triage"):
            gate = self.system.gates[link]
            self._check_all_exactly_once([self.submit()])
            lost = gate.silenced
            gate.silence_answers()
            reports = [self.submit() for _ in range(6)]
            wait_until(f"{link} has lost an answer", lambda: gate.silenced > lost, 20)
            time.sleep(1)
            gate.cut()
            gate.open()
            with self.subTest(link=link):
                self._check_all_exactly_once(reports)


if __name__ == "__main__":
    unittest.main(verbosity=2)
