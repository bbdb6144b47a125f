"""A scripted mail server: takes mail, or misbehaves as told, and remembers what it accepted."""

import asyncio
import dataclasses
import email
import email.message
import email.policy
import ssl
import threading
import time

from .loop import Listener, Loop


@dataclasses.dataclass
class Mail:
    """One message that came in whole. `accepted` is what the sender was told, or could have read."""

    message_id: str
    receivers: list[str]
    text: str
    receive_time: float
    accepted: bool
    message: email.message.EmailMessage

    @property
    def delivery_id(self) -> str:
        """The local part of the Message-ID."""
        return self.message_id.strip("<>").split("@")[0]


class SmtpSink(Listener):
    """Behaviours, set by `behave`: "accept"; "451" and "550" after DATA; "421" as greeting; "hang" after DATA;
    "drop" after DATA without recording; "lose-answer" records, then cuts before the answer."""

    def __init__(self, loop: Loop, certificates=None):
        self._tls = None
        if certificates is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificates.cert("mail"), certificates.key("mail"))
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        self.behaviour, self.attempts = "accept", 0
        super().__init__(loop)

    def behave(self, behaviour: str) -> None:
        self.behaviour = behaviour

    def mails(self) -> list[Mail]:
        with self._lock:
            return list(self._mails)

    async def serve(self, reader, writer):
        async def say(text: str):
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        if self.behaviour == "421":
            await say("421 come again")
            return
        await say("220 sink ESMTP")
        receivers, secure = [], False
        while line := await reader.readline():
            command = line.decode(errors="replace").strip()
            verb = command.upper().split(" ")[0].split(":")[0]
            if verb == "EHLO":
                extensions = ["sink", "PIPELINING", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN"]
                if self._tls and not secure:
                    extensions.append("STARTTLS")
                await say("\r\n".join("250-" + e for e in extensions[:-1]) + "\r\n250 " + extensions[-1])
            elif verb == "STARTTLS" and self._tls:
                await say("220 go on")
                await writer.start_tls(self._tls)
                secure = True
            elif verb == "AUTH":
                await self._auth(command, reader, say)
            elif verb == "MAIL":
                receivers = []
                await say("250 ok")
            elif verb == "RCPT":
                receivers.append(command.split("<", 1)[-1].split(">")[0])
                await say("250 ok")
            elif verb == "DATA":
                await say("354 go on")
                if not await self._data(reader, receivers, say):
                    return
            elif verb == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 ok" if verb in ("HELO", "RSET", "NOOP") else "500 what?")

    @staticmethod
    async def _auth(command, reader, say):
        words = command.split(" ")
        rounds = {"PLAIN": 1, "LOGIN": 2}.get(words[1].upper(), 0) - (len(words) - 2)
        for _ in range(max(rounds, 0)):
            await say("334 ")
            await reader.readline()
        await say("235 ok")

    async def _data(self, reader, receivers, say) -> bool:
        body = bytearray()
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return False
            body += line[1:] if line.startswith(b".") else line
        behaviour = self.behaviour
        with self._lock:
            self.attempts += 1
        if behaviour == "hang":
            await asyncio.sleep(3600)
        if behaviour == "drop":
            return False
        self._record(bytes(body), receivers, behaviour in ("accept", "lose-answer"))
        if behaviour == "lose-answer":
            return False
        await say({"451": "451 not now", "550": "550 never"}.get(behaviour, "250 taken"))
        return True

    def _record(self, body: bytes, receivers: list[str], accepted: bool) -> None:
        message = email.message_from_bytes(body, policy=email.policy.default)
        part = message.get_body(("plain", "html"))
        text = part.get_content() if part is not None else ""
        mail = Mail(str(message["Message-ID"]), list(receivers), text, time.time(), accepted, message)
        with self._lock:
            self._mails.append(mail)
