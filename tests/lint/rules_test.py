"""Each rule finds what it is for, and leaves alone what it is not for."""

import unittest

import rules

PROTO = "package mamori.x.v1;\nservice S {\n  rpc A(B) returns (C);\n}\n"
TABLE = "deploy/config/authorization.textproto"


def found(rule, path: str, text: str, **more: str) -> list[str]:
    return list(rule({path: text, **more}))


class Rules(unittest.TestCase):
    def check(self, rule, rows):
        for path, text, count in rows:
            with self.subTest(path=path, text=text):
                self.assertEqual(len(found(rule, path, text)), count)

    def test_dependencies(self):
        self.check(rules.dependencies, [
            ("services/a/x.cc", '#include "services/b/y.h"\n', 1),
            ("services/a/x.cc", '#include "services/a/y.h"\n', 0),
            ("services/a/x.cc", "#include <cppconn/driver.h>\n", 1),
            ("common/db/x.h", "#include <cppconn/driver.h>\n", 1),
            ("common/db/x.cc", "#include <cppconn/driver.h>\n", 0),
            ("tests/driver/x.cc", "#include <mysql_connection.h>\n", 0),
            ("common/a/x.h", '#include "services/a/y.h"\n', 1),
            ("services/a/a_service.cc", '#include "common/db/pool.h"\n', 1),
            ("services/a/sql_a_store.cc", '#include "common/db/pool.h"\n', 0),
            ("services/a/a.cc", '#include "common/testing/x.h"\n', 1),
            ("services/a/a_test.cc", '#include "common/testing/x.h"\n', 0),
        ])

    def test_rule_files(self):
        self.check(rules.rule_files, [
            ("services/a/validate.cc", "#include <fstream>\n", 1),
            ("services/a/validate.cc", '#include <string>\n#include "absl/time/time.h"\n', 0),
            ("services/a/validate.cc", '#include "common/db/tx.h"\n', 1),
            ("services/a/case_state.cc", '#include "common/time/clock.h"\n', 1),
            ("services/a/assess.cc", '#include "mamori/v1/report.pb.h"\n', 0),
            ("services/a/other.cc", '#include "common/db/tx.h"\n', 0),
        ])
        through = found(rules.rule_files, "services/a/validate.cc", '#include "services/a/helper.h"\n',
                        **{"services/a/helper.h": "", "services/a/helper.cc": "#include <thread>\n"})
        self.assertEqual(len(through), 1)

    def test_commands(self):
        proto = {"proto/x.proto": PROTO}
        rows = [
            ("auto stub = S::NewStub(channel);\nstub->A(call, request, &response);\n", 0),
            ("CallEither(&S::Stub::A);\n", 0),
            ("auto stub = S::NewStub(channel);\nARequest request;\n", 1),
            ("auto stub = T::NewStub(channel);\nstub->A(call, request, &response);\n", 1),
        ]
        for text, count in rows:
            with self.subTest(text=text):
                missing = [line for line in found(rules.commands, "services/mamorictl/a_commands.cc", text, **proto)
                           if "S/A" in line]
                self.assertEqual(len(missing), count)
        self.assertEqual(len([line for line in found(rules.commands, "services/mamorictl/a_test.cc", rows[0][0], **proto)
                              if "S/A" in line]), 1)

    def test_clocks(self):
        self.check(rules.clocks, [
            ("services/a/x.cc", "auto t = absl::Now();\n", 1),
            ("services/a/x.cc", "auto t = std::chrono::system_clock::now();\n", 1),
            ("services/a/x.cc", "auto t = time(nullptr);\n", 1),
            ("services/a/x.cc", "auto t = std::time(nullptr);\n", 1),
            ("services/a/x.cc", "auto t = clock.Now();  // never absl::Now()\n", 0),
            ("services/a/x.cc", "auto t = message.time();\n", 0),
            ("services/a/x_test.cc", "auto t = absl::Now();\n", 0),
            ("common/time/clock.cc", "return absl::Now();\n", 0),
        ])

    def test_driver_calls(self):
        self.check(rules.driver_calls, [
            ("common/db/x.cc", "connection->commit();\n", 1),
            ("common/db/x.cc", "connection->Commit();\n", 0),
            ("tests/driver/x.cc", "connection->setAutoCommit(false);\n", 0),
        ])

    def test_sizes(self):
        self.check(rules.sizes, [
            ("a/x.cc", "\n" * 400, 0), ("a/x.cc", "\n" * 401, 1), ("a/main.cc", "\n" * 81, 1),
            ("a/main.cc", "\n" * 80, 0), ("a/x.md", "\n" * 500, 0),
        ])

    def test_unfinished(self):
        self.check(rules.unfinished, [("a/x.cc", "// TO" "DO: later\n", 1), ("a/x.cc", "// done\n", 0)])

    def test_readmes(self):
        self.assertEqual(len(found(rules.readmes, "a/b/x.cc", "")), 1)
        self.assertEqual(found(rules.readmes, "a/x.cc", "", **{"a/README.md": ""}), [])
        self.assertEqual(found(rules.readmes, "a/b/x.cc", "", **{"a/README.md": "- `b/`: things"}), [])

    def test_authorization(self):
        row = 'methods { method: "/mamori.x.v1.S/A" }\n'
        check = lambda table: found(rules.authorization, TABLE, table, **{"proto/x.proto": PROTO})
        self.assertEqual(check(row), [])
        self.assertEqual(len(check("")), 1)
        self.assertEqual(len(check(row + row)), 1)
        self.assertEqual(len(check(row + row.replace("/A", "/Z"))), 1)
        self.assertEqual(len(check(row + 'callers { id: "spiffe://m/service/intake" person: PERSON_RULE_ALLOWED }')), 1)
        self.assertEqual(len(check(row + 'callers { id: "spiffe://m/service/intake" }')), 1)
        self.assertEqual(check(row + 'callers { id: "spiffe://m/service/triage" purpose: "assess" }'), [])
        self.assertEqual(check(row + 'callers { id: "spiffe://m/app/portal" person: PERSON_RULE_ALLOWED }'), [])

    def test_reporter_queries(self):
        def query(field: str, name: str = "ListXRequest", more: str = "") -> list[str]:
            return found(rules.reporter_queries, "proto/x.proto", f"message {name} {{\n  {field} = 1;\n}}\n{more}")
        for field in ("string reporter", "ReporterMode mode", "repeated string submitters", "string order_by",
                      "bool anonymous_only", "string group_by"):
            self.assertEqual(len(query(field)), 1, field)
        for field in ("string company", "string page_token", "repeated CaseState states"):
            self.assertEqual(query(field), [], field)
        self.assertEqual(query("string reporter", "SubmitXRequest"), [])
        inside = "message Filter {\n  string submitter = 2;\n}\n"
        self.assertEqual(len(query("Filter filter", more=inside)), 1)


if __name__ == "__main__":
    unittest.main()
