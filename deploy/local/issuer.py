"""A development issuer of access tokens: a key, the JWK Set that services read, and tokens signed by it.

    issuer.py DIR init                  makes DIR/key.pem and DIR/jwks.json, unless they are there
    issuer.py DIR token SUB TENANT DEPARTMENT [ROLE…]   prints a token for a quarter of an hour

Tests use the class. Production has a real issuer: who has this key is everybody.
"""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
import uuid

ISSUER = "https://issuer.mamori.example"
AUDIENCE = "https://mamori.example"
LIFETIME = 15 * 60


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _openssl(*arguments: str, data: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


class Issuer:
    """The keys and tokens of one directory; made when they are not there."""

    def __init__(self, directory: pathlib.Path):
        self.key, self.jwks = directory / "key.pem", directory / "jwks.json"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.key.exists():
            self._replace(self.key, _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), 0o600)
        modulus = _openssl("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().partition("=")[2]
        number = bytes.fromhex(modulus)
        self.key_id = hashlib.sha256(number).hexdigest()[:16]
        self._replace(self.jwks, json.dumps({"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id, "n": _base64url(number), "e": "AQAB",
        }]}).encode(), 0o644)

    @staticmethod
    def _replace(path: pathlib.Path, content: bytes, mode: int) -> None:
        """Whoever reads the file sees the old or the new one, never half."""
        if path.exists() and path.read_bytes() == content:
            return
        part = path.with_suffix(f".{uuid.uuid4().hex}")
        part.touch(mode)
        part.write_bytes(content)
        os.rename(part, path)

    def token(self, subject: str, tenant: str, roles=(), department: str = "", lifetime: int = LIFETIME, **claims) -> str:
        now = int(time.time())
        header = {"alg": "RS256", "typ": "at+jwt", "kid": self.key_id}
        body = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "client_id": "development", "jti": uuid.uuid4().hex,
                "tenant": tenant, "roles": list(roles), "department": department, "acr": "strong", "auth_time": now,
                "iat": now, "exp": now + lifetime, **claims}
        text = ".".join(_base64url(json.dumps(part).encode()) for part in (header, body))
        return f"{text}.{_base64url(_openssl('dgst', '-sha256', '-sign', str(self.key), data=text.encode()))}"


if __name__ == "__main__":
    here = Issuer(pathlib.Path(sys.argv[1]))
    if sys.argv[2] == "token":
        print(here.token(sys.argv[3], sys.argv[4], sys.argv[6:], department=sys.argv[5]))
