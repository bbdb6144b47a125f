"""A process stands still while its lease runs out and then goes on: what it still holds, it may not write."""

import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.system import System  # noqa: E402
from proof import Proof  # noqa: E402
from workload import Load  # noqa: E402


class PauseTest(unittest.TestCase):
    def test_paused_lease_holders_do_no_harm(self):
        with System(replicas=2) as system:
            client = system.client()
            load = Load(client, seed=1, rate=20, threads=4)
            load.start()
            # Every replica stands still for longer than the relay's lease (2 s); one of each service holds it.
            for service in ("intake", "triage", "notification"):
                for process in system.processes[service]:
                    time.sleep(0.5)
                    process.signal(signal.SIGSTOP)
                    time.sleep(3.5)
                    process.signal(signal.SIGCONT)
            load.stop()
            proof = Proof(system, client, load.submitted)
            proof.wait_quiet(60, lambda text: None)
            proof.prove()
            self.assertEqual(load.problems + proof.problems, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
