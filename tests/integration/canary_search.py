"""Looks for a canary in all that a system has left behind."""

import pathlib
import subprocess

from harness import canary

PLANTED = "Stieglitz\u00c4\uff31\u5b88\u308b"


def look_everywhere(test, word: str, answers: list[bytes]) -> None:
    """Fails where `word` stands readable on the system's disk, in backups of it, or in what was answered; and where the
    search would not see it."""
    directory = test.system.directory
    (directory / "answers").write_bytes(b"\n".join(answers) + b"\n")
    for database in (test.system.database, test.system.keys):
        (directory / f"status.{database.port}").write_text(
            str(database.sql("SHOW ENGINE INNODB STATUS; SHOW FULL PROCESSLIST;")))
        (directory / f"backup.{database.port}").write_bytes(subprocess.run(
            ["mariadb-dump", f"--defaults-file={database.directory}/run/client.cnf", "--single-transaction",
             "--all-databases"], capture_output=True, timeout=60, check=True).stdout)
    # A copy of each form of another word, in a table and in a log: else the search sees nothing.
    copies = list(canary.forms(PLANTED).items())
    copies += [(f"compressed {form}", canary.compressed(b"a line with " + copies[0][1] + b" in it")[kind])
               for form, kind in (("raw", "gzip"), ("raw", "zlib"), ("raw", "zip"))]
    for number, (_, form) in enumerate(copies):
        test.system.database.sql("CREATE DATABASE IF NOT EXISTS planted;"
                                 "CREATE TABLE IF NOT EXISTS planted.one (n INT PRIMARY KEY, form BLOB);"
                                 f"INSERT INTO planted.one VALUES ({number}, X'{form.hex()}');")
        (directory / f"planted.{number}.log").write_bytes(b"a log line with " + form + b" in it\n")
    test.system.database.sql("FLUSH TABLES planted.one FOR EXPORT; UNLOCK TABLES;")
    # A backup of the files too, with the log of what was written meanwhile.
    physical = directory / "physical"
    subprocess.run(["mariadb-backup", f"--defaults-file={test.system.database.directory}/run/client.cnf", "--backup",
                    f"--target-dir={physical}", f"--datadir={test.system.database.directory}/data"],
                   capture_output=True, timeout=120, check=True)
    # Beside all that the system has, what it may have left where every process may write.
    everywhere = [p for p in directory.iterdir() if p.name not in ("tls", "issuer")]
    everywhere += [p for top in ("/tmp", "/var/tmp", "/dev/shm") for p in pathlib.Path(top).iterdir() if p.is_file()]
    planted, readable = canary.search(everywhere, PLANTED, word)
    hits = "\n".join(planted)
    for number, (form, _) in enumerate(copies):
        test.assertIn(f"planted.{number}.log: {form}", hits)
    for file in ("data/planted/one.ibd", "binlog.0", "data/ib_logfile0", "physical/planted/one.ibd"):  # tables, logs, backup
        for form, _ in copies:
            test.assertRegex(hits, rf"{file}\d*: {form.replace('+', '.')}")

    test.assertEqual((readable, _tables_with(test, word.encode())), ([], set()))


def _tables_with(test, word: bytes) -> set[str]:
    """For whoever has to find out where it comes from."""
    tables, table = set(), ""
    for database in (test.system.database, test.system.keys):
        for line in (test.system.directory / f"backup.{database.port}").read_bytes().split(b"\n"):
            if line.startswith(b"INSERT INTO"):
                table = line.split(b"`")[1].decode()
            if word in line:
                tables.add(table)
    return tables
