"""The proof itself is put to the proof: each way to lose or to double something is seen and named."""

import pathlib
import sys
import types
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.reports import make_request  # noqa: E402
from harness.stubs import case_pb2, notification_pb2, report_pb2  # noqa: E402
from proof import DESK, LEAD, Proof  # noqa: E402


class NotFound(grpc.RpcError):
    def code(self):
        return grpc.StatusCode.NOT_FOUND


class World:
    """Three reports, the second claimed, all as they should be; answers as the services would."""

    def __init__(self):
        self.submitted, self.reports, self.cases = [], {}, {}
        self.deliveries, self.notifications, self.mails, self.calls = [], [], [], []
        for n in range(3):
            self._add(n, claimed=n == 1)
        self.smtp = types.SimpleNamespace(mails=lambda: self.mails)
        self.webhook = types.SimpleNamespace(accepted=lambda path: self.calls)

    def _add(self, n: int, claimed: bool):
        report, case, request = f"reports/r{n}", f"cases/c{n}", make_request(f"Marker {n}")
        self.submitted.append(types.SimpleNamespace(request=request, name=report, claimed=claimed))
        self.reports[report] = report_pb2.Report(name=report, narrative=request.report.narrative)
        self.cases[report] = case_pb2.Case(name=case, reports=[report], assignee="desk-1" if claimed else "")
        for address in sorted(DESK):
            self.tell(case, "case.opened", "opened", address)
        if claimed:
            self.tell(case, "case.assigned", "assigned", LEAD)
        for event in ["case.opened"] + ["case.assigned"] * claimed:
            delivery_id = self.deliver(case, "", f"webhookEndpoints/e{event}", 2)
            self.calls.append(types.SimpleNamespace(
                webhook_id=delivery_id, event={"type": event, "data": {"case": case}}))

    def tell(self, case: str, event: str, route: str, address: str):
        notification = f"notifications/{case[6:]}-{route}"
        if notification not in {n.name for n in self.notifications}:
            self.notifications.append(notification_pb2.Notification(
                name=notification, case_name=case, event_type=event, route=route))
        delivery_id = self.deliver(case, notification, address, 1)
        self.mails.append(types.SimpleNamespace(delivery_id=delivery_id, receivers=[address], accepted=True))

    def deliver(self, case: str, notification: str, receiver: str, channel: int) -> str:
        delivery_id = f"d{len(self.deliveries)}"
        self.deliveries.append(notification_pb2.Delivery(
            name=f"deliveries/{delivery_id}", notification=notification, case_name=case, channel=channel,
            receiver=receiver, state=notification_pb2.DELIVERY_STATE_SENT))
        return delivery_id

    # As a Client.

    def call_until_answered(self, service, method, request):
        found = (self.reports if service == "intake" else self.cases).get(request.name)
        if found is None:
            raise NotFound()
        return found

    def pages(self, service, method, request, field):
        return {"reports": list(self.reports.values()), "cases": list(self.cases.values()),
                "deliveries": self.deliveries, "notifications": self.notifications}[field]


def lose_report(world):
    del world.reports["reports/r0"]


def mix_up_reports(world):
    world.reports["reports/r0"].narrative = "Marker 1"


def answer_two_with_one(world):
    world.submitted[1].name = world.submitted[0].name


def store_twice(world):
    world.reports["reports/again"] = report_pb2.Report(name="reports/again")


def lose_case(world):
    del world.cases["reports/r2"]


def open_twice(world):
    world.cases["reports/other"] = case_pb2.Case(name="cases/other", reports=["reports/r0"])


def share_case(world):
    world.cases["reports/r1"] = world.cases["reports/r0"]


def forget_claim(world):
    world.cases["reports/r1"].assignee = ""


def leave_unsent(world):
    world.deliveries[0].state = notification_pb2.DELIVERY_STATE_UNKNOWN


def forget_notice(world):
    del world.deliveries[0]


def claim_sent_but_never_send(world):
    del world.mails[0]


def tell_twice(world):
    world.tell("cases/c0", "case.opened", "opened", "desk-a@acme.test")


def hook_under_two_ids(world):
    world.calls.append(types.SimpleNamespace(
        webhook_id="another", event={"type": "case.opened", "data": {"case": "cases/c0"}}))


def mail_under_an_id_of_nothing(world):
    world.mails.append(types.SimpleNamespace(delivery_id="phantom", receivers=["desk-a@acme.test"], accepted=True))


def lose_hook(world):
    del world.calls[0]


class ProofTest(unittest.TestCase):
    def _problems(self, breaking=None) -> str:
        world = World()
        if breaking is not None:
            breaking(world)
        proof = Proof(world, world, world.submitted, "/hook")
        self.assertEqual(proof.prove(), not proof.problems)
        return "\n".join(proof.problems)

    def test_whole_world_passes(self):
        self.assertEqual(self._problems(), "")

    def test_every_harm_is_named(self):
        for breaking, words in [
                (lose_report, "acknowledged, now lost: reports/r0"),
                (mix_up_reports, "reports/r0 holds another report's words"),
                (answer_two_with_one, "two requests were answered with reports/r0"),
                (store_twice, "the list of reports has reports/again"),
                (lose_case, "no case for reports/r2"),
                (open_twice, "the list of cases has cases/other"),
                (share_case, "cases/c0 of reports/r1 holds"),
                (forget_claim, "cases/c1: claimed True"),
                (leave_unsent, "is DELIVERY_STATE_UNKNOWN"),
                (forget_notice, "cases/c0: mails to"),
                (claim_sent_but_never_send, "never reached the mail receiver"),
                (tell_twice, "2 delivery ids for"),
                (hook_under_two_ids, "saw 2 ids for ('cases/c0', 'case.opened')"),
                (mail_under_an_id_of_nothing, "a receiver accepted phantom, which is no delivery"),
                (lose_hook, "never reached the webhook receiver")]:
            with self.subTest(breaking.__name__):
                self.assertIn(words, self._problems(breaking))


if __name__ == "__main__":
    unittest.main(verbosity=2)
