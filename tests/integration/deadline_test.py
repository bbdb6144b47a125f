"""A missed deadline is told once, by two replicas, through the outbox, to those whom the policy names."""

import pathlib
import sys
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import new_request_id  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402
from mamori.triage.v1 import deadline_service_pb2 as api  # noqa: E402
from mamori.triage.v1 import deadline_service_pb2_grpc  # noqa: E402


class DeadlineTest(SystemTest):

    def deadlines(self, method: str, request, replica: int = 0):
        stub = deadline_service_pb2_grpc.DeadlineServiceStub(self.client.channel("triage", replica))
        return getattr(stub, method)(request, timeout=10, metadata=self.client.metadata())

    def start_late(self, case: str):
        request = api.StartClockRequest(request_id=new_request_id(), name=case, clock="late", reason="asked long ago")
        request.start_time.seconds = int(time.time()) - 3 * 3600
        return self.deadlines("StartClock", request)

    def receivers(self, case: str) -> list[str]:
        return sorted(m.receivers[0] for m in self.mails_about(case))

    def test_a_missed_deadline_and_its_escalation_are_each_told_once(self):
        case = self.wait_case(self.submit()).name
        self.wait_sent(case, 2)
        self.assertTrue(self.start_late(case).missed)
        self.wait_sent(case, 4)
        time.sleep(2.5)  # both replicas have looked again
        self.assertEqual(self.receivers(case),
                         ["desk-a@acme.test", "desk-b@acme.test", "director@acme.test", "lead@acme.test"])
        notes = [n.text for n in self.find_case(case).notes if n.author == "triage"]
        self.assertEqual(len(notes), 1)
        self.assertIn("deadline.missed late", notes[0])

    def test_what_is_due_while_a_replica_dies_is_told_by_the_other(self):
        cases = [self.wait_case(self.submit()).name for _ in range(5)]
        for case in cases:
            self.wait_sent(case, 2)
        for case in cases:
            self.start_late(case)
        self.system.processes["triage"][1].kill()
        for case in cases:
            self.wait_sent(case, 4, 30)

    def test_the_queue_shows_it_and_a_person_completes_it_late(self):
        case = self.wait_case(self.submit()).name
        deadline = self.start_late(case).name
        queue = self.deadlines("ListDeadlines", api.ListDeadlinesRequest(page_size=1000), 1).deadlines
        self.assertIn(deadline, [d.name for d in queue])
        done = self.deadlines("CompleteDeadline", api.CompleteDeadlineRequest(
            request_id=new_request_id(), name=case, deadline=deadline, reason="answered"))
        self.assertEqual((done.state, done.missed), (api.DEADLINE_STATE_COMPLETED, True))
        queue = self.deadlines("ListDeadlines", api.ListDeadlinesRequest(page_size=1000), 1).deadlines
        self.assertNotIn(deadline, [d.name for d in queue])
        with self.assertRaises(grpc.RpcError) as error:
            self.deadlines("CompleteDeadline", api.CompleteDeadlineRequest(
                request_id=new_request_id(), name=case, deadline=deadline, reason="again"))
        self.assert_reason(error.exception, "STATE_NOT_ALLOWED")


if __name__ == "__main__":
    unittest.main()
