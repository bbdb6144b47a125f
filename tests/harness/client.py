"""Calls the services as an application does: mTLS, and a person's access token in the metadata."""

import time
import uuid

import grpc

from . import stubs

# The "minimum backoff" is really how long one attempt to connect may take.
_OPTIONS = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 2000),
            ("grpc.max_reconnect_backoff_ms", 500), ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_receive_message_length", 16 << 20)]
# What a well-behaved client tries again with the same request id.
AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED,
         grpc.StatusCode.ABORTED)


def new_request_id() -> str:
    return uuid.uuid4().hex


class Client:
    """One application's connections to a set of replicas, {service: [port, ...]}."""

    def __init__(self, ports: dict[str, list[int]], certificates, tokens, identity="portal", tenant="acme",
                 person="desk-1", roles=("consultation", "desk", "first_reader"), department=""):
        self.tenant, self.person, self.roles, self.department, self._tokens = tenant, person, roles, department, tokens
        self._credentials = grpc.ssl_channel_credentials(
            certificates.ca.read_bytes(), certificates.key(identity).read_bytes(),
            certificates.cert(identity).read_bytes())
        self._channels = {s: [grpc.secure_channel(f"127.0.0.1:{p}", self._credentials, _OPTIONS) for p in ps]
                          for s, ps in ports.items()}
        for channels in self._channels.values():
            for channel in channels:
                # Nobody moves a broken connection's handshake on while calls only fail fast; a watcher does.
                channel.subscribe(lambda state: None)
        self._stubs = {s: [stubs.Stub(s, c) for c in cs] for s, cs in self._channels.items()}
        self._turn = 0

    def close(self) -> None:
        for channels in self._channels.values():
            for channel in channels:
                channel.close()

    def metadata(self, tenant=None) -> list[tuple[str, str]]:
        return [("authorization", "Bearer " + self._tokens.token(
            self.person, tenant or self.tenant, self.roles, self.department))]

    def stub(self, service: str, replica: int):
        replicas = self._stubs[service]
        return replicas[replica % len(replicas)]

    def channel(self, service: str, replica: int = 0) -> grpc.Channel:
        """For stubs of one's own."""
        return self._channels[service][replica]

    def call(self, service: str, method: str, request, replica: int = 0, timeout: float = 10, tenant=None,
             anonymous: bool = False):
        """One attempt on one replica; grpc.RpcError as it comes. `anonymous`: nobody's."""
        return getattr(self.stub(service, replica), method)(
            request, timeout=timeout, metadata=None if anonymous else self.metadata(tenant))

    def call_until_answered(self, service: str, method: str, request, patience: float = 60, attempt: float = 5,
                            on_error=None, anonymous: bool = False):
        """Tries replica after replica until one answers with something other than "come again"."""
        end = time.monotonic() + patience
        while True:
            self._turn += 1
            try:
                return self.call(service, method, request, self._turn, attempt, anonymous=anonymous)
            except grpc.RpcError as error:
                if on_error is not None:
                    on_error(error)
                if error.code() not in AGAIN or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def pages(self, service: str, method: str, request, field: str):
        """Every item of a paged list."""
        while True:
            answer = self.call_until_answered(service, method, request)
            yield from getattr(answer, field)
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token


def error_details(error: grpc.RpcError) -> list:
    """The google.rpc details of an error, unpacked."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = stubs.status_pb2.Status.FromString(value)
            kinds = {m.DESCRIPTOR.full_name: m for m in (
                stubs.error_details_pb2.ErrorInfo, stubs.error_details_pb2.RetryInfo,
                stubs.error_details_pb2.BadRequest, stubs.error_details_pb2.ResourceInfo)}
            found = []
            for detail in status.details:
                kind = kinds[detail.type_url.split("/")[-1]]
                message = kind()
                detail.Unpack(message)
                found.append(message)
            return found
    return []


def health(port: int, service: str = "", timeout: float = 2) -> str:
    """What the plain probe port says of "" (ready) or "live": SERVING, NOT_SERVING, UNKNOWN, or the error's code."""
    request = b"\x0a" + bytes([len(service)]) + service.encode() if service else b""
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)]) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check", lambda b: b, lambda b: b)
        try:
            answer = check(request, timeout=timeout)
        except grpc.RpcError as error:
            return error.code().name
    return {b"": "UNKNOWN", b"\x08\x01": "SERVING", b"\x08\x02": "NOT_SERVING"}.get(answer, repr(answer))
