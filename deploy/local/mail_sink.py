"""A real mail server for the local system: SMTP with STARTTLS and AUTH, delivering into a Maildir.

usage: mail_sink.py --port N --maildir DIR --cert FILE --key FILE --user NAME --password-file FILE
"""

import argparse
import hmac
import pathlib
import signal
import ssl
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name in ("maildir", "cert", "key", "user", "password-file"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    password = pathlib.Path(options.password_file).read_text().rstrip("\n")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.cert, options.key)

    def authenticate(server, session, envelope, mechanism, login) -> AuthResult:
        want = f"{options.user}\0{password}".encode()
        got = b"\0".join((getattr(login, "login", b""), getattr(login, "password", b"")))
        return AuthResult(success=hmac.compare_digest(want, got))

    # STARTTLS is required before AUTH, and AUTH before mail: what the service relies on is really asked of it.
    warnings.filterwarnings("ignore", message="Requiring AUTH")
    controller = Controller(Mailbox(options.maildir), hostname="127.0.0.1", port=options.port,
                            server_hostname="localhost", tls_context=tls, require_starttls=True,
                            auth_required=True, authenticator=authenticate)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    controller.start()
    print(f"listening on {options.port}", flush=True)
    signal.sigwait(signals)
    controller.stop()


if __name__ == "__main__":
    main()
