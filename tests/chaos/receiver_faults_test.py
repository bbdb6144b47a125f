"""Receivers misbehave for a while: every delivery arrives in the end, each attempt under the same id."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import new_request_id  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import notification_pb2, notification_service_pb2  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


class MailFaultsTest(SystemTest):
    OPTIONS = {"replicas": 1}

    def _check_told_once(self, cases):
        for case in cases:
            sent = self.wait_sent(case.name, 2, 40)
            ids = {(m.delivery_id, m.receivers[0]) for m in self.mails_about(case.name)}
            self.assertEqual(ids, {(d.name.split("/")[1], d.receiver) for d in sent})

    def test_mail_server_misbehaves_for_a_while(self):
        smtp = self.system.smtp
        for behaviour in ("421", "451", "drop", "lose-answer", "hang", "down"):
            with self.subTest(behaviour=behaviour):
                if behaviour == "down":
                    smtp.down()
                smtp.behave(behaviour)
                cases = [self.wait_case(self.submit()) for _ in range(3)]
                wait_until("attempts were made", lambda: all(
                    d.attempt_count for c in cases for d in self.deliveries(c.name)), 20)
                time.sleep(1)
                smtp.cut() if behaviour != "down" else smtp.up()
                smtp.behave("accept")
                self._check_told_once(cases)

    def test_refused_mail_is_a_dead_letter_until_a_person_sends_it_again(self):
        self.system.smtp.behave("550")
        case = self.wait_case(self.submit())
        def dead():
            answer = self.client.call("notification", "ListDeadLetters",
                                      notification_service_pb2.ListDeadLettersRequest(page_size=1000))
            found = [d for d in answer.deliveries if d.case_name == case.name]
            return found if len(found) == 2 else None
        letters = wait_until("two dead letters", dead, 20)
        self.assertEqual({d.last_error for d in letters}, {"smtp.550"})
        self.system.smtp.behave("accept")
        for letter in letters:
            self.client.call("notification", "RetryDelivery", notification_service_pb2.RetryDeliveryRequest(
                request_id=new_request_id(), name=letter.name))
        self._check_told_once([case])
        self.assertEqual({d.name for d in letters}, {d.name for d in self.deliveries(case.name)})


class WebhookFaultsTest(SystemTest):
    OPTIONS = {"replicas": 1}

    def _endpoint(self, company: str, path: str):
        return self.client.call(
            "notification", "CreateWebhookEndpoint", notification_service_pb2.CreateWebhookEndpointRequest(
                request_id=new_request_id(),
                webhook_endpoint={"company": company, "url": self.system.webhook.url(path)}))

    def test_receiver_misbehaves_for_a_while(self):
        for behaviour in ("500", "429", "hang", "close", "down"):
            with self.subTest(behaviour=behaviour):
                path, company = f"/{behaviour}", f"hook-{behaviour}"
                self._endpoint(company, path)
                self.system.webhook.behave(behaviour, path)
                if behaviour == "down":
                    self.system.webhook.down()
                cases = [self.wait_case(self.submit(make_request(company=company))) for _ in range(2)]
                time.sleep(2.5)
                self.system.webhook.up()
                self.system.webhook.behave("200", path)
                for case in cases:
                    self.wait_sent(case.name, 3, 40)
                calls = self.system.webhook.calls(path)
                self.assertEqual({c.webhook_id for c in calls}, self._ids(cases))
                self.assertEqual({c.webhook_id for c in calls if c.status == 200}, self._ids(cases))
                if behaviour == "429":
                    self._check_retry_after(calls)

    def _ids(self, cases) -> set[str]:
        return {d.name.split("/")[1] for c in cases for d in self.deliveries(c.name)
                if d.channel == notification_pb2.DELIVERY_CHANNEL_WEBHOOK}

    def _check_retry_after(self, calls):
        """After a 429 that says one second, the same message never comes sooner."""
        told: dict[str, float] = {}
        for call in calls:
            if call.webhook_id in told:
                self.assertGreater(call.receive_time - told[call.webhook_id], 0.95)
            if call.status == 429:
                told[call.webhook_id] = call.receive_time

    def test_mute_mail_server_does_not_hold_up_webhooks(self):
        self._endpoint("mute-jp", "/mute")
        self.system.smtp.behave("hang")
        try:
            for n in range(4):
                self.submit(make_request(company="mute-jp"))
                wait_until("the webhook came", lambda: len(self.system.webhook.accepted("/mute")) == n + 1, 8)
                time.sleep(1.5)  # the mails of the earlier rounds time out meanwhile
        finally:
            self.system.smtp.cut()
            self.system.smtp.behave("accept")

    def test_redirect_is_not_followed(self):
        self._endpoint("redirect-jp", "/redirect")
        self.system.webhook.redirect_to = self.system.webhook.url("/elsewhere")
        self.system.webhook.behave("redirect", "/redirect")
        case = self.wait_case(self.submit(make_request(company="redirect-jp")))
        wait_until("it was tried again", lambda: len(self.system.webhook.calls("/redirect")) > 1, 20)
        self.system.webhook.behave("200", "/redirect")
        self.wait_sent(case.name, 3, 40)
        self.assertEqual(self.system.webhook.calls("/elsewhere"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
