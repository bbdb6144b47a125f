"""The database is there and says no: it refuses writes, stands still, or one insert fails."""

import concurrent.futures
import pathlib
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.client import AGAIN  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


class DatabaseFaultsTest(SystemTest):
    OPTIONS = {"replicas": 1}

    def _sql(self, text: str):
        return self.system.database.sql(text)

    def _refuse(self, table: str, company: str):
        """A trigger that refuses the rows of one company alone."""
        self._sql(f"""DELIMITER //
            CREATE TRIGGER {table.split(".")[0]}.refuse BEFORE INSERT ON {table} FOR EACH ROW
            IF NEW.company = '{company}' THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644; END IF//""")

    def _check_refused_then_done(self, requests):
        """Each was or is acknowledged now, has a case and is told."""
        for request in requests:
            case = self.wait_case(self.submit(request), 45)
            self.wait_sent(case.name, 2, 45)

    def _expect_come_again(self, request):
        with self.assertRaises(grpc.RpcError) as caught:
            self.client.call("intake", "SubmitReport", request, timeout=4)
        self.assertIn(caught.exception.code(), AGAIN)

    def test_database_refuses_writes(self):
        on_the_way = [make_request() for _ in range(5)]
        for request in on_the_way:
            self.submit(request)
        self._sql("SET GLOBAL read_only = 1")
        try:
            refused = [make_request() for _ in range(3)]
            for request in refused:
                self._expect_come_again(request)
            time.sleep(1.5)  # relays and the dispatcher meet it too
            self.assertEqual(self.system.liveness("intake", 0), "SERVING")
        finally:
            self._sql("SET GLOBAL read_only = 0")
        self._check_refused_then_done(on_the_way + refused)

    def test_database_stands_still(self):
        on_the_way = [make_request() for _ in range(5)]
        for request in on_the_way:
            self.submit(request)
        waiting = make_request()
        holder = threading.Thread(
            target=self._sql, args=("FLUSH TABLES WITH READ LOCK; DO SLEEP(4); UNLOCK TABLES;",))
        holder.start()
        held = "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'"
        wait_until("the lock is held", lambda: self._sql(held) == [["1"]], 10)
        with self.assertRaises(grpc.RpcError) as caught:
            self.client.call("intake", "SubmitReport", waiting, timeout=1.5)
        self.assertIn(caught.exception.code(), AGAIN)
        holder.join()
        self._check_refused_then_done([*on_the_way, waiting])

    def test_full_disk(self):
        """Each service in turn meets one: whoever asks is told to come again, and nothing is lost or sent twice."""
        tables = ("mamori_intake.report", "mamori_triage.case_record", "mamori_notification.outbox")
        for table in tables:
            with self.subTest(table=table):
                trigger = f"{table.split('.')[0]}.full_disk"
                self._sql(f"""DELIMITER //
                    CREATE TRIGGER {trigger} BEFORE INSERT ON {table} FOR EACH ROW
                    SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021//""")
                requests = [make_request() for _ in range(3)]
                try:
                    for request in requests:
                        if table == tables[0]:
                            self._expect_come_again(request)
                        else:
                            self.submit(request)
                    time.sleep(1.5)
                    for service in ("intake", "triage", "notification"):
                        self.assertEqual(self.system.liveness(service, 0), "SERVING")
                finally:
                    self._sql(f"DROP TRIGGER {trigger}")
                self._check_refused_then_done(requests)

    def test_one_failing_report_spares_its_neighbours(self):
        self._refuse("mamori_intake.report", "broken-jp")
        broken = [make_request(company="broken-jp") for _ in range(4)]
        whole = [make_request() for _ in range(24)]
        everyone = whole[:12] + broken + whole[12:]
        try:
            with concurrent.futures.ThreadPoolExecutor(len(everyone)) as threads:
                answers = list(threads.map(self._try, everyone))
        finally:
            self._sql("DROP TRIGGER mamori_intake.refuse")
        for request, answer in zip(everyone, answers):
            company = request.report.company
            self.assertEqual(answer is None, company != "broken-jp", f"{company}: {answer}")
        self._check_refused_then_done(everyone)

    def _try(self, request):
        """None when it was acknowledged, else the code."""
        try:
            self.client.call("intake", "SubmitReport", request)
            return None
        except grpc.RpcError as error:
            return error.code()

    def test_failing_inserts_of_later_services_are_made_up_for(self):
        for table in ("mamori_triage.case_record", "mamori_notification.delivery"):
            schema = table.split(".")[0]
            with self.subTest(table=table):
                self._refuse(table, "stuck-jp")
                try:
                    stuck = [make_request(company="stuck-jp") for _ in range(3)]
                    others = [make_request() for _ in range(3)]
                    for request in stuck + others:
                        self.submit(request)
                    self._check_refused_then_done(others)  # one bad row never stops the sweep
                finally:
                    self._sql(f"DROP TRIGGER {schema}.refuse")
                self._check_refused_then_done(stuck)


if __name__ == "__main__":
    unittest.main(verbosity=2)
