"""The key store's second server and its continuous backup, on real servers with the settings that are shipped."""

import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import paths  # noqa: E402
from harness.certificates import Certificates  # noqa: E402
from harness.database import make_key_schemas, password_of, run_sql  # noqa: E402
from harness.key_servers import TOOL, KeyServer, keystore  # noqa: E402
from harness.processes import wait_until  # noqa: E402

SCHEMA = "mamori_keys_intake"
ALL = f"SELECT HEX(batch_id), HEX(wrapped) FROM {SCHEMA}.key_batch ORDER BY batch_id"
ERASED = f"SELECT HEX(key_id) FROM {SCHEMA}.erased_key ORDER BY key_id"


class KeyStoreTest(unittest.TestCase):
    def setUp(self):
        # The servers' user may enter it, and a socket's path is short.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mamori-keys.", dir="/tmp"))
        self.directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.certificates = Certificates(self.directory / "tls")
        self.certificates.directory.chmod(0o755)
        self.certificates.ca.chmod(0o644)
        self.primary = self._server("primary", 1)
        make_key_schemas(self.primary.sql, self.primary.address, self.directory, self.certificates.ca)

    # Steps.

    def _server(self, name: str, number: int, replica: bool = False) -> KeyServer:
        server = KeyServer(self.directory / name, self.certificates, number, replica)
        self.addCleanup(server.stop)
        server.start()
        return server

    def _run(self, *arguments) -> str:
        done = keystore(*arguments)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def _replicate(self, replica: KeyServer) -> str:
        password = self.directory / "replica.password"
        if not password.exists():
            password.write_text(secrets.token_hex(16))
        return self._run("replicate", "--primary", self.primary.client, "--replica", replica.client, "--password-file",
                         password, "--host", "127.0.0.1", "--port", self.primary.port, "--ca", self.certificates.ca)

    def _add(self, server: KeyServer, count: int = 1):
        """As intake does, with its own user's rights."""
        for _ in range(count):
            self._as_intake(server, f"INSERT INTO {SCHEMA}.key_batch VALUES (RANDOM_BYTES(14), 'acme', RANDOM_BYTES(8), 0,"
                            " CONCAT(RANDOM_BYTES(1024), RANDOM_BYTES(1024), RANDOM_BYTES(1024), RANDOM_BYTES(1024),"
                            " RANDOM_BYTES(512)))")

    def _erase(self, server: KeyServer):
        """The first key of the first batch."""
        self._as_intake(server, f"SELECT batch_id INTO @b FROM {SCHEMA}.key_batch ORDER BY batch_id LIMIT 1;"
                        f"INSERT INTO {SCHEMA}.erased_key VALUES (CONCAT(@b, X'0000'), 0);"
                        f"UPDATE {SCHEMA}.key_batch SET wrapped = INSERT(wrapped, 1, 72, REPEAT(X'00', 72))"
                        " WHERE batch_id = @b")

    def _as_intake(self, server: KeyServer, text: str):
        done = subprocess.run(["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={server.port}",
                               f"--user={SCHEMA}", f"--password={password_of('keys-intake')}",
                               f"--ssl-ca={self.certificates.ca}"], input=text, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def _waits_for_replica(self) -> bool:
        """A primary that went on alone sees at the next commit that it need not."""
        self._add(self.primary)
        return self.primary.sql("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_status'")[0][1] == "ON"

    def _has_all_of(self, server: KeyServer, wanted: list) -> bool:
        return server.sql(ALL + ";" + ERASED) == wanted

    def _keys_check(self, server: KeyServer, other: KeyServer) -> subprocess.CompletedProcess:
        """`other` stands for the server that has the content."""
        return subprocess.run([paths.binary("mamorictl"), "keys", "check", "--database", other.address, "--key-store",
                               server.address, "--user", "root", "--password-file", server.directory / "password",
                               "--tls-ca", self.certificates.ca], capture_output=True, text=True, timeout=60)

    # Tests.

    def test_a_replica_takes_over_with_every_key_that_was_answered(self):
        self._add(self.primary, 3)
        self._erase(self.primary)
        replica = self._server("replica", 2, replica=True)
        self.assertIn("BAD nobody replicates it", self._keys_check(self.primary, replica).stdout)
        self.assertEqual(keystore("status", "--replica", replica.client).returncode, 1)
        self._replicate(replica)
        self.assertIn("already", self._replicate(replica))
        checked = self._keys_check(self.primary, replica)
        self.assertEqual((checked.returncode, checked.stdout.count("BAD")), (0, 0), checked.stdout + checked.stderr)
        wait_until("commits wait for the replica", self._waits_for_replica, 20, 0.2)
        with self.assertRaisesRegex(RuntimeError, "read-only"):
            self._add(replica)
        # The replica is killed and comes back; what is answered last is on its disk, whatever becomes of the primary.
        self._add(self.primary, 2)
        replica.kill()
        replica.start()
        self._add(self.primary, 2)
        wait_until("the replica is back", lambda: keystore("status", "--replica", replica.client).returncode == 0, 60, 0.5)
        wait_until("commits wait for it again", self._waits_for_replica, 20, 0.2)
        self._add(self.primary, 20)
        wanted = self.primary.sql(ALL + ";" + ERASED)
        self.primary.kill()
        shutil.rmtree(self.primary.directory / "data")
        self._run("promote", "--replica", replica.client)
        self.assertTrue(self._has_all_of(replica, wanted))
        before = len(replica.sql(ALL))
        self.assertGreaterEqual(before, 27)
        # Intake goes on there with the rights that it had, no more.
        self._add(replica)
        self.assertEqual(len(replica.sql(ALL)), before + 1)
        with self.assertRaisesRegex(RuntimeError, "denied"):
            self._as_intake(replica, f"DELETE FROM {SCHEMA}.erased_key")

    def test_the_backup_has_what_came_after_its_dump(self):
        backups = self.directory / "backups"
        self._add(self.primary, 2)
        follower = subprocess.Popen([TOOL, "follow", "--primary", self.primary.client, "--to", backups])
        self.addCleanup(lambda: follower.poll() is None and follower.kill())
        self._run("backup", "--primary", self.primary.client, "--to", backups)
        self._add(self.primary, 5)
        self._erase(self.primary)
        self.primary.sql("FLUSH BINARY LOGS")
        # One that ends goes on where it was.
        wait_until("the first log is copied", lambda: len(list(backups.glob("binlog.*"))) > 1, 30)
        follower.kill()
        follower.wait()
        follower = subprocess.Popen([TOOL, "follow", "--primary", self.primary.client, "--to", backups])
        self.addCleanup(lambda: follower.poll() is None and follower.kill())
        self._add(self.primary, 5)
        wanted = self.primary.sql(ALL + ";" + ERASED)
        name, size = self.primary.sql("SHOW MASTER STATUS")[0][:2]
        wait_until("the last log is copied", lambda: (backups / name).exists() and
                   (backups / name).stat().st_size >= int(size), 30)
        follower.kill()
        follower.wait()
        self.primary.kill()
        restored = self._server("restored", 3)
        self._run("restore", "--from", backups, "--into", restored.client)
        self.assertTrue(self._has_all_of(restored, wanted))
        self.assertEqual(len(restored.sql(ALL)), 12)
        again = keystore("restore", "--from", backups, "--into", restored.client)
        self.assertIn("restore into an empty one", again.stderr)

    def test_what_was_erased_goes_out_of_the_backup_in_seven_days(self):
        backups = self.directory / "backups"
        self._add(self.primary)
        self._run("backup", "--primary", self.primary.client, "--to", backups)
        old = list(backups.iterdir()) + [backups / "binlog.000001", backups / "dump-torn.sql.new"]
        for days, left in ((6, True), (8, False)):
            for file in old:
                file.touch()
                os.utime(file, (time.time() - days * 86400,) * 2)
            self._run("backup", "--primary", self.primary.client, "--to", backups)
            self.assertEqual([file.exists() for file in old], [left] * len(old), f"{days} days")
        self.assertEqual(len(list(backups.glob("dump-*.sql"))), 2)


if __name__ == "__main__":
    unittest.main()
