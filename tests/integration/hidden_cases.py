"""Cases that are hidden from somebody, and everything that an RPC lets a client see of its answer."""

import os
import pathlib
import sys

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from every_request import STREAMS, kind_of, make_first  # noqa: E402
from harness.access import of_one_tenant  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.evidence import upload  # noqa: E402
from harness.ids import name_of  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import (SERVICES, notification_pb2, notification_service_pb2, triage_service_pb2)  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402

REQUEST_ID_KEY = "mamori-request-id"
# As the services know the person "accused" of the tests' issuer.
ACCUSED = "test/accused"
# Of the tenant, not of a case: whoever may look after them may see all.
OF_THE_TENANT = {"GetWebhookEndpoint", "UpdateWebhookEndpoint", "DeleteWebhookEndpoint", "RotateWebhookSecret"}
# By RPC.
SERVICE_OF = {method.name: service for service, descriptors in SERVICES.items()
              for descriptor in descriptors for method in descriptor.methods}


def for_reporters(service: str, replica: int, config) -> None:
    """One application serves one tenant, so that anonymous calls come through it; one receipt may ask as often as a
    comparison takes."""
    of_one_tenant(service, replica, config, ("ctl",))
    if service == "intake":
        config.flood.receipt.per_minute = config.flood.receipt.burst = 1e6


class HiddenCases(SystemTest):
    """The accused has every role, and is kept out of the hidden cases by name alone."""

    OPTIONS = {"adjust": for_reporters}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accused = cls.system.client(person="accused")
        cls.stranger = cls.system.client(tenant="stranger", person="desk-9")
        cls.reporter = cls.system.client(identity="ctl")

    def a_case(self, client, hidden: bool) -> dict[str, str]:
        """The names of a fresh case by the kind of resource; hidden from the accused or not."""
        request = make_request("x")
        if hidden:
            request.report.keep_out.append(ACCUSED)
        report = client.call_until_answered("intake", "SubmitReport", request).name
        case = wait_until("a case", lambda: self._found(client, report), 20).name

        def noticed():
            listed = notification_service_pb2.ListDeliveriesRequest(case_name=case)
            found = list(client.pages("notification", "ListDeliveries", listed, "deliveries"))
            at_rest = (notification_pb2.DELIVERY_STATE_SENT, notification_pb2.DELIVERY_STATE_SUPPRESSED)
            return found if found and all(d.state in at_rest for d in found) else None
        # Of one that keeps somebody out nobody is told whose readers are not known; the rows are there.
        delivery = wait_until("its deliveries", noticed, 20)[0]
        return {"case": case, "report": report, "delivery": delivery.name, "notification": delivery.notification,
                "evidence": upload(client, report)}

    def endpoint(self, client) -> str:
        request = notification_service_pb2.CreateWebhookEndpointRequest(request_id=new_request_id())
        request.webhook_endpoint.company = "nobody"
        request.webhook_endpoint.url = "https://127.0.0.1:9/x"
        return client.call("notification", "CreateWebhookEndpoint", request).name

    def hidden_case(self) -> str:
        return self.a_case(self.client, hidden=True)["case"]

    def random_name(self, method: str) -> str:
        return self.random_of(self.kind_of(method))

    @staticmethod
    def random_of(kind: str) -> str:
        if kind == "evidence":
            return f"{name_of('reports', os.urandom(16))}/{name_of('evidence', os.urandom(16))}"
        collection = {"case": "cases", "report": "reports", "delivery": "deliveries",
                      "notification": "notifications", "endpoint": "webhookEndpoints"}[kind]
        return name_of(collection, os.urandom(16))

    @staticmethod
    def kind_of(method: str) -> str:
        return "endpoint" if method in OF_THE_TENANT else kind_of(method)

    def answer(self, client, method: str, request, anonymous: bool = False):
        """Everything that reaches the client, the call's own request id apart."""
        try:
            answer, call = getattr(client.stub(SERVICE_OF[method], 0), method).with_call(
                request, timeout=10, metadata=None if anonymous else client.metadata())
            code, text = call.code(), answer.SerializeToString()
        except grpc.RpcError as error:
            call, code, text = error, error.code(), error.details()
        metadata = [sorted((k, v) for k, v in part or () if k != REQUEST_ID_KEY)
                    for part in (call.initial_metadata(), call.trailing_metadata())]
        return code.name, text, metadata

    def stream_answer(self, client, method: str, name: str):
        """As `answer`, of a stream that ends at once."""
        service = STREAMS[method][0]
        (descriptor,) = [m.input_type for s in SERVICES[service] for m in s.methods if m.name == method]
        return self.stream_of(client, method, make_first(method, descriptor, name), metadata=client.metadata())

    @staticmethod
    def stream_of(client, method: str, first, metadata=None):
        """The same by its first message; without metadata anonymous."""
        call, options = getattr(client.stub(SERVICE_OF[method], 0), method), {"timeout": 10, "metadata": metadata}
        try:
            if isinstance(call, grpc.StreamUnaryMultiCallable):
                call(iter([first]), **options)
            else:
                for _ in call(first, **options):
                    break
        except grpc.RpcError as error:
            return error.code().name, error.details(), [
                sorted((k, v) for k, v in part or () if k != REQUEST_ID_KEY)
                for part in (error.initial_metadata(), error.trailing_metadata())]
        return "OK", "", []

    def _found(self, client, name):
        try:
            return client.call("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=name))
        except grpc.RpcError:
            return None
