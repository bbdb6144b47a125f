"""The rule about the threat model finds what it is for, and leaves alone what it is not for."""

import unittest

import threat_model

TREE = {"services/a/x_test.cc": "TEST_F(XTest, OneThingHolds) {}\nclass Mine {};", "services/a/y_test.cc": "",
        "tests/integration/z_test.py": "    def test_it_is_so(self):", "tests/fuzz/run": ""}


def page(row: str) -> str:
    pages = "\n".join(f"## {n}. {name}\nDoes **not** hold: all.\n" for n, name in enumerate(threat_model.ATTACKERS, 1))
    return f"{pages}| tries | what stops him | test |\n|---|---|---|\n{row}\n"


class ThreatModel(unittest.TestCase):
    def found(self, text: str) -> list[str]:
        return list(threat_model.threat_model(TREE | {threat_model.MODEL: text}))

    def test_named_tests_have_to_be_there(self):
        for cell, count in (("`services/a/x_test.cc`", 0), ("`services/a/{x,y}_test.cc` (raced)", 0),
                            ("`services/a/x_test.cc`, `y_test.cc`; `fuzz/run x`", 0), ("`integration/z_test.py` `test_it_…`", 0),
                            ("`services/a/x_test.cc` `OneThingHolds`, `XTest`", 0), ("`services/a/x_test.cc` (`Mine`)", 0),
                            ("-", 0), ("`services/a/gone_test.cc`", 1), ("`services/a/{x,gone}_test.cc`", 1),
                            ("`services/a/x_test.cc` `OneThing`", 1), ("`services/a/y_test.cc` `OneThingHolds`", 1),
                            ("`integration/z_test.py` `test_other…`", 1), ("seen by eye", 1), ("", 1)):
            with self.subTest(cell=cell):
                self.assertEqual(len(self.found(page(f"| to steal | nothing | {cell} |"))), count)

    def test_every_attacker_has_a_page_that_says_what_does_not_hold(self):
        self.assertEqual(self.found(page("| to steal | nothing | - |")), [])
        self.assertEqual(len(self.found(page("").replace("## 5. administrator", "## 5. gardener"))), 1)
        self.assertEqual(len(self.found(page("").replace("Does **not** hold: all.", "All holds.", 1))), 1)


if __name__ == "__main__":
    unittest.main()
