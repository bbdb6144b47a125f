"""A webhook receiver for the local system: HTTPS, answers 204, keeps every request as one line of JSON.

It verifies nothing: tests/clients does, with a library of its own, from what is kept here.

usage: webhook_sink.py --port N --requests FILE --cert FILE --key FILE
"""

import argparse
import base64
import datetime
import http.server
import json
import signal
import ssl
import threading

MAX_BODY = 1 << 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name in ("requests", "cert", "key"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    lock = threading.Lock()
    requests = None  # the opened file

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", -1))
        if not 0 <= length <= MAX_BODY:
            self.send_error(411 if length < 0 else 413)
            return
        body = self.rfile.read(length)
        line = json.dumps({
            "receive_time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body_base64": base64.b64encode(body).decode(),
        })
        # Kept before it is acknowledged: what the sender calls SENT is here.
        with self.lock:
            self.requests.write(line + "\n")
            self.requests.flush()
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


def main() -> None:
    options = arguments()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.cert, options.key)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
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
