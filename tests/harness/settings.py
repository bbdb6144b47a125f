"""Writes the configuration files of the service processes, as typed messages in text form."""

import pathlib

from . import access, paths
from .database import password_of
from .stubs import config_pb2, text_format

SEALING_KEYS = {"intake": "1e", "triage": "2e", "notification": "3e"}
LINK = "https://desk.acme.test/{case}"


class Settings:
    """Makes a configuration per process. What a test wants otherwise it changes in `adjust`, a function of the
    service's name, the replica's number and the message."""

    def __init__(self, directory: pathlib.Path, certificates, tokens, adjust=None):
        self._directory, self._certificates, self._adjust = directory, certificates, adjust
        self.authorization, self.people = access.write(directory, tokens)
        self.policy = paths.ROOT / "tests" / "harness" / "policy.textproto"
        self._secret("webhook.key", "5a" * 32)
        self._secret("access.key", "a5" * 32)
        self._secret("memory.key", "6d" * 32)
        self._secret("receipt.key", "69" * 32)
        self._secret("identity.key", "96" * 32)
        self._secret("sealing.key", "3a" * 32)

    def _secret(self, name: str, text: str) -> str:
        path = self._directory / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return str(path)

    def write(self, service: str, replica: int, port: int, probe_port: int, database: str, password: str,
              peers: dict[str, list[int]], smtp_port: int, database_tls: bool,
              key_store: str) -> pathlib.Path:
        """`peers` are the ports of every service as this process sees them."""
        kind = {"intake": config_pb2.IntakeConfig, "triage": config_pb2.TriageConfig,
                "notification": config_pb2.NotificationConfig}[service]
        config = kind()
        self._server(config.server, service, port, probe_port)
        config.database.address = database
        config.database.user = config.database.schema = f"mamori_{service}"
        config.database.password_file = self._secret(f"{service}.password", password)
        if database_tls:
            config.database.tls_ca_file = str(self._certificates.ca)
        config.database.plain = not database_tls
        for name, ports in peers.items():
            if name in config.DESCRIPTOR.fields_by_name:
                getattr(config, name).target = "ipv4:" + ",".join(f"127.0.0.1:{p}" for p in ports)
                getattr(config, name).server_name = "localhost"
        config.outbox.poll_interval.FromMilliseconds(300)
        config.outbox.lease_seconds = 2
        if service != "intake":
            config.policy_file = str(self.policy)
        config.audit.key_file = self._secret(f"audit.{service}.key", "c3" * 32)
        config.audit.signing_key_file = self._secret(f"audit.{service}.signing.key", "3c" * 32)
        config.audit.sink_file = str(self._directory / f"audit.{service}.jsonl")
        config.audit.checkpoint_interval.FromMilliseconds(1000)
        if service == "intake":
            config.receipt_key_file = str(self._directory / "receipt.key")
            config.identity_key_file = str(self._directory / "identity.key")
            config.sealing_key_files.append(str(self._directory / "sealing.key"))
            # Tests submit as one person what many would.
            config.flood.person.per_minute = config.flood.person.burst = 1e6
        self._sealing(config.sealing, service, key_store)
        if service == "triage":
            config.access_key_file = str(self._directory / "access.key")
            config.memory_key_file = str(self._directory / "memory.key")
        if service == "notification":
            self._channels(config, smtp_port)
        if self._adjust is not None:
            self._adjust(service, replica, config)
        path = self._directory / f"{service}-{replica}.textproto"
        path.write_text(text_format.MessageToString(config, as_utf8=True))
        return path

    def _server(self, server, service: str, port: int, probe_port: int) -> None:
        server.listen = f"127.0.0.1:{port}"
        server.probe_listen = f"127.0.0.1:{probe_port}"
        server.tls.cert_file = str(self._certificates.cert(service))
        server.tls.key_file = str(self._certificates.key(service))
        server.tls.ca_file = str(self._certificates.ca)
        server.authorization_file = str(self.authorization)
        server.people_file = str(self.people)
        server.page_token_key_file = self._secret(f"page_token.{service}.key", "5c" * 32)
        server.grace.FromSeconds(10)
        server.log_level = "info"

    def _sealing(self, sealing, service: str, key_store: str) -> None:
        sealing.key_files.append(self._secret(f"sealing.{service}.key", SEALING_KEYS[service] * 32))
        store = sealing.key_store
        store.address, store.tls_ca_file = key_store, str(self._certificates.ca)
        store.user = store.schema = f"mamori_keys_{service}"
        store.password_file = self._secret(f"keys-{service}.password", password_of(f"keys-{service}"))

    def _channels(self, config, smtp_port: int) -> None:
        config.link_template = LINK
        config.smtp.url = f"smtp://127.0.0.1:{smtp_port}"
        config.smtp.ca_file = str(self._certificates.ca)
        setattr(config.smtp, "from", "mamori@acme.test")
        config.smtp.message_id_host = "mamori.acme.test"
        config.smtp.timeout.FromSeconds(2)
        config.webhook.allowed_private_networks.append("127.0.0.1/32")
        config.webhook.extra_ca_file = str(self._certificates.ca)
        config.webhook.timeout.FromSeconds(2)
        config.webhook.secret_key_file = str(self._directory / "webhook.key")
        config.webhook.circuit_wait.FromSeconds(1)
        config.dispatcher.lease.FromSeconds(7)
        config.dispatcher.poll_interval.FromMilliseconds(300)
