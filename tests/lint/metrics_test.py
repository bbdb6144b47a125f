"""The comparison of metrics finds what it is for, and leaves alone what it is not for."""

import unittest

import metrics

GOLDEN = metrics.listed("# head\nmamori_a_total counter worker,code intake\nmamori_b_seconds histogram - all\n")
A = 'x.Count("mamori_a_total", {{"worker", f(1)}, {"code", c}}, 2);\n'
B = 'constexpr char kB[] = "mamori_b_seconds";\n'


def compare(a=A, b=B, path="services/intake/x.cc"):
    return list(metrics.compare(GOLDEN, {path: a, "common/y.cc": b}))


class Compare(unittest.TestCase):
    def test_finds(self):
        for name, result in {
            "a name without a line": compare(a=A + 'x.Gauge("mamori_c", 1);\n'),
            "a name in a constant": compare(b=B + 'const char* c = "mamori_c";\n'),
            "another label": compare(a=A.replace('"code"', '"tenant"')),
            "a missing label": compare(a=A.replace(', {"code", c}', "")),
            "another type": compare(a=A.replace("Count", "Gauge")),
            "another service": compare(path="services/triage/x.cc"),
            "a line without code": compare(b=""),
        }.items():
            with self.subTest(name):
                self.assertEqual(len(result), 1, result)

    def test_leaves_alone(self):
        self.assertEqual(compare(), [])
        self.assertEqual(compare(a=A + '// "mamori_c"\n'), [])
        tests = {"services/intake/x.cc": A, "common/y.cc": B, "common/y_test.cc": '"mamori_c"'}
        self.assertEqual(list(metrics.compare(GOLDEN, tests)), [])


class Monitoring(unittest.TestCase):
    RULE = "  - alert: X\n    expr: rate(%s[5m]) > 0\n    annotations:\n      runbook: deploy/runbook.md#%s\n"

    def test_alerts(self):
        for name, metric, section, count in [
            ("listed", "mamori_a_total", "not-ready", 0),
            ("a histogram's series", "mamori_b_seconds_bucket", "not-ready", 0),
            ("unlisted", "mamori_c", "not-ready", 1),
            ("a counter has no buckets", "mamori_a_total_bucket", "not-ready", 1),
            ("no such section", "mamori_a_total", "other", 1),
        ]:
            with self.subTest(name):
                found = list(metrics.monitoring(GOLDEN, self.RULE % (metric, section), "# Runbook\n## Not ready\n"))
                self.assertEqual(len(found), count, found)

    def test_every_alert_names_a_section(self):
        rule = "  - alert: X\n    expr: mamori_a_total > 0\n"
        self.assertEqual(len(list(metrics.monitoring(GOLDEN, rule, "## Not ready\n"))), 1)


if __name__ == "__main__":
    unittest.main()
