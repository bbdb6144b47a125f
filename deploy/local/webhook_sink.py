"""A webhook receiver for the local system: HTTPS, answers 204, keeps every request as one line of JSON. It is the audit's
second sink too: what comes to /checkpoints/SERVICE is added to SERVICE.jsonl as it came, one checkpoint a line.

It verifies nothing: tests/clients does, with a library of its own, from what is kept here.

usage: webhook_sink.py --port N --requests FILE --checkpoints DIRECTORY --cert FILE --key FILE
"""

import argparse
import base64
import datetime
import http.server
import json
import os
import pathlib
import re
import signal
import ssl
import threading

MAX_BODY = 1 << 20
CHECKPOINTS = re.compile(r"/checkpoints/([a-z]+)")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name in ("requests", "checkpoints", "cert", "key"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    lock = threading.Lock()
    requests = None  # the opened file
    checkpoints = None  # the directory

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", -1))
        if not 0 <= length <= MAX_BODY:
            self.send_error(411 if length < 0 else 413)
            return
        body = self.rfile.read(length)
        checkpoint = CHECKPOINTS.fullmatch(self.path)
        if checkpoint:
            self.keep_checkpoint(checkpoint[1], body)
        else:
            self.keep_request(body)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    # Kept before it is acknowledged: what the sender calls SENT is here.

    def keep_checkpoint(self, service: str, body: bytes) -> None:
        with self.lock, open(self.checkpoints / f"{service}.jsonl", "ab") as file:
            file.write(body.replace(b"\n", b" ") + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def keep_request(self, body: bytes) -> None:
        line = json.dumps({
            "receive_time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body_base64": base64.b64encode(body).decode(),
        })
        with self.lock:
            self.requests.write(line + "\n")
            self.requests.flush()

    def log_message(self, *_) -> None:
        pass


def main() -> None:
    options = arguments()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.cert, options.key)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    Receiver.checkpoints = pathlib.Path(options.checkpoints)
    with open(options.requests, "a", encoding="utf-8") as Receiver.requests:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Receiver)
        # The handshake belongs to the connection's own thread: a silent client holds nobody up.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"listening on {options.port}", flush=True)
        signal.sigwait(signals)
        server.shutdown()


if __name__ == "__main__":
    main()
