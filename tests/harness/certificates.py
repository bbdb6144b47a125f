"""A certificate authority for one test and a certificate for everyone in it."""

import os
import pathlib
import subprocess

from .processes import FAKETIME

IDENTITIES = {
    **{name: f"spiffe://mamori.internal/service/{name}" for name in ("intake", "triage", "notification")},
    **{name: f"spiffe://mamori.internal/app/{name}" for name in ("portal", "ctl", "load")},
    "stranger": "spiffe://mamori.internal/app/stranger",  # signed, but in nobody's authorization row
    "database": "", "mail": "", "webhook": "",
}


class Certificates:
    """PEM files in one directory: ca.pem, NAME.pem and NAME-key.pem. They hold for a month, `for_years` for years before
    and after now, for services whose clocks are set."""

    def __init__(self, directory: pathlib.Path, for_years: bool = False):
        self.directory = directory
        self._days = "3650" if for_years else "30"
        self._env = os.environ | ({"LD_PRELOAD": FAKETIME, "FAKETIME": "-1100d"} if for_years else {})
        directory.mkdir(parents=True, exist_ok=True)
        self._key("ca")
        self._openssl("req", "-x509", "-new", "-key", "ca-key.pem", "-days", self._days, "-subj", "/CN=Mamori test",
                      "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", "ca.pem")
        for name, uri in IDENTITIES.items():
            self._leaf(name, uri)

    @property
    def ca(self) -> pathlib.Path:
        return self.directory / "ca.pem"

    def cert(self, name: str) -> pathlib.Path:
        return self.directory / f"{name}.pem"

    def key(self, name: str) -> pathlib.Path:
        return self.directory / f"{name}-key.pem"

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True, env=self._env)

    def _key(self, name: str) -> None:
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{name}-key.pem")
        os.chmod(self.key(name), 0o600)

    def _leaf(self, name: str, uri: str) -> None:
        names = "DNS:localhost,IP:127.0.0.1" + (f",URI:{uri}" if uri else "")
        self._key(name)
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n"
                              "extendedKeyUsage=serverAuth,clientAuth\n")
        # libmariadb compares an address with the common name.
        self._openssl("req", "-new", "-key", f"{name}-key.pem", "-subj", "/CN=127.0.0.1", "-out", f"{name}.csr")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem",
                      "-CAcreateserial", "-days", self._days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")
