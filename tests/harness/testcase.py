"""What the tests of whole systems share: steps of the road and the assertions on them."""

import unittest

import grpc

from . import stubs
from .client import error_details
from .processes import wait_until
from .reports import make_request
from .stubs import notification_pb2, notification_service_pb2, triage_service_pb2
from .system import System


class SystemTest(unittest.TestCase):
    """One system for the tests of a class; `OPTIONS` are System's."""

    OPTIONS: dict = {}
    system: System

    @classmethod
    def setUpClass(cls):
        cls.system = System(**cls.OPTIONS)
        cls.addClassCleanup(cls.system.close)
        cls.system.__enter__()
        cls.client = cls.system.client()

    def setUp(self):
        # What an earlier test broke and left broken.
        for process in self.system.all_processes():
            if not process.alive():
                process.start()
        self.system.wait_ready()

    def run(self, result=None):
        wrong = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > wrong:
            self.system.report_failure()
        return result

    # Steps.

    def submit(self, request=None, **options) -> str:
        return self.client.call_until_answered("intake", "SubmitReport", request or make_request(), **options).name

    def find_case(self, name: str, replica: int | None = None):
        """The case by its own or its report's name, from any replica or this one; None when there is none yet."""
        request = triage_service_pb2.GetCaseRequest(name=name)
        try:
            if replica is None:
                return self.client.call_until_answered("triage", "GetCase", request)
            return self.client.call("triage", "GetCase", request, replica)
        except grpc.RpcError as error:
            if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAVAILABLE):
                return None
            raise

    def wait_case(self, name: str, timeout: float = 20):
        return wait_until(f"a case for {name}", lambda: self.find_case(name), timeout)

    def deliveries(self, case_name: str = "", **fields) -> list:
        request = notification_service_pb2.ListDeliveriesRequest(case_name=case_name, page_size=1000, **fields)
        return list(self.client.pages("notification", "ListDeliveries", request, "deliveries"))

    def wait_sent(self, case_name: str, count: int, timeout: float = 20) -> list:
        """Waits until the case has exactly `count` deliveries and all are SENT."""
        def sent():
            found = self.deliveries(case_name)
            return found if len(found) >= count and all(
                d.state == notification_pb2.DELIVERY_STATE_SENT for d in found) else None
        found = wait_until(f"{count} deliveries of {case_name} are sent", sent, timeout, 0.1)
        self.assertEqual(len(found), count, found)
        return found

    def mails_about(self, case_name: str) -> list:
        case_id = case_name.split("/")[1]
        return [m for m in self.system.smtp.mails() if m.accepted and case_id in m.text]

    # Assertions.

    def assert_code(self, code: grpc.StatusCode, service: str, method: str, request, **options):
        """Calls and expects an error of this code, which it returns."""
        try:
            self.client.call(service, method, request, **options)
        except grpc.RpcError as error:
            self.assertEqual(error.code(), code, error.details())
            return error
        return self.fail(f"{method} answered OK, want {code.name}")

    def assert_reason(self, error: grpc.RpcError, reason: str):
        """Exactly one ErrorInfo, with this reason."""
        infos = [d for d in error_details(error) if isinstance(d, stubs.error_details_pb2.ErrorInfo)]
        self.assertEqual([i.reason.removeprefix("ERROR_REASON_") for i in infos], [reason])
