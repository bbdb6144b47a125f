"""Proves from the outside, by the APIs and the receivers, that nothing was lost and nothing doubled."""

import collections
import time

import grpc
import parked

from harness.reports import MAILS_PER_CASE
from harness.stubs import (intake_service_pb2, notification_pb2, notification_service_pb2, triage_service_pb2)

PAGE = 1000
# Addresses that hear of every case, of threats (first step), and of claims, by harness/policy.textproto. The second
# step of the threat's route tells the director, as nobody acknowledges.
DESK = {"desk-a@acme.test", "desk-b@acme.test"}
MANAGER, DIRECTOR, LEAD = "manager@acme.test", "director@acme.test", "lead@acme.test"
assert len(DESK) == MAILS_PER_CASE


class Proof:
    """What is wrong is collected in `problems`, in words that name the report, case or delivery."""

    def __init__(self, system, client, submitted, webhook_path: str | None = None):
        self._system, self._client, self._submitted = system, client, submitted
        self._webhook_path = webhook_path
        self.problems: list[str] = []
        self.counts: dict[str, int] = {}
        self._case_of: dict[str, object] = {}  # by report name

    def _list(self, service, method, request, field):
        return list(self._client.pages(service, method, request, field))

    # Quiescence.

    def wait_quiet(self, timeout: float, say, at_rest=(notification_pb2.DELIVERY_STATE_SENT,)) -> None:
        """Waits until every report has its case and every delivery is at rest, or nothing has moved for long."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            deliveries = self._deliveries()
            waiting = sum(d.state not in at_rest for d in deliveries)
            missing = self._wanted_deliveries() - len(deliveries)
            say(f"healing: {len(deliveries)} deliveries, {waiting} waiting, {missing} to come")
            if waiting == 0 and missing <= 0:
                return
            time.sleep(1)

    def have_parked_sent(self, timeout: float, say) -> None:
        """What a person on the desk does about outcomes that nobody knows: looks at them and sends them again."""
        self.wait_quiet(timeout, say, (notification_pb2.DELIVERY_STATE_SENT, parked.UNKNOWN))
        count, problems = parked.send_again(self._client, self._deliveries(), self._notifications())
        self.problems += problems
        self.counts["outcomes left to a person"] = count
        say(f"{count} outcomes were unknown and are sent again by hand")

    def _deliveries(self):
        return self._list("notification", "ListDeliveries",
                          notification_service_pb2.ListDeliveriesRequest(page_size=PAGE), "deliveries")

    def _notifications(self):
        return self._list("notification", "ListNotifications",
                          notification_service_pb2.ListNotificationsRequest(page_size=PAGE), "notifications")

    def _mails_wanted(self, item) -> set[str]:
        wanted = set(DESK)
        if item.request.report.immediate_danger:  # the load's threats are dangers too
            wanted |= {MANAGER, DIRECTOR}
        if item.claimed:
            wanted.add(LEAD)
        return wanted

    def _hooks_wanted(self, item) -> int:
        return (1 + item.claimed) if self._webhook_path else 0

    def _wanted_deliveries(self) -> int:
        return sum(len(self._mails_wanted(i)) + self._hooks_wanted(i) for i in self._submitted)

    # The proof.

    def prove(self) -> bool:
        self._prove_reports()
        self._prove_cases()
        self._prove_deliveries()
        return not self.problems

    def _prove_reports(self) -> None:
        names = collections.Counter(item.name for item in self._submitted)
        for item in self._submitted:
            if not item.name:
                self.problems.append(f"never acknowledged: {item.request.report.narrative}")
            elif names[item.name] > 1:
                self.problems.append(f"two requests were answered with {item.name}")
            else:
                self._prove_report(item)
        listed = self._list("intake", "ListReports", intake_service_pb2.ListReportsRequest(page_size=PAGE), "reports")
        self.counts["reports"] = len(listed)
        self._compare("reports", [r.name for r in listed], names)

    def _prove_report(self, item) -> None:
        try:
            report = self._client.call_until_answered(
                "intake", "GetReport", intake_service_pb2.GetReportRequest(name=item.name))
        except grpc.RpcError as error:
            self.problems.append(f"acknowledged, now lost: {item.name}: {error.code().name}")
            return
        if report.narrative != item.request.report.narrative:
            self.problems.append(f"{item.name} holds another report's words")

    def _prove_cases(self) -> None:
        for item in self._submitted:
            try:
                case = self._client.call_until_answered(
                    "triage", "GetCase", triage_service_pb2.GetCaseRequest(name=item.name))
            except grpc.RpcError as error:
                self.problems.append(f"no case for {item.name}: {error.code().name}")
                continue
            self._case_of[item.name] = case
            if list(case.reports) != [item.name]:
                self.problems.append(f"{case.name} of {item.name} holds {list(case.reports)}")
            if (case.assignee != "") != item.claimed:
                self.problems.append(f"{case.name}: claimed {item.claimed}, assignee {case.assignee!r}")
        listed = self._list("triage", "ListCases", triage_service_pb2.ListCasesRequest(page_size=PAGE), "cases")
        self.counts["cases"] = len(listed)
        self._compare("cases", [c.name for c in listed], collections.Counter(c.name for c in self._case_of.values()))

    def _compare(self, what: str, listed: list[str], wanted) -> None:
        for name, count in collections.Counter(listed).items():
            if count > 1:
                self.problems.append(f"the list of {what} shows {name} {count} times")
            if name not in wanted:
                self.problems.append(f"the list of {what} has {name}, which no acknowledged report made")
        for name in set(wanted) - set(listed):
            self.problems.append(f"the list of {what} lacks {name}")

    def _prove_deliveries(self) -> None:
        deliveries = self._deliveries()
        self.counts["deliveries"] = len(deliveries)
        notifications = {n.name: n for n in self._notifications()}
        for delivery in deliveries:
            if delivery.state != notification_pb2.DELIVERY_STATE_SENT:
                state = notification_pb2.DeliveryState.Name(delivery.state)
                self.problems.append(f"{delivery.name} to {delivery.receiver} is {state} ({delivery.last_error})")
        self._prove_facts(deliveries, notifications)
        by_case = collections.defaultdict(list)
        for delivery in deliveries:
            by_case[delivery.case_name].append(delivery)
        got, hooked = self._received(), self._received_hooks()
        known = {d.name.split("/")[1] for d in deliveries}
        for delivery_id in sorted((set(got) | hooked) - known):
            self.problems.append(f"a receiver accepted {delivery_id}, which is no delivery")
        for item in self._submitted:
            if case := self._case_of.get(item.name):
                self._prove_case_told(item, case.name, by_case[case.name], got, hooked)
        for case_name in set(by_case) - {c.name for c in self._case_of.values()}:
            self.problems.append(f"deliveries about {case_name}, which belongs to no acknowledged report")

    def _prove_facts(self, deliveries, notifications) -> None:
        """No receiver has two delivery ids for one fact: case, event type, route, step."""
        facts = collections.defaultdict(set)
        for delivery in deliveries:
            if (about := notifications.get(delivery.notification)) is None:
                # A webhook's delivery may belong to no person's notification: its fact is in its own body.
                continue
            facts[about.case_name, about.event_type, about.route, about.escalation_step,
                  delivery.receiver].add(delivery.name)
        for fact, names in facts.items():
            if len(names) > 1:
                self.problems.append(f"{len(names)} delivery ids for {fact}: {sorted(names)}")

    def _received(self) -> dict[str, set]:
        """What the mail receiver accepted: by delivery id, the addresses."""
        got = collections.defaultdict(set)
        mails = [m for m in self._system.smtp.mails() if m.accepted]
        for mail in mails:
            got[mail.delivery_id].update(mail.receivers)
        self.counts["mails"] = len(mails)
        self.counts["mails sent again under the same id"] = len(mails) - len(got)
        for delivery_id, addresses in got.items():
            if len(addresses) > 1:
                self.problems.append(f"mail {delivery_id} went to {sorted(addresses)}")
        return got

    def _received_hooks(self) -> set[str]:
        """The webhook ids that the receiver accepted; each fact has to have come under one id."""
        if not self._webhook_path:
            return set()
        calls = self._system.webhook.accepted(self._webhook_path)
        self.counts["webhooks"] = len(calls)
        ids_of = collections.defaultdict(set)
        for call in calls:
            ids_of[call.event["data"]["case"], call.event["type"]].add(call.webhook_id)
        for fact, ids in ids_of.items():
            if len(ids) > 1:
                self.problems.append(f"the webhook receiver saw {len(ids)} ids for {fact}")
        return {call.webhook_id for call in calls}

    def _prove_case_told(self, item, case_name: str, deliveries, got, hooked) -> None:
        mails = [d for d in deliveries if d.channel == notification_pb2.DELIVERY_CHANNEL_MAIL]
        addresses = collections.Counter(d.receiver for d in mails)
        wanted = self._mails_wanted(item)
        if addresses != collections.Counter(wanted):
            self.problems.append(f"{case_name}: mails to {dict(addresses)}, want one each to {sorted(wanted)}")
        for delivery in mails:
            if delivery.receiver not in got.get(delivery.name.split("/")[1], ()):
                self.problems.append(f"{delivery.name} to {delivery.receiver} never reached the mail receiver")
        hooks = [d for d in deliveries if d.channel == notification_pb2.DELIVERY_CHANNEL_WEBHOOK]
        if len(hooks) != self._hooks_wanted(item):
            self.problems.append(f"{case_name}: {len(hooks)} webhooks, want {self._hooks_wanted(item)}")
        for delivery in hooks:
            if delivery.name.split("/")[1] not in hooked:
                self.problems.append(f"{delivery.name} never reached the webhook receiver")
