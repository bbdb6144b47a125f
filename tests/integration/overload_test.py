"""Too much work is refused at once and says when to come again; what was accepted is done."""

import pathlib
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import error_details  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import error_details_pb2  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


def one_slow_writer(service, replica, config):
    """Room for few requests, so that a test can fill it."""
    if service == "intake":
        config.group_commit.writers = 1
        config.group_commit.max_batch = 4
        config.group_commit.max_queue = 8


def small_outbox(service, replica, config):
    """Events stay, and few may."""
    if service == "intake":
        config.outbox.paused = True
        config.outbox.max_depth = 5


class Refusals(SystemTest):
    def assert_says_when_to_come_again(self, error, reason):
        self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assert_reason(error, reason)
        (retry,) = [d for d in error_details(error) if isinstance(d, error_details_pb2.RetryInfo)]
        self.assertGreater(retry.retry_delay.ToNanoseconds(), 0)


class QueueTest(Refusals):
    OPTIONS = {"replicas": 1, "gates": ("intake.database",), "adjust": one_slow_writer}

    def test_full_queue_refuses_at_once_while_health_stays_live(self):
        gate = self.system.gates["intake.database"]
        self.submit()
        gate.hold()
        refused, names, lock = [], [], threading.Lock()

        def send():
            begin = time.monotonic()
            try:
                name = self.client.call("intake", "SubmitReport", make_request(), timeout=20).name
                with lock:
                    names.append(name)
            except grpc.RpcError as error:
                with lock:
                    refused.append((time.monotonic() - begin, error))

        threads = [threading.Thread(target=send) for _ in range(40)]
        for thread in threads:
            thread.start()
        wait_until("most are refused", lambda: len(refused) >= 20, 5)
        for _ in range(5):
            self.assertEqual(self.system.liveness("intake", 0), "SERVING")
        gate.open()
        for thread in threads:
            thread.join()
        for seconds, error in refused:
            self.assertLess(seconds, 2)
            self.assert_says_when_to_come_again(error, "OVERLOADED")
        self.assertEqual(len(names) + len(refused), 40)
        self.assertGreaterEqual(len(names), 8)  # those in the queue are done
        for name in names:
            self.wait_case(name)


class BacklogTest(Refusals):
    OPTIONS = {"replicas": 1, "services": ("intake",), "adjust": small_outbox}

    def test_deep_outbox_refuses_reports_but_never_immediate_danger(self):
        error = None
        for _ in range(200):  # the depth is measured now and then, not at every report
            try:
                self.client.call("intake", "SubmitReport", make_request())
            except grpc.RpcError as refusal:
                error = refusal
                break
            time.sleep(0.05)
        self.assertIsNotNone(error, "nothing was refused")
        self.assert_says_when_to_come_again(error, "BACKLOG")
        self.client.call("intake", "SubmitReport", make_request(immediate_danger=True))
        self.assert_code(grpc.StatusCode.RESOURCE_EXHAUSTED, "intake", "SubmitReport", make_request())


if __name__ == "__main__":
    unittest.main(verbosity=2)
