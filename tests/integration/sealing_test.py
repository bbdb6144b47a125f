"""Nothing of what people told is readable on a disk, and what was erased stays so whatever is restored."""

import os
import pathlib
import re
import secrets
import subprocess
import sys
import threading
import unittest
import urllib.request

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import every_request  # noqa: E402
from canary_faults import in_a_crash, in_a_deadlock, while_locked  # noqa: E402
from canary_request import call_everything  # noqa: E402
from canary_search import look_everywhere  # noqa: E402
from harness import access, audit, paths  # noqa: E402
from harness.client import AGAIN, new_request_id  # noqa: E402
from harness.disposal import dispose_of  # noqa: E402
from harness.evidence import confirming_hashes, upload  # noqa: E402
from harness.ids import id_of  # noqa: E402
from harness.processes import free_port, wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import (actor_pb2, case_pb2, contact_pb2, evidence_service_pb2,  # noqa: E402
                           intake_service_pb2, report_pb2, retention_service_pb2, triage_service_pb2,
                           two_person_service_pb2)
from harness.testcase import SystemTest  # noqa: E402

# Each form of it differs from the others. Never the same: what another run left in /tmp is not this run's.
WORD = f"Kanarienvogel{secrets.token_hex(4)}\u00c4\uff31\u5b88\u308b"
METRICS: dict[str, int] = {}
CHUNK = (1 << 20) - 1024  # of a file, as intake stores it

def adjust(service: str, replica: int, config) -> None:
    METRICS[service] = free_port()
    config.server.metrics_listen = f"127.0.0.1:{METRICS[service]}"
    directory = SealingTest.system.directory
    access.of_one_tenant(service, replica, config)
    if service != "intake":
        # Two people need not wait for each other here, and somebody approves measures.
        policy = directory / "policy.textproto"
        policy.write_text(pathlib.Path(config.policy_file).read_text() + """
            two_person { wait { seconds: 0 } }
            approval_rules { id: "any" approvals: 1 roles: "desk" hold_time { seconds: 3600 } outside_approvers: "test/lawyer" }\n""")
        config.policy_file = str(policy)
    if service == "intake":
        for limit in (config.flood.anonymous, config.flood.receipt):
            limit.per_minute = limit.burst = 1e6
    config.sealing.erasure_file = str(directory / f"erased.{service}")
    for entry in SealingTest.key_files.get(service, []):
        config.sealing.key_files.insert(0, entry)


def get_report(name: str):
    return intake_service_pb2.GetReportRequest(name=name)


class SealingTest(SystemTest):
    OPTIONS = {"replicas": 1, "durable": True, "adjust": adjust}
    key_files: dict[str, list[str]] = {}

    # Steps.

    def _read(self, name: str):
        return self.client.call_until_answered("intake", "GetReport", get_report(name))

    def _assert_gone(self, name: str):
        error = self.assert_code(grpc.StatusCode.NOT_FOUND, "intake", "GetReport", get_report(name))
        self.assert_reason(error, "NOT_FOUND")

    def _original(self, name: str) -> bytes:
        return b"".join(part.chunk.data for part in self.client.call(
            "intake", "DownloadOriginal", evidence_service_pb2.DownloadOriginalRequest(name=name, purpose="to see it")))

    def _assert_unconfirmed(self, dump: str, known: bytes, file_name: str):
        """No hash that whoever has the file could make of it, or of one of its chunks, stands in the dump. Nor one with
        intake's key for receipts, which is in its memory and outlives the file."""
        key = bytes.fromhex((self.system.directory / "receipt.key").read_text())
        hashes = confirming_hashes([known, known[:CHUNK], known[CHUNK:]], file_name, key)
        dump = dump.upper()
        self.assertEqual([one for one in hashes if one in dump], [])
        self.assertNotIn(known[:16].hex().upper(), dump)

    def _dump(self, database, schema: str, *options: str) -> str:
        return subprocess.run(["mariadb-dump", f"--defaults-file={database.directory}/run/client.cnf",
                               "--single-transaction", "--hex-blob", *options, schema],
                              capture_output=True, text=True, timeout=60, check=True).stdout

    def _load(self, database, schema: str, dump: str):
        database.sql(f"DROP DATABASE {schema}; CREATE DATABASE {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
                     f"USE {schema};\n{dump}", 60)

    def _position(self) -> tuple[str, str]:
        row = self.system.database.sql("SHOW MASTER STATUS")[0]
        return row[0], row[1]

    def _restart(self, service: str):
        process = self.system.processes[service][0]
        if process.alive():
            self.assertEqual(process.stop(30), 0)
        process.start()
        self.system.wait_ready()

    # Tests.

    def test_canaries_stand_nowhere_in_a_readable_form(self):
        answers = []

        def call(service, method, request):
            try:
                return self.client.call(service, method, request)
            except grpc.RpcError as error:
                answers.append(f"{error.details()} {error.trailing_metadata()}")
                return None

        other = self._canary_request("request-canary-1")
        name = self.submit(other)
        case = self.wait_case(name)
        self.submit(other)  # a repeat
        other.report.narrative += " and more"
        self.assertIsNone(call("intake", "SubmitReport", other))  # the id with another body
        long = self._canary_request("request-canary-2")
        long.report.narrative = WORD * 20_000
        self.assertIsNone(call("intake", "SubmitReport", long))
        wrong = self._canary_request("request-canary-3")
        wrong.report.kind = report_pb2.REPORT_KIND_UNSPECIFIED
        wrong.report.company = WORD
        self.assertIsNone(call("intake", "SubmitReport", wrong))
        batch = intake_service_pb2.BatchSubmitReportsRequest(
            requests=[self._canary_request("request-canary-4"), wrong])
        self.assertIsNotNone(call("intake", "BatchSubmitReports", batch))
        self.assertIsNone(call("intake", "GetReport", get_report(WORD)))

        supplement = intake_service_pb2.SupplementReportRequest(request_id=new_request_id(), name=name)
        supplement.supplement.kind = report_pb2.SUPPLEMENT_KIND_ADDITION
        supplement.supplement.text, supplement.supplement.language = f"He said {WORD} again", "en"
        for _ in range(2):
            self.assertIsNotNone(call("intake", "SupplementReport", supplement))
        supplement.supplement.text += "!"
        self.assertIsNone(call("intake", "SupplementReport", supplement))
        contact = intake_service_pb2.RecordContactRequest(request_id=new_request_id(), contact=contact_pb2.Contact(
            company="acme-jp", minutes=5, channel=report_pb2.CHANNEL_PHONE, demand=f"{WORD}!",
            actor=actor_pb2.AllegedActor(person=WORD, online_handle=WORD, relation=actor_pb2.ACTOR_RELATION_CUSTOMER)))
        contact.contact.start_time.FromSeconds(1_700_000_000)
        for _ in range(2):
            self.assertIsNotNone(call("intake", "RecordContact", contact))
        file = upload(self.client, name, f"A call: {WORD}".encode() * 100, f"{WORD}.txt")
        purpose = evidence_service_pb2.DownloadOriginalRequest(name=file, purpose=f"to find {WORD}")
        self.assertTrue(list(self.client.call("intake", "DownloadOriginal", purpose)))
        note = triage_service_pb2.AddNoteRequest(request_id=new_request_id(), name=case.name,
                                                 note={"text": f"Says {WORD}."})
        for _ in range(2):
            self.assertIsNotNone(call("triage", "AddNote", note))
        note.note.text += "!"
        self.assertIsNone(call("triage", "AddNote", note))

        # All of it can be read as it was told.
        self.assertIn(WORD, self._read(name).narrative)
        self.assertIn(WORD, self.find_case(case.name).notes[0].text)

        errors = call_everything(self, WORD)
        for fault in (while_locked, in_a_deadlock, in_a_crash):
            errors += fault(self, case.name, WORD)
        for service, port in METRICS.items():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
                (self.system.directory / f"metrics.{service}").write_bytes(response.read())
        for service in ("intake", "triage"):
            self.system.processes[service][0].kill()
        look_everywhere(self, WORD, [a.encode() for a in answers] + errors)

    def _canary_request(self, request_id: str):
        request = make_request(f"On the phone he said: {WORD}", request_id, wish=f"No {WORD} any more")
        request.report.actors[0].person = f"{WORD} the first"
        request.report.actors[0].organisation = f"{WORD} Ltd"
        request.report.actors[0].online_handle = f"@{WORD}"
        request.report.occurrences[0].place = f"{WORD} street"
        request.report.occurrences[0].urls.append(f"https://example.com/{WORD}")
        request.report.affected[0].relation_to_reporter = f"{WORD} kin"
        request.report.reporter.person = "somebody"
        request.report.reporter.contact = f"{WORD} mail"
        return request

    def test_what_was_erased_stays_so_whatever_is_restored(self):
        system = self.system
        name, kept = self.submit(), self.submit(make_request("Somebody else's words."))
        self.wait_case(name)
        known = os.urandom(3000) * 500  # a file that somebody has a copy of
        file_of = upload(self.client, name, known, "known.bin")
        self.assertEqual(self._original(file_of), known)
        schema, keys_schema = "mamori_intake", "mamori_keys_intake"
        backup = self._dump(system.database, schema, "--master-data=2")
        self._assert_unconfirmed(backup, known, "known.bin")
        listed = system.database.sql(f"SELECT COUNT(*) FROM {schema}.erased_key")  # by other tests
        after = self.submit(make_request("After the backup."))  # comes from the binlog alone
        file, begin = re.search(r"MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)", backup).groups()
        keys_backup = self._dump(system.keys, keys_schema)
        last, end = self._position()
        dispose_of(self.system, name)
        self._assert_gone(name)
        self.assertIn("refund", self._read(kept).narrative + "refund")

        # The key store as it was before: the service erases again before it serves.
        system.processes["intake"][0].stop(30)
        self._load(system.keys, keys_schema, keys_backup)
        self._restart("intake")
        self._assert_gone(name)
        self._read(kept)

        # The database as it was before, with all keys of now. Its list of what was erased is gone, too.
        system.processes["intake"][0].stop(30)
        files = [f"{system.database.directory}/data/{f}" for f in sorted({file, last})]
        binlog = subprocess.run(["mariadb-binlog", f"--start-position={begin}", f"--stop-position={end}",
                                 f"--database={schema}", *files],
                                capture_output=True, text=True, timeout=60, check=True).stdout
        self._load(system.database, schema, backup)
        system.database.sql(f"USE {schema};\n{binlog}", 60)
        self.assertEqual(system.database.sql(f"SELECT COUNT(*) FROM {schema}.erased_key"), listed)
        self._restart("intake")
        self.assertIn("After the backup", self._read(after).narrative)
        self._assert_gone(name)
        # The file's rows are there again, and nobody learns of them whether it was this file.
        rows = system.database.sql(f"SELECT COUNT(*) FROM {schema}.evidence_chunk WHERE blob_id IN (SELECT blob_id FROM"
                                   f" {schema}.evidence WHERE report_id = X'{id_of(name).hex()}')")
        self.assertGreater(int(rows[0][0]), 0)
        for call in (lambda: self._original(file_of), lambda: self.client.call(
                "intake", "GetEvidence", evidence_service_pb2.GetEvidenceRequest(name=file_of))):
            with self.assertRaises(grpc.RpcError) as raised:
                call()
            self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)
        self._assert_unconfirmed(self._dump(system.database, schema) + self._dump(system.keys, keys_schema), known,
                                 "known.bin")

        # Both as they were before: the file still knows.
        system.processes["intake"][0].stop(30)
        self._load(system.keys, keys_schema, keys_backup)
        self._restart("intake")
        self._assert_gone(name)
        self._read(kept)

    def test_what_was_disposed_of_opens_in_no_backup(self):
        system, second = self.system, self.system.client(person="desk-2")
        # Long enough to be looked for in others, and of somebody with a name.
        request = make_request("He stood at the counter of the north branch, asked for the manager three times, threw the "
                               "receipt of his broken kettle on the floor and shouted that we would hear from his lawyer.")
        request.report.actors[0].person = "Tanaka Jiro"
        report = self.submit(request)
        case = self.wait_case(report).name
        triaged = every_request.make("TriageCase", case)
        for request in (every_request.make("RecordFinding", case), every_request.make("AddNote", case), triaged,
                        every_request.make("AssessDetrimentRisk", case), every_request.make("RecordCare", case)):
            self.client.call("triage", request.DESCRIPTOR.name.removesuffix("Request"), request)
        schemas = ("mamori_triage", "mamori_intake")
        backups = {schema: self._dump(system.database, schema, "--master-data=2") for schema in schemas}
        # From here on the binlog alone has it.
        self.client.call("triage", "CloseCase", every_request.make("CloseCase", case))
        system.database.sql("UPDATE mamori_triage.case_retention SET close_time = close_time - 3650 * 86400000000"
                            f" WHERE case_id = X'{id_of(case).hex()}'")
        last, end = self._position()
        self.assertEqual(len(self.find_case(case).notes), 2)
        self._fact_finding(case)

        act = self.client.call("triage", "RequestAct", two_person_service_pb2.RequestActRequest(
            request_id=new_request_id(), act={"kind": "ACT_KIND_DISPOSE_CASE", "resource": case, "reason": "It is over."}))
        second.call("triage", "ApproveAct", two_person_service_pb2.ApproveActRequest(
            request_id=new_request_id(), name=act.name, hash=act.hash))
        done = self.client.call("triage", "DisposeCase", retention_service_pb2.DisposeCaseRequest(
            request_id=new_request_id(), name=case, act=act.name))
        self.assertEqual([done.note_count, done.record_count, list(done.reports)], [2, 3, [report]])
        wait_until("intake has erased its report", lambda: self._is_gone(report), 20)

        for service in ("triage", "intake"):
            system.processes[service][0].stop(30)
        for schema in schemas:
            file, begin = re.search(r"MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)", backups[schema]).groups()
            files = [f"{system.database.directory}/data/{f}" for f in sorted({file, last})]
            binlog = subprocess.run(["mariadb-binlog", f"--start-position={begin}", f"--stop-position={end}",
                                     f"--database={schema}", *files],
                                    capture_output=True, text=True, timeout=60, check=True).stdout
            self._load(system.database, schema, backups[schema])
            system.database.sql(f"USE {schema};\n{binlog}", 60)
        self.assertGreater(self._derived(report), 0, "this test would see nothing")
        for service in ("triage", "intake"):
            system.processes[service][0].start()
        system.wait_ready()
        restored = self.find_case(case)
        self.assertEqual(restored.state, case_pb2.CASE_STATE_CLOSED)
        self.assertEqual([list(restored.notes), restored.assessments[0].ByteSize()], [[], 0])
        with self.assertRaises(grpc.RpcError) as raised:
            self._fact_finding(case)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)
        self._assert_gone(report)
        self.assertEqual(self._derived(report), 0, "what is remembered of it confirms a known name or text")
        rows = system.database.sql("SELECT (SELECT COUNT(*) FROM mamori_triage.case_work), (SELECT COUNT(*) FROM "
                                   "mamori_triage.case_note), (SELECT COUNT(*) FROM mamori_intake.report)")
        self.assertTrue(all(int(count) > 0 for count in rows[0]), "the rows are there")

    def _derived(self, report: str) -> int:
        """How many rows triage has that it worked out of the report's words."""
        return sum(int(self.system.database.sql(f"SELECT COUNT(*) FROM mamori_triage.{table} WHERE report_id ="
                                                f" X'{id_of(report).hex()}'")[0][0])
                   for table in ("actor_mention", "report_sketch", "contact_mark"))

    def _fact_finding(self, case: str):
        return self.client.call_until_answered("triage", "GetFactFinding", every_request.make("GetFactFinding", case))

    def _is_gone(self, report: str) -> bool:
        try:
            self._read(report)
            return False
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.NOT_FOUND

    def test_each_database_may_be_killed_alone(self):
        name = self.submit()
        self.system.keys.kill()
        during = self.submit()  # fresh keys are in memory
        error = self.assert_code(grpc.StatusCode.UNAVAILABLE, "intake", "GetReport", get_report(name))
        self.assertNotIn("Connector", error.details())
        self.system.keys.start()
        for one in (name, during):
            self._read(one)
        self.system.database.kill()
        self.system.database.start()
        for one in (name, during):
            self._read(one)
        self.submit()

    def test_key_encryption_keys_change_without_a_failed_read(self):
        names = [self.submit() for _ in range(5)]
        system = self.system
        new = system.directory / "sealing.intake.new.key"
        new.write_text("4e" * 32 + "\n")
        new.chmod(0o600)
        failed, stop = [], threading.Event()

        def read():
            while not stop.is_set():
                for name in names:
                    try:
                        self._read(name)
                    except grpc.RpcError as error:
                        if error.code() not in AGAIN:
                            failed.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        try:
            # A key of another kind: what it wraps with are tenants' keys of its epoch, which the key store has.
            type(self).key_files = {"intake": [f"epochs:{new}"]}
            system.make_processes_again("intake")
            done = subprocess.run(
                [paths.binary("mamorictl"), "keys", "rewrap", "intake", "--key-store", system.keys.address,
                 "--user", "migrator", "--password-file", system.directory / "migrate-keys" / "migrator.password",
                 "--tls-ca", system.certificates.ca, "--sealing-key", f"intake=epochs:{new}",
                 "--sealing-key", f"intake={system.directory}/sealing.intake.key"],
                capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"intake: [1-9]\d* batches")
        finally:
            stop.set()
            thread.join()
        self.assertEqual(failed, [])
        # The former key opens nothing any more; the new one, everything.
        rows = system.keys.sql("SELECT COUNT(DISTINCT key_encryption_id) FROM mamori_keys_intake.key_batch")
        self.assertEqual(rows, [["1"]])
        self.assertEqual(system.keys.sql("SELECT COUNT(*), COUNT(DISTINCT epoch_id) FROM mamori_keys_intake.epoch_key"
                                         " JOIN mamori_keys_intake.key_batch ON key_encryption_id = epoch_id")[0][1], "1")
        for name in names:
            self._read(name)

    def test_audit_proves_content_that_is_sealed(self):
        name = self.submit()
        self.wait_case(name)
        done = wait_until("the audit is whole", lambda: (lambda d: d if d.returncode == 0 else None)(
            audit.verify(self.system)), 60, 1)
        self.assertIn("0 findings", done.stdout)

    def test_service_does_not_start_with_a_key_that_others_can_read(self):
        key = self.system.directory / "sealing.intake.key"
        process = self.system.processes["intake"][0]
        process.stop(30)
        key.chmod(0o644)
        try:
            done = subprocess.run(process.argv, capture_output=True, text=True, timeout=30)
        finally:
            key.chmod(0o600)
            self._restart("intake")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("open to others", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
