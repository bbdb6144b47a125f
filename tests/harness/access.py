"""Who may call, in tests: the deployed authorization table with the tests' tenants, and an issuer of tokens."""

import importlib.util
import pathlib
import time

from . import paths
from .stubs import config_pb2, text_format

_SPEC = importlib.util.spec_from_file_location("issuer", paths.ROOT / "deploy" / "local" / "issuer.py")
issuer = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(issuer)

TENANTS = ("acme", "other-group", "stranger", "load")
_FRESH = 4 * 60  # seconds: a token is renewed before its authentication is too old for what asks for a fresh one


class Tokens:
    """Tokens of one test's issuer, renewed in time."""

    def __init__(self, directory: pathlib.Path):
        self.issuer = issuer.Issuer(directory)
        self._made: dict[tuple, tuple[float, str]] = {}

    def token(self, person: str, tenant: str, roles=(), department: str = "") -> str:
        key = (person, tenant, tuple(roles), department)
        made, token = self._made.get(key, (0, ""))
        if not token or time.monotonic() - made > _FRESH:
            token = self.issuer.token(person, tenant, roles, department)
            self._made[key] = (time.monotonic(), token)
        return token


def write(directory: pathlib.Path, tokens: Tokens) -> tuple[pathlib.Path, pathlib.Path]:
    """The files for `authorization_file` and `people_file`."""
    table = config_pb2.Authorization()
    text_format.Parse((paths.ROOT / "deploy" / "config" / "authorization.textproto").read_text(), table)
    for application in table.applications:
        application.tenants[:] = TENANTS
    people = config_pb2.People(audience=issuer.AUDIENCE, step_up_acr=["strong"])
    people.issuers.add(name="test", issuer=issuer.ISSUER, jwks_file=str(tokens.issuer.jwks), tenants=TENANTS,
                       tenant_claim="tenant")
    files = directory / "authorization.textproto", directory / "people.textproto"
    for file, message in zip(files, (table, people)):
        file.write_text(text_format.MessageToString(message, as_utf8=True))
    return files


def of_one_tenant(service: str, replica: int, config, applications: tuple[str, ...] = ()) -> None:
    """For Settings: every application, or each of these, is the first tenant's alone, so that calls without a person
    have a tenant."""
    file = pathlib.Path(config.server.authorization_file)
    table = text_format.Parse(file.read_text(), config_pb2.Authorization())
    for application in table.applications:
        if not applications or application.id.rsplit("/", 1)[1] in applications:
            application.tenants[:] = TENANTS[:1]
    file = file.with_name(f"authorization.{service}-{replica}.textproto")
    file.write_text(text_format.MessageToString(table, as_utf8=True))
    config.server.authorization_file = str(file)
