"""A scripted HTTPS receiver of webhooks, which checks the signature of the Standard Webhooks specification itself."""

import asyncio
import base64
import dataclasses
import hashlib
import hmac
import json
import ssl
import threading
import time

from .loop import Listener, Loop


@dataclasses.dataclass
class Call:
    """One request. `status` is what was answered, 0 for none."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    receive_time: float

    @property
    def webhook_id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def event(self) -> dict:
        return json.loads(self.body)

    def signed_by(self, secret: str) -> bool:
        """Whether one of the signatures is by this "whsec_" key."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = f"{self.webhook_id}.{self.headers.get('webhook-timestamp', '')}.".encode() + self.body
        want = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(want, given) for given in self.headers.get("webhook-signature", "").split())


class WebhookSink(Listener):
    """Behaviours per path, set by `behave`: "200", "500", "429" (Retry-After: 1), "hang", "close" (records, then
    cuts before the answer), "redirect" (302 to `redirect_to`)."""

    def __init__(self, loop: Loop, certificates):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificates.cert("webhook"), certificates.key("webhook"))
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._behaviours: dict[str, str] = {}
        self.redirect_to = "https://127.0.0.1/elsewhere"
        super().__init__(loop, tls)

    def url(self, path: str = "/hook") -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    def behave(self, behaviour: str, path: str = "/hook") -> None:
        self._behaviours[path] = behaviour

    def calls(self, path: str | None = None) -> list[Call]:
        with self._lock:
            return [c for c in self._calls if path is None or c.path == path]

    def accepted(self, path: str | None = None) -> list[Call]:
        return [c for c in self.calls(path) if c.status == 200]

    async def serve(self, reader, writer):
        while True:
            request = (await reader.readline()).decode().split()
            if len(request) < 2:
                return
            headers = {}
            while (line := (await reader.readline()).decode().strip()):
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            if headers.get("expect"):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            if not await self._answer(request[1], headers, body, writer):
                return

    async def _answer(self, path, headers, body, writer) -> bool:
        behaviour = self._behaviours.get(path, "200")
        status = {"hang": 0, "close": 0, "redirect": 302}.get(behaviour)
        status = int(behaviour) if status is None else status
        with self._lock:
            self._calls.append(Call(path, headers, body, status, time.time()))
        if behaviour == "hang":
            await asyncio.sleep(3600)
        if behaviour == "close":
            return False
        extra = {429: "Retry-After: 1\r\n", 302: f"Location: {self.redirect_to}\r\n"}.get(status, "")
        writer.write(f"HTTP/1.1 {status} Scripted\r\n{extra}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        return True
