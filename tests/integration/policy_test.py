"""Replicas with different policy files do not disagree on a case: each case keeps the version it was opened under."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import new_request_id  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.stubs import policy_pb2, text_format, triage_service_pb2  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


def newer_on_second_replicas(service, replica, config):
    """Under the newer policy the leads hear of claims no more, and the desk has one address."""
    if service == "intake" or replica == 0:
        return
    with open(config.policy_file, encoding="utf-8") as file:
        policy = text_format.Parse(file.read(), policy_pb2.Policy())
    policy.title = "Newer policy of the tests"
    del policy.routes[2]
    del policy.recipient_groups[0].mail[1]
    config.policy_file = config.server.tls.ca_file.rsplit("/", 2)[0] + "/newer-policy.textproto"
    with open(config.policy_file, "w", encoding="utf-8") as file:
        file.write(text_format.MessageToString(policy, as_utf8=True))


class PolicyTest(SystemTest):
    OPTIONS = {"adjust": newer_on_second_replicas}

    def test_old_cases_keep_their_version_whoever_handles_them(self):
        triage, notification = self.system.processes["triage"], self.system.processes["notification"]
        triage[1].stop()
        notification[1].stop()
        old = self.wait_case(self.submit())
        self.wait_sent(old.name, 2)
        # A triage with the newer file alone; no notification has met that version yet.
        triage[1].start()
        triage[0].stop()
        new = wait_until("the newer policy's case", lambda r=self.submit(): self.find_case(r, 1), 20)
        self.assertNotEqual(new.policy_digest, old.policy_digest)
        self._check_only_old_case_told()
        time.sleep(1.5)
        notification[1].start()
        self.wait_sent(new.name, 1)
        triage[0].start()
        self.system.wait_ready()
        # Each case is claimed on the replica with the other file.
        for replica, case in ((1, old), (0, new)):
            claim = triage_service_pb2.ClaimCaseRequest(request_id=new_request_id(), name=case.name)
            self.client.call("triage", "ClaimCase", claim, replica)
            for reader in (0, 1):
                self.assertEqual(self.find_case(case.name, reader).policy_digest, case.policy_digest)
        self.wait_sent(old.name, 3)  # the leads hear of it: the old version says so
        time.sleep(1)
        self.assertEqual(len(self.deliveries(new.name)), 1)

    def _check_only_old_case_told(self):
        """Nothing has been sent for a version that no notification service knows."""
        self.assertEqual({d.receiver for d in self.deliveries()}, {"desk-a@acme.test", "desk-b@acme.test"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
