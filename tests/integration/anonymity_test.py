"""Nothing that is stored, logged, mailed or posted about an anonymous report tells who it was or when within the day.

Every column of every table that the road of an anonymous report enters stands in tests/golden/anonymous_columns.json,
with what it may hold; a new column without an entry fails.
"""

import base64
import json
import pathlib
import re
import sys
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import access, paths, receipt  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.evidence import upload_by_receipt  # noqa: E402
from harness.database import SERVICES  # noqa: E402
from harness.leaks import DAY, Tables, exact_times  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import MAILS_PER_CASE, make_anonymous, make_request  # noqa: E402
from harness.stubs import (dialogue_service_pb2, intake_service_pb2, notification_service_pb2,  # noqa: E402
                           report_pb2, reporter_service_pb2, triage_service_pb2)
from harness.testcase import SystemTest  # noqa: E402

# What the columns (tests/golden/anonymous_columns.json) of an anonymous report's rows may hold:
#   id      random, or derived from what is
#   day     a time told to the day, by its begin or its end
#   drawn   a time drawn at random after the report's (anonymous_notices), or one of which nothing is known any more
#   order   the order of leaving after the wait
#   plain   names, states, counters and hashes, alike for every report of its kind
#   bytes   a message of ours, in which no exact time is found
ALLOWED = json.loads((paths.ROOT / "tests" / "golden" / "anonymous_columns.json").read_text())
MAIL_HEADERS = {"Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding"}
WEBHOOK_HEADERS = {"host", "accept", "content-type", "content-length", "webhook-id", "webhook-timestamp",
                   "webhook-signature", "user-agent"}
REPORTS = 8


class AnonymityTest(SystemTest):
    OPTIONS = {"replicas": 1, "adjust": access.of_one_tenant}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.call("notification", "CreateWebhookEndpoint",
                        notification_service_pb2.CreateWebhookEndpointRequest(
                            request_id=new_request_id(), webhook_endpoint={
                                "company": "acme-jp", "url": cls.system.webhook.url("/anonymous")}))
        cls.begin = time.time() - 1
        cls.requests, cls.names = [], []
        for _ in range(REPORTS):
            request = make_anonymous()
            # Told by the reporter, and his to tell: not what is looked for here.
            del request.report.occurrences[:]
            cls.names.append(cls.client.call("intake", "SubmitAnonymousReport", request, anonymous=True).name)
            cls.requests.append(request)
            cls.client.call("intake", "PostAnonymousMessage", dialogue_service_pb2.PostAnonymousMessageRequest(
                receipt=request.receipt, request_id=new_request_id(), message={"text": "Again.", "language": "en"}),
                            anonymous=True)
            upload_by_receipt(cls.client, request.receipt)
            cls.named = cls.client.call("intake", "SubmitReport", make_request()).name
        cls.decided, cls.receipts = cls._decide_all()
        cls.cases = [wait_until(f"a case for {name}", lambda: cls._case(name), 30) for name in cls.names]
        cls.opened = time.time()

    @classmethod
    def _decide_all(cls):
        """What a reporter can decide by receipt, on a report of its own. Its name, and every receipt that it had."""
        def by_receipt(method, request):
            return cls.client.call("intake", method, request, anonymous=True)

        request = make_anonymous(kind=report_pb2.REPORT_KIND_CONSULTATION)
        del request.report.occurrences[:]
        name = by_receipt("SubmitAnonymousReport", request).name
        newer = receipt.make()
        by_receipt("RotateReceipt", reporter_service_pb2.RotateReceiptRequest(receipt=request.receipt, new_receipt=newer))
        wait_until("its case", lambda: cls._case(name), 30)
        cls.client.call("intake", "PostMessage", dialogue_service_pb2.PostMessageRequest(
            request_id=new_request_id(), report=name, message={"text": "When?", "language": "en"}))
        seen = wait_until("the desk's word", lambda: [m for m in by_receipt(
            "ListAnonymousMessages", dialogue_service_pb2.ListAnonymousMessagesRequest(
                receipt=newer, after_number=-1)).messages if m.text == "When?"], 30)
        by_receipt("MarkAnonymousMessagesRead", dialogue_service_pb2.MarkAnonymousMessagesReadRequest(
            receipt=newer, number=seen[0].number))
        by_receipt("GiveAnonymousConsent", reporter_service_pb2.GiveAnonymousConsentRequest(receipt=newer))
        by_receipt("WithdrawAnonymousConsent", reporter_service_pb2.WithdrawAnonymousConsentRequest(receipt=newer))
        by_receipt("SetAnonymousSharing", reporter_service_pb2.SetAnonymousSharingRequest(
            receipt=newer, sharing={"scope": reporter_service_pb2.SHARING_SCOPE_NOBODY}))
        by_receipt("WithdrawAnonymousReport", reporter_service_pb2.WithdrawAnonymousReportRequest(receipt=newer))
        return name, [request.receipt, newer]

    @classmethod
    def _case(cls, name):
        try:
            return cls.client.call("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=name))
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.NOT_FOUND:
                return None
            raise

    @staticmethod
    def _raw(name: str) -> bytes:
        number = 0
        for c in name.split("/")[1]:
            number = number << 5 | "0123456789abcdefghjkmnpqrstvwxyz".index(c)
        return number.to_bytes(16, "big")

    def _tables(self) -> Tables:
        return Tables(self.system.database, [f"mamori_{s}" for s in SERVICES])

    def test_1_notices_wait(self):
        """At least as long as the policy says (2 s), though the case is there at once; those of danger do not wait."""
        self.assertLess(self.opened - self.begin, 30)
        early = [m for m in self.system.smtp.mails() if any(c.name.split("/")[1] in m.text for c in self.cases)
                 and m.receive_time < self.begin + 1 + 2]
        self.assertEqual(early, [])
        danger = make_anonymous(immediate_danger=True)
        case = self.wait_case(self.client.call("intake", "SubmitAnonymousReport", danger, anonymous=True).name)
        wait_until("a page", lambda: self.mails_about(case.name), 10, 0.05)
        for case in self.cases:
            # By webhook of the case, of the message and of the file.
            self.wait_sent(case.name, MAILS_PER_CASE + 3, 40)

    def test_2_answers_are_told_by_day(self):
        for name, case in zip(self.names, self.cases):
            report = self.client.call("intake", "GetReport", intake_service_pb2.GetReportRequest(name=name))
            answers = [report, self._case(name)]
            answers += self.deliveries(case.name)
            answers += self.client.pages("notification", "ListNotifications",
                                         notification_service_pb2.ListNotificationsRequest(
                                             case_name=case.name, page_size=100), "notifications")
            for answer in answers:
                self.assertEqual(exact_times(answer.SerializeToString(), self.begin, time.time()), [], answer)
            self.assertTrue(self._case(name).anonymous)
            desk = dialogue_service_pb2.PostMessageRequest(
                request_id=new_request_id(), report=name, message={"text": "When?", "language": "en"})
            self.client.call("intake", "PostMessage", desk)
            listed = self.client.call("intake", "ListMessages",
                                      dialogue_service_pb2.ListMessagesRequest(report=name, after_number=-1))
            self.assertEqual([m.number for m in listed.messages], [0, 1, 2])
            self.assertEqual(listed.unread_count, 1)
            self.assertEqual(exact_times(listed.SerializeToString(), self.begin, time.time()), [], listed)

    def test_3_every_column_holds_what_it_may(self):
        tables = self._tables()
        about = tables.about({self._raw(n) for n in (*self.names, self.decided)})
        for table in ("receipt", "message_read", "consent", "sharing", "withdrawal"):
            self.assertIn(("mamori_intake", table), about, "the road does not go there")
        for (schema, table), rows in about.items():
            key = f"{schema.removeprefix('mamori_')}.{table}"
            for column, _ in tables.columns[schema, table]:
                self.assertIn(column, ALLOWED.get(key, {}), f"{key}.{column} has no entry for anonymous reports")
                for row in rows:
                    self._check(f"{key}.{column}", ALLOWED[key][column], row[column])
            for column in ALLOWED[key]:
                self.assertIn(column, [c for c, _ in tables.columns[schema, table]], f"{key}: no such column")

    def test_3_the_same_look_at_a_named_report_finds_its_time(self):
        about = self._tables().about({self._raw(self.named)})
        for table, column in (("report", "create_time"), ("audit_group", "time"), ("audit_group", "entries")):
            found = [exact_times(row[column], self.begin, time.time()) for row in about["mamori_intake", table]]
            self.assertTrue(any(found), f"{table}.{column}")
        for table, column in (("case_record", "create_time"), ("case_report", "join_time"), ("inbox", "update_time")):
            found = [exact_times(row[column], self.begin, time.time()) for row in about["mamori_triage", table]]
            self.assertTrue(any(found), f"{table}.{column}")

    def _check(self, where: str, kind: str, value):
        if value is None or kind in ("drawn", "order"):
            return
        if kind == "day":
            self.assertEqual(value % DAY, 0, where)
        else:
            self.assertEqual(exact_times(value, self.begin, time.time()), [], where)
            if kind == "id":
                self.assertIn(len(value), (16, 32), where)

    def test_4_no_column_puts_them_in_order(self):
        """But for the order of leaving, which a wait drawn at random has made: no column of a table sorts the
        anonymous reports as they were sent."""
        about = [self._tables().about({self._raw(name)}) for name in self.names]
        tables = set.intersection(*(set(one) for one in about))
        self.assertIn(("mamori_triage", "case_record"), tables)
        for table in tables:
            rows = [one[table] for one in about]
            for column in rows[0][0]:
                # Of several rows the first in its order: a counter that goes on from row to row shows in it.
                columns = [[row[column] for row in some] for some in rows]
                if any(None in values for values in columns):
                    continue
                values = [min(values) for values in columns]
                if len(set(values)) < len(values):
                    continue
                self.assertFalse(values == sorted(values) or values == sorted(values, reverse=True),
                                 f"{table}.{column} has the order of the reports")

    def test_5_nothing_shares_a_row_with_a_named_report(self):
        tables = self._tables()
        raw = {self._raw(n) for n in self.names}
        every = {row["report_id"] for row in tables.rows["mamori_intake", "report"]}
        for key in (("mamori_intake", "audit_group"), ("mamori_triage", "audit_group"),
                    ("mamori_intake", "audit_leaf"), ("mamori_triage", "audit_leaf")):
            for row in tables.rows[key]:
                held = {one for one in every if any(one in v for v in row.values() if isinstance(v, bytes))}
                self.assertFalse(held & raw and held - raw, key)

    def test_6_logs_mails_and_webhooks(self):
        receipts = [r.receipt for r in self.requests] + self.receipts
        for process in self.system.all_processes():
            for line in process.log.read_text().splitlines():
                # No method of theirs either: each has one of these words in its name.
                for secret in (*receipts, *self.names, self.decided, "Anonymous", "RotateReceipt"):
                    self.assertNotIn(secret, line)
        ids = [c.name.split("/")[1] for c in self.cases]
        mails = [m for m in self.system.smtp.mails() if any(i in m.text for i in ids)]
        self.assertGreaterEqual(len(mails), REPORTS * MAILS_PER_CASE)
        for mail in mails:
            self.assertLessEqual(set(mail.message.keys()), MAIL_HEADERS)
            self.assertRegex(mail.message["Date"], r" 00:00:00 \+0000$")
            self.assertIsNone(re.search(r"\d\d:\d\d", mail.text))
        calls = [c for c in self.system.webhook.calls("/anonymous") if c.event["subject"].split("/")[1] in ids]
        self.assertGreaterEqual(len(calls), REPORTS)
        for call in calls:
            self.assertLessEqual({k.lower() for k in call.headers}, WEBHOOK_HEADERS)
            self.assertTrue(call.event["time"].endswith("T00:00:00.000000Z"), call.event)

    def test_7_the_receipt_is_nowhere(self):
        forms = []
        for text in [r.receipt for r in self.requests] + self.receipts:
            number = int.from_bytes(bytes(["0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(c) for c in text[:26]]), "big")
            forms += [text.encode(), text.lower().encode(), base64.b64encode(text.encode()),
                      number.to_bytes(26, "big")]
        for table, rows in self._tables().rows.items():
            for row in rows:
                for value in row.values():
                    if isinstance(value, bytes):
                        self.assertFalse(any(form in value for form in forms), table)


if __name__ == "__main__":
    unittest.main(verbosity=2)
