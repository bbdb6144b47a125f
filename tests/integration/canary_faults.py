"""Calls with a canary that do not end as they should: they wait for a lock, lose a deadlock, die with their service or
with the database. Each gives back what the database told of it meanwhile."""

import signal
import threading
import time

import grpc
from harness.client import new_request_id
from harness.ids import id_of
from harness.processes import wait_until
from harness.reports import make_request
from harness.stubs import triage_service_pb2

HEAVY = 5000  # rows: of two in a deadlock, the one that has changed less is ended


def _told(test) -> str:
    return str(test.system.database.sql("SHOW ENGINE INNODB STATUS; SHOW FULL PROCESSLIST;"))


class _Beside:
    """Something that goes on beside the test; what went wrong with it is kept."""

    def __init__(self, call, *arguments):
        self.error = None
        self._thread = threading.Thread(target=self._run, args=(call, arguments))
        self._thread.start()

    def _run(self, call, arguments):
        try:
            call(*arguments)
        except (grpc.RpcError, RuntimeError) as error:
            self.error = error

    def running(self) -> bool:
        return self._thread.is_alive()

    def join(self):
        self._thread.join()
        return self.error


def _note(case: str, word: str):
    return triage_service_pb2.AddNoteRequest(request_id=new_request_id(), name=case, note={"text": word})


def _wait_for_lock(test, table: str) -> str:
    def waiting():
        status = _told(test)
        return status if "LOCK WAIT" in status and table in status else None
    return wait_until(f"the call waits for a lock of {table}", waiting, 10)


def _wait_until_held(test) -> None:
    """Whoever holds locks has them, and sleeps."""
    asleep = "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep';"
    wait_until("the locks are held", lambda: test.system.database.sql(asleep)[0][0] != "0", 10, 0.05)


def _row(case: str) -> str:
    return f"WHERE case_id = X'{id_of(case).hex()}' FOR UPDATE;"


def while_locked(test, case: str, word: str) -> list[bytes]:
    holder = _Beside(test.system.database.sql,
                     f"BEGIN; SELECT 1 FROM mamori_triage.case_record {_row(case)} SELECT SLEEP(4); ROLLBACK;")
    _wait_until_held(test)
    caller = _Beside(test.client.call, "triage", "AddNote", _note(case, word))
    told = _wait_for_lock(test, "case_record")
    test.assertIsNone(holder.join())
    test.assertIsNone(caller.join())
    return [told.encode()]


def in_a_deadlock(test, case: str, word: str) -> list[bytes]:
    """The service holds the case's row and wants to add to its notes, which somebody holds who then wants the case's row."""
    sql = test.system.database.sql
    sql("SET GLOBAL innodb_print_all_deadlocks = ON; CREATE DATABASE IF NOT EXISTS planted;"
        "CREATE TABLE IF NOT EXISTS planted.heavy (n INT PRIMARY KEY);")
    other = _Beside(sql, f"""
        SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE;
        BEGIN; INSERT INTO planted.heavy SELECT seq FROM planted.seq_1_to_{HEAVY};
        SELECT COUNT(*) FROM mamori_triage.case_note {_row(case)}
        SELECT SLEEP(3); SELECT 1 FROM mamori_triage.case_record {_row(case)} ROLLBACK;""")
    _wait_until_held(test)
    caller = _Beside(test.client.call, "triage", "AddNote", _note(case, word))
    _wait_for_lock(test, "case_note")
    test.assertIsNone(other.join(), "the other one is not ended")
    test.assertIsNone(caller.join(), "the call was run again")
    told = _told(test)
    test.assertIn("LATEST DETECTED DEADLOCK", told)
    test.assertIn("INSERT INTO case_note", told.split("LATEST DETECTED DEADLOCK")[1])
    return [told.encode()]


def in_a_crash(test, case: str, word: str) -> list[bytes]:
    """Each service dies of a signal that would leave a core, then the database by kill -9, all in the midst of a call."""
    system, told = test.system, []
    for service, number, call, held in (
            ("triage", signal.SIGSEGV, ("triage", "AddNote", _note(case, word)),
             f"BEGIN; SELECT 1 FROM mamori_triage.case_record {_row(case)} SELECT SLEEP(4); ROLLBACK;"),
            ("intake", signal.SIGABRT, ("intake", "SubmitReport", make_request(word)),
             "LOCK TABLES mamori_intake.report READ; SELECT SLEEP(4); UNLOCK TABLES;")):
        holder, process = _Beside(system.database.sql, held), system.processes[service][0]
        _wait_until_held(test)
        caller = _Beside(test.client.call, *call)
        time.sleep(0.7)
        test.assertTrue(caller.running(), "the call is under way")
        told.append(_told(test).encode())
        process.signal(number)
        test.assertEqual(process.wait(20), -number)
        error = caller.join()
        test.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
        told.append((error.details() or "").encode())
        holder.join()
        process.start()
    system.wait_ready()
    holder = _Beside(system.database.sql,
                     f"BEGIN; SELECT 1 FROM mamori_triage.case_record {_row(case)} SELECT SLEEP(20); ROLLBACK;")
    _wait_until_held(test)
    caller = _Beside(test.client.call, "triage", "AddNote", _note(case, word))
    _wait_for_lock(test, "case_record")
    system.database.kill()
    error = caller.join()
    test.assertIn(error.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED))
    told.append((error.details() or "").encode())
    holder.join()
    system.database.start()
    system.wait_ready()
    return told
