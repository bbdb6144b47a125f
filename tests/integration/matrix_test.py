"""Every RPC, called as every role and in every relation to a case, answers as tests/golden/matrix.txt says; and a deny
rule that is gone is noticed by it."""

import concurrent.futures
import pathlib
import sys
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from every_request import NAMED, kind_of, make  # noqa: E402
from matrix_calls import MatrixCalls, letter  # noqa: E402
from matrix_records import ALSO, OF_RECORD, OF_REPORTER, OWN_PEOPLE, VIEWER, MatrixRecords, of_record  # noqa: E402
from harness import paths  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.evidence import upload  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import (SERVICES, actor_pb2, notification_pb2, notification_service_pb2, report_pb2,  # noqa: E402
                           triage_service_pb2)
from harness.testcase import SystemTest  # noqa: E402

ROLES = ("", "desk", "consultation", "lawyer", "executive", "auditor", "first_reader", "admin")
RELATIONS = ("plain", "member", "hand", "wish", "subject", "witness", "superior", "dept", "nodept", "unmatched",
             "consult", "tenant", "handlers", "unshared")
# They change what the person is to the case, or which case it is: last of all.
LAST = ("MergeCases", "OpenConsultation")
# For whom nobody is to know.
ANONYMOUS = ("SubmitAnonymousReport", "RotateReceipt", "GetSealingKey", "SetAnonymousSharing", "WithdrawAnonymousReport",
             "GiveAnonymousConsent", "WithdrawAnonymousConsent", "PostAnonymousMessage", "ListAnonymousMessages", "MarkAnonymousMessagesRead",
             "StartAnonymousUpload", "GetAnonymousEvidence", "ListAnonymousEvidence", "GetAnonymousTimeline")
# By their numbers in common/authz/access_rules.h, and by the names that rule_off.cc has for the others: with each, in
# which relation and in which rows it has to show. Without a person no call gets here, and every query has its tenant:
# that the rules 0 and 1 are off shows in no call, but in access_rules_test.cc.
LOOKS = ("GetCase", "AddNote")
RULES = {"2": ("hand", LOOKS), "3": ("subject", LOOKS), "4": ("witness", LOOKS), "5": ("superior", LOOKS),
         "6": ("wish", LOOKS), "7": ("dept", LOOKS), "8": ("nodept", LOOKS), "9": ("consult", LOOKS),
         "10": ("unmatched", LOOKS), "11": ("plain", LOOKS), "12": ("member", ("AddNote",)), "13": ("handlers", LOOKS),
         "holds": ("member", ("PlaceHold", "ReleaseHold")),
         "oneself": ("subject", ("GetSubjectRequest", "GetBreach", "ReleaseHold")),
         "sharing": ("unshared", ("GetReport", "ListReports", "ListMessages", "GetEvidence"))}
# Of whose process; triage's unless said.
RULES_OF_INTAKE = ("sharing",)


def golden() -> dict[str, list[str]]:
    rows = {}
    for line in (paths.ROOT / "tests" / "golden" / "matrix.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            rpc, *cells = line.split()
            assert rpc not in rows and len(cells) in (1, len(RELATIONS)), line
            rows[rpc] = [cell * len(ROLES) if len(cell) == 1 else cell for cell in cells]
            assert all(len(cell) == len(ROLES) for cell in rows[rpc]), line
    return rows


def every_rpc() -> dict[str, set[str]]:
    """RPC: the services that have one of this name."""
    found: dict[str, set[str]] = {}
    for service, descriptors in SERVICES.items():
        for descriptor in descriptors:
            for method in descriptor.methods:
                found.setdefault(method.name, set()).add(service)
    return found


class MatrixTest(MatrixCalls, MatrixRecords, SystemTest):
    OPTIONS = {"replicas": 1, "binaries": {service: paths.BUILD / "tests" / f"mamori-{service}-rule-off"
                                           for service in ("triage", "intake")}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Works on every case, from a department that no case keeps out.
        cls.desk = cls.system.client(department="care")
        cls.stranger = cls.system.client(tenant="stranger", person="desk-9")
        cls.viewers = {(role, department): cls.system.client(person="viewer", roles=(role,) if role else (),
                                                             department=department)
                       for role in ROLES for department in ("ops", "")}
        cls.designate_desk()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            into = dict(zip(RELATIONS, pool.map(cls.make_case, RELATIONS)))
            cls.cases = dict(zip(RELATIONS, pool.map(cls.make_case, RELATIONS)))
            for relation, names in cls.cases.items():
                names["into"] = into[relation]["case"]
            list(pool.map(lambda relation: cls.make_records(relation, cls.cases[relation]), RELATIONS))

    # A case in each relation to the person.

    @classmethod
    def make_case(cls, relation: str) -> dict[str, str]:
        request, client = make_request("x"), cls.stranger if relation == "tenant" else cls.desk
        # Two whom no other case tells of.
        request.report.actors[0].person = f"One of {request.request_id}"
        request.report.actors.add(person=f"Another of {request.request_id}", relation=actor_pb2.ACTOR_RELATION_CUSTOMER)
        own_people = relation in OWN_PEOPLE
        if own_people:
            request.report.kind = report_pb2.REPORT_KIND_INTERNAL_HARASSMENT
            request.report.actors[0].relation = actor_pb2.ACTOR_RELATION_INTERNAL_SUPERIOR
        if relation == "consult":
            request.report.kind = report_pb2.REPORT_KIND_CONSULTATION
        if relation == "wish":
            request.report.keep_out.append(VIEWER)
        if relation == "unshared":
            names = {"report": cls.submit_named(request.report, "acme", "reporter-unshared")}
        else:
            names = {"report": client.call_until_answered("intake", "SubmitReport", request).name}
        names["case"] = wait_until("a case", lambda: cls.found(client, names["report"]), 30).name
        if relation != "consult":
            delivery = wait_until("its deliveries", lambda: cls.at_rest(client, names["case"]), 30)
            names |= {"delivery": delivery.name, "notification": delivery.notification}
        names["evidence"] = upload(client, names["report"])
        if own_people:
            cls.match(names, relation)
        verb = {"member": "AddMember", "hand": "ExcludePerson"}.get(relation)
        if verb:
            request = getattr(triage_service_pb2, f"{verb}Request")(
                request_id=new_request_id(), name=names["case"], person=VIEWER)
            client.call("triage", verb, request)
        if relation != "consult":
            client.call("triage", "TriageCase", make("TriageCase", names["case"]))
        if relation == "handlers":
            cls.keep_for_handlers(names["case"])
        return names

    @classmethod
    def match(cls, names: dict[str, str], relation: str) -> None:
        """Everyone whom the report tells of is known; in the relation `unmatched` all but its witnesses."""
        subject = VIEWER if relation == "subject" else "test/boss"
        department = "ops" if relation == "dept" else "far"
        superiors = [VIEWER] if relation == "superior" else []
        matches = [("actors/0", subject), ("witnesses", VIEWER if relation == "witness" else "test/seer")]
        for slot, person in matches[:1] if relation == "unmatched" else matches:
            request = triage_service_pb2.MatchActorRequest(request_id=new_request_id(), name=names["case"], closed=True,
                                                           slot=f"{names['report']}/{slot}")
            request.match.person = person
            request.match.superiors_known = True
            request.match.department = department
            if slot == "actors/0":
                request.match.superiors.extend(superiors)
            cls.desk.call("triage", "MatchActor", request)

    @staticmethod
    def found(client, name: str):
        try:
            return client.call("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=name))
        except grpc.RpcError:
            return None

    @staticmethod
    def at_rest(client, case: str):
        try:
            listed = client.call("notification", "ListDeliveries", notification_service_pb2.ListDeliveriesRequest(
                case_name=case)).deliveries
        except grpc.RpcError:
            return None
        states = (notification_pb2.DELIVERY_STATE_SENT, notification_pb2.DELIVERY_STATE_SUPPRESSED)
        return listed[0] if listed and all(d.state in states for d in listed) else None

    # One call.

    def call(self, method: str, client, names: dict[str, str]):
        """What the person is answered; False for a list without the case."""
        listed = getattr(self, f"_{method}", None)
        if listed:
            return listed(client, names)
        if method in ANONYMOUS:
            # Refused before anything of it is looked at: whoever has a token is not nobody.
            return self._plain("intake", method, client)
        if method in OF_RECORD or method in ALSO:
            request = of_record(method, names)
        else:
            name = names["own" if method in OF_REPORTER else "into" if method == "GetAffectedTimeline" else kind_of(method)]
            request = make(method, name, into=names["into"])
        return client.call(NAMED[method][0], method, request, timeout=20)

    # All of them.

    def cell(self, method: str, relation: str) -> str:
        department = "" if relation == "nodept" else "ops"
        return "".join(letter(lambda: self.call(method, self.viewers[role, department], self.cases[relation]))
                       for role in ROLES)

    def wrong_cells(self, table: dict[str, list[str]], relations=RELATIONS) -> list[str]:
        """What is not as the table says: all of a relation one after the other, the relations together."""
        order = [m for m in table if m not in LAST] + [m for m in LAST if m in table]

        def check(relation: str) -> list[str]:
            column, found = RELATIONS.index(relation), []
            for method in order:
                want = table[method][column if len(table[method]) > 1 else 0]
                if (len(table[method]) == 1 and column > 0) or want == "." * len(ROLES):
                    continue
                got = self.cell(method, relation)
                if got != want:
                    found.append(f"{method} {relation}: {got}, want {want}")
            return found
        with concurrent.futures.ThreadPoolExecutor(len(relations)) as pool:
            return [line for lines in pool.map(check, relations) for line in lines]

    def test_a_rule_that_is_off_is_noticed_and_with_all_on_every_call_is_as_the_table_says(self):
        table = golden()
        self.assertEqual(sorted(table), sorted(every_rpc()), "a row per RPC")
        for rule, (relation, methods) in RULES.items():
            with self.subTest(rule_off=rule):
                self.restart_without(rule)
                found = self.wrong_cells({method: table[method] for method in methods}, (relation,))
                for method in methods:
                    self.assertTrue(any(line.startswith(f"{method} {relation}: ") for line in found),
                                    f"not noticed in {method} {relation}: {found}")
        for service in self.OPTIONS["binaries"]:
            self.system.processes[service][0].restart({})
        self.system.wait_ready()
        self.reconnect()
        self.assertEqual(self.wrong_cells(table), [])

    def restart_without(self, rule: str) -> None:
        """The service whose rule it is without it, the other with all of its."""
        for service in self.OPTIONS["binaries"]:
            off = {"MAMORI_DENY_RULE_OFF": rule} if (service == "intake") == (rule in RULES_OF_INTAKE) else {}
            if service == "triage" or rule in RULES_OF_INTAKE:
                self.system.processes[service][0].restart(off)
        self.system.wait_ready()
        self.reconnect()

    def reconnect(self) -> None:
        """Until every client's connection to the new process stands."""
        names = self.cases["plain"]
        for client in (self.desk, *self.viewers.values()):
            for service, method, kind in (("triage", "GetCase", "case"), ("intake", "GetReport", "report")):
                wait_until("a connection", lambda: letter(lambda: client.call(
                    service, method, make(method, names[kind]))) in "AHR", 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
