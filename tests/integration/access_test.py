"""Who is kept out of a case cannot tell it from one that never was: not by any RPC, list, stream or answer's bytes."""

import pathlib
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from every_request import NAMED, STREAMS, STREAMS_OF_NO_NAME, make, streaming  # noqa: E402
from harness import paths  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.ids import name_of  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.stubs import intake_service_pb2, notification_service_pb2, triage_service_pb2  # noqa: E402
from hidden_cases import ACCUSED, OF_THE_TENANT, HiddenCases  # noqa: E402
from mamori.triage.v1 import deadline_service_pb2, desk_service_pb2, similarity_service_pb2  # noqa: E402
from other_names import OtherNames  # noqa: E402
from timing import Timing  # noqa: E402


def golden() -> dict[str, list[str]]:
    lines = (paths.ROOT / "tests" / "golden" / "access.txt").read_text().splitlines()
    return {line.split()[0]: line.split()[1:] for line in lines if line and not line.startswith("#")}


class AccessTest(OtherNames, Timing, HiddenCases):

    def test_a_hidden_stream_is_byte_equal_to_what_never_was(self):
        self.assertEqual(streaming(), set(STREAMS) | STREAMS_OF_NO_NAME, "say here what a new stream names")
        hidden = self.a_case(self.client, hidden=True)
        theirs = self.a_case(self.stranger, hidden=False)
        for method, (_, kind, _) in STREAMS.items():
            with self.subTest(method=method):
                never = self.stream_answer(self.accused, method, self.random_of(kind))
                self.assertEqual(never[0], "NOT_FOUND")
                for names in (hidden, theirs):
                    self.assertEqual(self.stream_answer(self.accused, method, names[kind]), never)
                self.assertNotEqual(self.stream_answer(self.client, method, hidden[kind])[0], "NOT_FOUND")

    def test_every_rpc_answers_as_the_table_says(self):
        table = golden()
        self.assertEqual(sorted(table), sorted(NAMED), "a row per RPC that names a resource")
        for method, (member, excluded, other) in table.items():
            with self.subTest(method=method):
                names = self.a_case(self.client, hidden=True) if method not in OF_THE_TENANT else {
                    "endpoint": self.endpoint(self.client)}
                name, into = names[self.kind_of(method)], self.hidden_case() if method == "MergeCases" else ""
                # Last the one that changes it.
                if method not in OF_THE_TENANT:
                    self.assertEqual(self.answer(self.accused, method, make(method, name, into=into))[0], excluded)
                self.assertEqual(self.answer(self.stranger, method, make(method, name, into=into))[0], other)
                self.assertEqual(self.answer(self.client, method, make(method, name, into=into))[0], member)

    def test_hidden_is_byte_equal_to_what_never_was(self):
        hidden = self.a_case(self.client, hidden=True) | {"endpoint": self.endpoint(self.stranger)}
        theirs = self.a_case(self.stranger, hidden=False) | {"endpoint": self.endpoint(self.stranger)}
        for method in NAMED:
            for etag in ("", "v99"):
                with self.subTest(method=method, etag=etag):
                    never = self.answer(self.accused, method, make(method, self.random_name(method), etag))
                    self.assertEqual(never[0], "NOT_FOUND")
                    for names in (hidden, theirs):
                        name = names[self.kind_of(method)]
                        self.assertEqual(self.answer(self.accused, method, make(method, name, etag)), never)
        # Also as what a case that he does see is merged into.
        seen = self.a_case(self.client, hidden=False)["case"]
        never = self.answer(self.accused, "MergeCases", make("MergeCases", seen))
        self.assertEqual(self.answer(self.accused, "MergeCases", make("MergeCases", seen, into=hidden["case"])), never)

    def test_lists_and_batches_leave_out_what_is_hidden(self):
        hidden, seen = (self.a_case(self.client, hidden=h) for h in (True, False))
        batch = intake_service_pb2.BatchGetReportsRequest(names=[hidden["report"], seen["report"]])
        answer = self.accused.call("intake", "BatchGetReports", batch)
        self.assertEqual([r.name for r in answer.reports], [seen["report"]])
        lists = [("intake", "ListReports", intake_service_pb2.ListReportsRequest(page_size=3), "reports", "report"),
                 ("triage", "ListCases", triage_service_pb2.ListCasesRequest(page_size=3), "cases", "case"),
                 ("notification", "ListNotifications", notification_service_pb2.ListNotificationsRequest(page_size=3),
                  "notifications", "notification"),
                 ("notification", "ListDeliveries", notification_service_pb2.ListDeliveriesRequest(page_size=3),
                  "deliveries", "delivery")]
        for service, method, request, field, kind in lists:
            with self.subTest(method=method):
                sizes, names = [], set()
                request = type(request).FromString(request.SerializeToString())
                while True:
                    page = self.accused.call(service, method, request)
                    sizes.append(len(getattr(page, field)))
                    names.update(one.name for one in getattr(page, field))
                    request.page_token = page.next_page_token
                    if not request.page_token:
                        break
                self.assertIn(seen[kind], names)
                self.assertNotIn(hidden[kind], names)
                self.assertEqual(set(sizes[:-1]) - {3}, set(), "full pages")
                # A token is its person's alone.
                first = type(request)(page_size=1)
                token = self.accused.call(service, method, first).next_page_token
                mine = self.answer_list(self.client, service, method, type(request)(page_size=1, page_token=token))
                self.assertEqual(mine, "INVALID_ARGUMENT")

    def answer_list(self, client, service: str, method: str, request) -> str:
        try:
            client.call(service, method, request)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name

    def test_no_mail_reaches_whom_the_reporter_keeps_out(self):
        """desk-a@acme.test is read by test/accused, by the policy of the tests."""
        mails = lambda case: [m for m in self.system.smtp.mails() if case.split("/")[1] in m.text]  # noqa: E731
        open_case = self.a_case(self.client, hidden=False)["case"]
        wait_until("the mail of an open case", lambda: any(
            "desk-a@acme.test" in m.receivers for m in mails(open_case)), 20)
        hidden = self.a_case(self.client, hidden=True)["case"]
        last = self.a_case(self.client, hidden=False)["case"]
        wait_until("the mail of a later case", lambda: mails(last), 20)
        self.assertEqual([m for m in mails(hidden) if "desk-a@acme.test" in m.receivers], [])

    @staticmethod
    def searches(report: str) -> list[tuple]:
        """Whatever lists or finds, over all that the person may see."""
        newest = {"page_size": 100}
        return [("triage", "ListCases", triage_service_pb2.ListCasesRequest(company="acme-jp", **newest)),
                ("triage", "ListDeadlines", deadline_service_pb2.ListDeadlinesRequest(**newest)),
                ("triage", "ListOpenTasks", desk_service_pb2.ListOpenTasksRequest(**newest)),
                ("triage", "ListSimilarReports", similarity_service_pb2.ListSimilarReportsRequest(name=report)),
                ("intake", "ListReports", intake_service_pb2.ListReportsRequest(company="acme-jp", **newest)),
                ("notification", "ListNotifications", notification_service_pb2.ListNotificationsRequest(**newest)),
                ("notification", "ListDeliveries", notification_service_pb2.ListDeliveriesRequest(**newest))]

    def test_the_accused_polls_from_before_the_report_and_sees_nothing(self):
        seen, stop = set(), threading.Event()

        def watch():
            stream = self.accused.stub("triage", 0).WatchCases(
                triage_service_pb2.WatchCasesRequest(), metadata=self.accused.metadata())
            threading.Thread(target=lambda: (stop.wait(60), stream.cancel())).start()
            try:
                for answer in stream:
                    if answer.HasField("event"):
                        seen.add(name_of("cases", answer.event.subject_id))
            except grpc.RpcError:
                pass  # cancelled

        pages = {}  # by method: all bytes that he got

        def poll():
            while not stop.is_set():
                request = triage_service_pb2.ListCasesRequest(page_size=7)
                seen.update(c.name for c in self.accused.pages("triage", "ListCases", request, "cases"))
                for service, method, request in self.searches(mine):
                    page = self.accused.call(service, method, request)
                    pages[method] = pages.get(method, b"") + page.SerializeToString()
                time.sleep(0.05)

        mine = self.a_case(self.client, hidden=False)["report"]  # with the same words as those to come
        threads = [threading.Thread(target=watch), threading.Thread(target=poll)]
        for thread in threads:
            thread.start()
        time.sleep(1)  # "from now on" begins when the service has the call
        kept_out = self.a_case(self.client, hidden=True)
        hidden = kept_out["case"]
        later = self.wait_case(self.submit()).name
        wait_until("the stream and the lists show what is open", lambda: later in seen, 20)
        # Kept out mid-case: nothing that happens afterwards is shown.
        self.client.call("triage", "ExcludePerson", triage_service_pb2.ExcludePersonRequest(
            request_id=new_request_id(), name=later, person=ACCUSED))
        time.sleep(0.5)
        seen.clear()
        for name in (hidden, later):
            self.client.call("triage", "ClaimCase", make("ClaimCase", name))
        last = self.wait_case(self.submit()).name
        wait_until("both show what came last", lambda: last in seen, 20)
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertNotIn(hidden, seen)
        self.assertNotIn(later, seen)
        # Not in any list or search, by any name, from before it was sent; nor in his mailbox.
        for name in kept_out.values():
            for method, got in pages.items():
                self.assertNotIn(name.split("/")[-1].encode(), got, method)
        for method in ("ListCases", "ListReports", "ListNotifications", "ListDeliveries"):
            self.assertTrue(pages[method], f"{method} lists something")
        wait_until("the mail of what came last", lambda: self.mails_about(last), 20)
        self.assertEqual([m for m in self.mails_about(hidden) if "desk-a@acme.test" in m.receivers], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
