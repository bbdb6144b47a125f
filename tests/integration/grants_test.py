"""A service's database user reads and writes its own tables alone, over TLS alone."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.database import SERVICES, password_of  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


class GrantsTest(SystemTest):
    OPTIONS = {"replicas": 1, "services": ()}

    def _as(self, service: str, statement: str, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={self.system.database.port}",
             f"--user=mamori_{service}", f"--password={password_of(service)}", *options, "-e", statement],
            capture_output=True, text=True, timeout=20)

    def _tls(self) -> list[str]:
        return [f"--ssl-ca={self.system.certificates.ca}", "--ssl-verify-server-cert"]

    def _tables(self, service: str) -> list[str]:
        rows = self.system.database.sql(
            f"SELECT table_name FROM information_schema.tables WHERE table_schema = 'mamori_{service}'")
        return [row[0] for row in rows]

    def test_user_of_one_service_cannot_touch_tables_of_another(self):
        for service in SERVICES:
            for owner in SERVICES:
                for table in self._tables(owner):
                    done = self._as(service, f"SELECT 1 FROM mamori_{owner}.{table} LIMIT 1", *self._tls())
                    with self.subTest(service=service, table=f"{owner}.{table}"):
                        if service == owner:
                            self.assertEqual(done.returncode, 0, done.stderr)
                        else:
                            self.assertIn("denied", done.stderr)

    def test_user_cannot_change_its_schema(self):
        for service in SERVICES:
            for statement in (f"CREATE TABLE mamori_{service}.extra (a INT)", f"DROP TABLE mamori_{service}.outbox",
                              f"UPDATE mamori_{service}.schema_migration SET version = 0"):
                with self.subTest(service=service, statement=statement):
                    self.assertIn("denied", self._as(service, statement, *self._tls()).stderr)

    def test_intake_cannot_change_a_report(self):
        for statement in ("UPDATE mamori_intake.report SET body = ''", "UPDATE mamori_intake.supplement SET body = ''"):
            self.assertIn("denied", self._as("intake", statement, *self._tls()).stderr)

    def test_the_work_on_a_case_is_never_changed(self):
        """It goes when the case is disposed of."""
        self.assertIn("denied", self._as("triage", "UPDATE mamori_triage.case_work SET body = ''", *self._tls()).stderr)

    def test_audit_is_only_added_to(self):
        for service in SERVICES:
            for table in ("audit_entry", "audit_group", "audit_checkpoint", "audit_leaf", "audit_delivery"):
                for statement in (f"DELETE FROM mamori_{service}.{table}", f"UPDATE mamori_{service}.{table} SET time = 0",
                                  f"TRUNCATE mamori_{service}.{table}"):
                    with self.subTest(statement=statement):
                        self.assertIn("denied", self._as(service, statement, *self._tls()).stderr)

    def test_connection_without_tls_is_refused(self):
        self.assertIn("denied", self._as("intake", "SELECT 1", "--skip-ssl").stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
