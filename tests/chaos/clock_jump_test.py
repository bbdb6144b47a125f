"""The clocks of triage's replicas jump a day ahead and back while they are killed: each step of a deadline is told once,
and none before its time."""

import collections
import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import new_request_id  # noqa: E402
from harness.processes import FAKETIME, shifted_clock, wait_until  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402
from mamori.triage.v1 import deadline_service_pb2 as api  # noqa: E402
from mamori.triage.v1 import deadline_service_pb2_grpc  # noqa: E402

JUMPS = ("-1d", "+0", "+1d")
HOUR = 3600
CASES = 20
KILLS = 40 if os.environ.get("MAMORI_LONG") else 10


class ClockJumpTest(SystemTest):

    def start_clock(self, case: str, due_in: float) -> None:
        """Of an hour, so that it began before: for whoever is a day ahead it was missed long ago."""
        request = api.StartClockRequest(request_id=new_request_id(), name=case, clock="late", reason="asked")
        request.start_time.FromMicroseconds(int((time.time() - HOUR + due_in) * 1e6))
        stub = deadline_service_pb2_grpc.DeadlineServiceStub(self.client.channel("triage", 0))
        stub.StartClock(request, timeout=10, metadata=self.client.metadata())

    def jump(self, replica: int, by: str) -> None:
        self.system.processes["triage"][replica].restart(shifted_clock(by))

    def told(self, case: str) -> collections.Counter:
        notes = [n.text for n in self.find_case(case).notes if n.author == "triage"]
        return collections.Counter(line for note in notes for line in note.splitlines())

    def test_each_step_is_told_once_whatever_the_clocks_show(self):
        self.assertTrue(pathlib.Path(FAKETIME).exists(), "the package faketime is missing")
        seed = int(os.environ.get("MAMORI_SEED", time.time_ns() % 10**6))
        print(f"seed {seed}")
        order = random.Random(seed)
        cases = [self.wait_case(self.submit()).name for _ in range(CASES)]
        for case in cases:
            self.start_clock(case, 15)
        far = self.wait_case(self.submit()).name
        self.start_clock(far, HOUR)
        for n in range(KILLS):
            self.jump(n % 2, order.choice(JUMPS))
            time.sleep(order.uniform(0.5, 2.5))
        # At last both are a day ahead, then both right.
        for by in ("+1d", "+0"):
            for replica in (0, 1):
                self.jump(replica, by)
            self.system.wait_ready()
            if by == "+1d":
                time.sleep(5)
        for case in cases:
            told = wait_until(f"what is told of {case}", lambda: self.told(case), 60)
            self.assertTrue(any("deadline.missed late" in line for line in told), told)
            self.assertEqual([line for line, times in told.items() if times > 1], [])
        self.assertEqual(self.told(far), collections.Counter(), "nothing is missed by a clock that is ahead")


if __name__ == "__main__":
    unittest.main(verbosity=2)
