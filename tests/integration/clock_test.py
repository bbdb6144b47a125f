"""A replica of triage whose clock somebody set, a day and a year both ways: nothing that has lapsed comes back, nothing
that waits ends early, and the others go on as if it were not there."""

import pathlib
import sys
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import error_details, new_request_id  # noqa: E402
from harness.processes import shifted_clock, wait_until  # noqa: E402
from harness.stubs import (error_details_pb2, policy_pb2, text_format, triage_service_pb2,  # noqa: E402
                           two_person_service_pb2)
from harness.testcase import SystemTest  # noqa: E402
from mamori.triage.v1 import hold_service_pb2  # noqa: E402

DAY, YEAR = 86400, 366 * 86400
RIGHT, MOVED = 0, 1  # replicas


def slow(service, replica, config):
    """Acts wait an hour, in an emergency a second, and lapse after a month. What was withdrawn is kept for a month."""
    if service == "intake":
        return
    with open(config.policy_file, encoding="utf-8") as file:
        policy = text_format.Parse(file.read(), policy_pb2.Policy())
    policy.two_person.wait.FromSeconds(3600)
    policy.two_person.emergency_wait.FromSeconds(1)
    policy.two_person.expiry.FromSeconds(30 * DAY)
    policy.retention.classes.add(id="all", months=1)
    config.policy_file = config.server.tls.ca_file.rsplit("/", 2)[0] + "/policy.textproto"
    with open(config.policy_file, "w", encoding="utf-8") as file:
        file.write(text_format.MessageToString(policy, as_utf8=True))


class ClockTest(SystemTest):
    OPTIONS = {"adjust": slow, "for_years": True}

    def tearDown(self):
        self.system.processes["triage"][MOVED].restart({})
        self.system.wait_ready()

    def move(self, by: int) -> None:
        self.system.processes["triage"][MOVED].restart(shifted_clock(f"{by:+d}"))
        self.system.wait_ready()
        self.by = by

    def ask(self, person: str, method: str, request, replica: int = RIGHT):
        """As a first reader who has just authenticated by the replica's clock: the answer, or its error's reason."""
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = new_request_id()
        now = int(time.time()) + (self.by if replica == MOVED else 0)
        token = self.system.tokens.issuer.token(person, "acme", ("first_reader", "desk"), iat=now, exp=now + 300,
                                                auth_time=now)
        try:
            return getattr(self.client.stub("triage", replica), method)(
                request, timeout=10, metadata=[("authorization", "Bearer " + token)])
        except grpc.RpcError as error:
            infos = [d for d in error_details(error) if isinstance(d, error_details_pb2.ErrorInfo)]
            return infos[0].reason if infos else f"{error.code()}: {error.details()}"

    def request(self, kind: str, resource: str, emergency: bool = False, replica: int = RIGHT, **fields):
        act = two_person_service_pb2.TwoPersonAct(kind=f"ACT_KIND_{kind}", resource=resource, reason="r",
                                                  emergency=emergency)
        for name, value in fields.items():
            act.fields.add(name=name, value=value)
        return self.ask("reader-1", "RequestAct", two_person_service_pb2.RequestActRequest(act=act), replica)

    def approve(self, act, replica: int = RIGHT):
        return self.ask("reader-2", "ApproveAct", two_person_service_pb2.ApproveActRequest(
            name=act.name, hash=act.hash), replica)

    def approved(self, *arguments, **options):
        act = self.request(*arguments, **options)
        self.assertNotIsInstance(act, str)
        self.assertNotIsInstance(self.approve(act), str)
        return act

    def let_in(self, case: str, act, replica: int = RIGHT):
        return self.ask("reader-1", "RemoveExclusion", two_person_service_pb2.RemoveExclusionRequest(
            name=case, act=act.name, person="test/out"), replica)

    def release(self, hold: str, act, replica: int = RIGHT):
        return self.ask("reader-1", "ReleaseHold", hold_service_pb2.ReleaseHoldRequest(
            name=hold, act=act.name), replica)

    def a_case(self) -> str:
        case = self.wait_case(self.submit()).name
        self.assertNotIsInstance(self.ask("reader-1", "ExcludePerson", triage_service_pb2.ExcludePersonRequest(
            name=case, person="test/out")), str)
        return case

    def a_hold(self, case: str) -> str:
        placed = self.ask("reader-1", "PlaceHold", hold_service_pb2.PlaceHoldRequest(
            hold={"case_name": case, "issuer": "court", "reason": "r"}))
        self.assertNotIsInstance(placed, str)
        return placed.name

    def a_withdrawn_case(self) -> str:
        case = self.wait_case(self.submit()).name
        self.assertNotIsInstance(self.ask("reader-1", "WithdrawCase", triage_service_pb2.WithdrawCaseRequest(
            name=case, reason="r")), str)
        return case

    def test_a_clock_that_was_set_back_makes_nothing_possible(self):
        case, old = self.a_case(), self.a_withdrawn_case()
        hold = self.a_hold(case)
        act = self.approved("REMOVE_EXCLUSION", case, person="test/out", emergency=True)
        open_act = self.request("REMOVE_EXCLUSION", case, person="test/out")
        release = self.approved("RELEASE_HOLD", hold)
        for by in (-DAY, -YEAR):
            with self.subTest(by=by):
                self.move(by)
                answers = {
                    "request": self.request("REMOVE_EXCLUSION", case, person="test/out", replica=MOVED),
                    "request a disposal": self.request("DISPOSE_CASE", old, replica=MOVED),
                    "request a release": self.request("RELEASE_HOLD", hold, replica=MOVED),
                    "approve": self.approve(open_act, MOVED),
                    "do": self.let_in(case, act, MOVED),
                    "release": self.release(hold, release, MOVED),
                }
                self.assertEqual(answers, {what: "CLOCK_BEHIND" for what in answers})
        wait_until("by the right clock it is done", lambda: not isinstance(self.let_in(case, act), str), 10)

    def test_a_clock_that_was_set_forward_ends_nothing_and_holds_up_nobody(self):
        case, old = self.a_case(), self.a_withdrawn_case()
        hold = self.a_hold(case)
        act = self.approved("REMOVE_EXCLUSION", case, person="test/out")
        release = self.approved("RELEASE_HOLD", hold)
        for by in (DAY, YEAR):
            with self.subTest(by=by):
                self.move(by)
                self.assertEqual(self.let_in(case, act, MOVED), "ACT_NOT_READY")
                self.assertEqual(self.release(hold, release, MOVED), "ACT_NOT_READY")
                self.assertEqual(self.request("DISPOSE_CASE", old, replica=MOVED), "RETENTION_NOT_OVER")
                # What is begun there begins when it really does.
                begun = self.request("RELEASE_HOLD", hold, replica=MOVED)
                self.assertLess(abs(begun.request_time.seconds - time.time()), 30)
        urgent = self.approved("REMOVE_EXCLUSION", case, person="test/out", emergency=True)
        wait_until("by the right clock it is done", lambda: not isinstance(self.let_in(case, urgent), str), 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
