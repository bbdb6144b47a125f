"""A replica of triage or of intake whose clock somebody set, a day and a year both ways: nothing that has lapsed comes
back, nothing that waits ends early, and the others go on as if it were not there, also when it is killed."""

import pathlib
import sys
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import error_details, new_request_id  # noqa: E402
from harness.processes import shifted_clock, wait_until  # noqa: E402
from harness.reports import make_report  # noqa: E402
from harness.stubs import (error_details_pb2, policy_pb2, report_pb2, reporter_service_pb2, text_format,  # noqa: E402
                           triage_service_pb2, two_person_service_pb2)
from harness.testcase import SystemTest  # noqa: E402
from mamori.intake.v1 import identity_service_pb2  # noqa: E402
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
        for service in self.moved:
            self.set_clock(service, {})
        self.system.wait_ready()

    def set_clock(self, service: str, env: dict) -> None:
        self.system.processes[service][MOVED].stop(30)
        self.system.processes[service][MOVED].restart(env)

    def setUp(self):
        self.moved, self.by = set(), 0
        super().setUp()

    def move(self, by: int, service: str = "triage") -> None:
        self.set_clock(service, shifted_clock(f"{by:+d}"))
        self.moved.add(service)
        self.system.wait_ready()
        self.by = by

    def ask(self, person: str, method: str, request, replica: int = RIGHT, service: str = "triage",
            by: int | None = None):
        """As a first reader who has just authenticated by the replica's clock, or by one that is `by` off: the answer, or
        its error's reason."""
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = new_request_id()
        now = int(time.time()) + (by if by is not None else self.by if replica == MOVED else 0)
        roles = ("consultation", "first_reader", "desk")
        token = self.system.tokens.issuer.token(person, "acme", roles, iat=now, exp=now + 300, auth_time=now)
        try:
            return getattr(self.client.stub(service, replica), method)(
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

    def confidential(self) -> str:
        answer = self.ask("hana", "SubmitIdentifiedReport", reporter_service_pb2.SubmitIdentifiedReportRequest(
            report=make_report(), mode="REPORTER_MODE_CONFIDENTIAL"), service="intake")
        self.assertNotIsInstance(answer, str)
        return answer.name

    def read_identity(self, report: str, act, replica: int = RIGHT, request_id: str = "", by: int | None = None):
        return self.ask("reader-1", "UnsealIdentity", identity_service_pb2.UnsealIdentityRequest(
            request_id=request_id, report=report, act=act.name), replica, "intake", by)

    def test_an_identity_is_opened_by_no_clock_but_the_right_one(self):
        """Triage, whose clock is right, decides again by the token that intake passes on; an act that nobody used stays
        good."""
        report = self.confidential()
        case = self.wait_case(report).name
        act = self.approved("UNSEAL_IDENTITY", case, report=report, emergency=True)
        waits = self.approved("UNSEAL_IDENTITY", case, report=report)
        for by in (-DAY, -YEAR, DAY, YEAR):
            with self.subTest(by=by):
                self.move(by, "intake")
                for token_by in (0, by):
                    for which in (act, waits):
                        self.assertIsInstance(self.read_identity(report, which, MOVED, by=token_by), str)
        opened = wait_until("by the right clock it opens", lambda: (
            answer := self.read_identity(report, act, request_id="reading-0001"),
            None if isinstance(answer, str) else answer)[1], 10)
        self.assertEqual(opened.report, report)
        self.assertEqual(self.read_identity(report, waits), "ACT_NOT_READY")
        # An answer that was lost comes again for an hour: not for longer because a clock says so.
        self.assertEqual(self.read_identity(report, act, request_id="reading-0001"), opened)
        for by in (-DAY, -YEAR, DAY, YEAR):
            with self.subTest(again=by):
                self.move(by, "intake")
                self.assertEqual(self.read_identity(report, act, MOVED, "reading-0001"), "ACT_NOT_READY")

    def test_what_a_reporter_decided_last_is_in_force_whatever_the_clocks_say(self):
        """Given by the wrong clock and taken back by the right one, and the other way round; and what triage makes of it.
        Of an intake that is ahead, intake is asked."""
        ahead = self.a_consultation()
        for service, by in [("triage", by) for by in (-DAY, -YEAR, DAY, YEAR)] + [("intake", -DAY), ("intake", -YEAR)]:
            with self.subTest(service=service, by=by):
                self.move(by, service)
                report, case = self.a_consultation()
                moved = MOVED if service == "intake" else RIGHT
                for give, take in ((moved, RIGHT), (RIGHT, moved)):
                    self.decide("GiveConsent", report, give)
                    self.decide("WithdrawConsent", report, take)
                self.wait_consent(case, 4, False)
                self.assertEqual(self.open_consultation(case, MOVED if service == "triage" else RIGHT),
                                 "CONSENT_MISSING")
                self.decide("GiveConsent", report, moved)
                self.wait_consent(case, 5, True)
                self.assertNotIsInstance(self.open_consultation(case, RIGHT), str)
            self.tearDown()
        for by in (DAY, YEAR):
            with self.subTest(service="intake", by=by):
                self.move(by, "intake")
                before = self.in_force(ahead[0]).version
                for method, replica in (("GiveConsent", MOVED), ("WithdrawConsent", RIGHT), ("GiveConsent", RIGHT),
                                        ("WithdrawConsent", MOVED)):
                    self.decide(method, ahead[0], replica)
                    now = self.in_force(ahead[0])
                    self.assertEqual((now.version, now.given), (before + 1, method == "GiveConsent"))
                    before = now.version

    def a_consultation(self) -> tuple[str, str]:
        """The report's name, and the case's."""
        report = wait_until("a report is taken", self._identified_consultation, 20)
        return report, wait_until("a case", lambda: self.find_case(report, RIGHT), 20).name

    def _identified_consultation(self):
        """None while intake says that what it wrote by another clock waits."""
        answer = self.ask("hana", "SubmitIdentifiedReport", reporter_service_pb2.SubmitIdentifiedReportRequest(
            report=make_report(kind=report_pb2.REPORT_KIND_CONSULTATION), mode="REPORTER_MODE_NAMED"), service="intake")
        return None if answer == "BACKLOG" else answer.name

    def in_force(self, report: str):
        return self.ask("hana", "GetConsent", reporter_service_pb2.GetConsentRequest(report=report), service="intake")

    def decide(self, method: str, report: str, replica: int) -> None:
        request = {"GiveConsent": reporter_service_pb2.GiveConsentRequest,
                   "WithdrawConsent": reporter_service_pb2.WithdrawConsentRequest}[method](report=report)
        self.assertNotIsInstance(self.ask("hana", method, request, replica, "intake"), str)

    def open_consultation(self, case: str, replica: int):
        return self.ask("reader-1", "OpenConsultation", triage_service_pb2.OpenConsultationRequest(name=case, consent="c"),
                        replica)

    def wait_consent(self, case: str, version: int, given: bool) -> None:
        def heard():
            access = self.ask("reader-1", "GetAccess", triage_service_pb2.GetAccessRequest(name=case))
            return [(c.version, c.given) for c in access.consents] == [(version, given)]
        wait_until("triage knows what was decided", heard, 20)


    def test_whoever_is_killed_holding_leases_is_followed_within_them_whatever_its_clock_said(self):
        """Until then nobody else takes them: each lasts from now on by the database's clock, for as long as a lease does."""
        for by in (DAY, -DAY):
            with self.subTest(by=by):
                for service, (right, _) in self.system.processes.items():
                    right.stop(30)
                    self.set_clock(service, shifted_clock(f"{by:+d}"))
                    self.moved.add(service)
                wait_until("they hold every relay's lease", lambda: self.held_leases() == 4 * len(self.moved), 30)
                for right, _ in self.system.processes.values():
                    right.start()
                for _, moved in self.system.processes.values():
                    moved.kill()
                self.wait_sent(self.wait_case(self.submit()).name, 2)
            self.tearDown()

    def held_leases(self) -> int:
        """Of relays, that last neither longer than a lease does (2 s) nor shorter than now."""
        now = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"
        return sum(int(self.system.database.sql(
            f"SELECT COUNT(*) FROM mamori_{service}.lease WHERE name LIKE 'relay/%' AND expire_time BETWEEN {now}"
            f" AND {now} + 2000000")[0][0]) for service in self.system.processes)


if __name__ == "__main__":
    unittest.main(verbosity=2)
