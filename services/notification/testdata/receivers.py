"""A real mail server and a real HTTPS receiver that misbehave as the address or the path says.

receivers.py CERT KEY PORTS LOG: writes "SMTP-PORT HTTPS-PORT" to PORTS when both listen, a JSON line
to LOG for whatever was taken in, and ends when its standard input does.

Mail to NAME@...: ok, later (451), unknown (550 to RCPT), refused (554 to the mail), drop (cuts after
DATA), mute (never answers DATA). STARTTLS and AUTH (mamori / secret) are demanded.
POST to /NAME: ok, busy (429, Retry-After: 7), tomorrow and past (503, Retry-After: a date), endless and negative
(503, Retry-After: more than a number holds; below zero), broken (500), hang, close, away (302 to /ok).
"""

import asyncio
import http.server
import json
import os
import ssl
import sys
import threading
import time
from email.utils import formatdate

from aiosmtpd.smtp import SMTP, AuthResult

CERT, KEY, PORTS, LOG = sys.argv[1:]
LOCK = threading.Lock()


def record(**what):
    with LOCK, open(LOG, "a", encoding="utf-8") as log:
        log.write(json.dumps(what) + "\n")


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERT, KEY)
    return context


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "later":
            return "451 4.7.1 come again"
        if name == "refused":
            return "554 5.7.1 not wanted"
        if name == "drop":
            server.transport.abort()
            return "250 nobody reads this"
        if name == "mute":
            await asyncio.sleep(3600)
        record(kind="mail", to=envelope.rcpt_tos, sender=envelope.mail_from, tls=session.ssl is not None,
               user=str(session.auth_data), connection=session.peer[1],
               content=envelope.content.decode("ascii"))
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"mamori" and data.password == b"secret"
    return AuthResult(success=good, handled=good, auth_data="mamori" if good else None)


class Hooks(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        record(kind="hook", path=self.path, headers={k.lower(): v for k, v in self.headers.items()}, body=body)
        if self.path == "/hang":
            time.sleep(3600)
        if self.path == "/close":
            self.close_connection = True
            return
        code, fields = {
            "/busy": (429, {"Retry-After": "7"}),
            "/tomorrow": (503, {"Retry-After": formatdate(time.time() + 86400, usegmt=True)}),
            "/past": (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
            "/endless": (503, {"Retry-After": "9" * 40}),
            "/negative": (503, {"Retry-After": "-5"}),
            "/broken": (500, {}),
            "/away": (302, {"Location": f"https://127.0.0.1:{self.server.server_port}/ok"}),
        }.get(self.path, (204, {}))
        self.send_response(code)
        for name, value in fields.items():
            self.send_header(name, value)
        if code != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


async def main():
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(
        lambda: SMTP(Mailbox(), tls_context=tls_context(), require_starttls=True, auth_required=True,
                     authenticator=authenticate, hostname="localhost"),
        "127.0.0.1", 0)
    hooks = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
    hooks.daemon_threads = True
    hooks.socket = tls_context().wrap_socket(hooks.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=hooks.serve_forever, daemon=True).start()
    with open(PORTS + ".new", "w", encoding="ascii") as ports:
        ports.write(f"{mail.sockets[0].getsockname()[1]} {hooks.server_port}\n")
    os.rename(PORTS + ".new", PORTS)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
