"""One real record of every kind that a call of the matrix names, in each relation: a row whose name nobody ever made
would say H whoever calls, and tell nothing."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from every_request import make  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import SERVICES, evidence_service_pb2, report_pb2  # noqa: E402

# The person of every call, as the services know him.
VIEWER = "test/viewer"
# The relations to a case about our own people.
OWN_PEOPLE = ("subject", "witness", "superior", "dept", "nodept", "unmatched")
# Somebody of nothing, who is kept out of every case that is not said otherwise of.
NOBODY = "test/nobody"
# Of which record of a case a method is, by its key in the names; where several are of one kind each is left as it is
# by the calls of others, so that the order of the rows changes no letter.
OF_RECORD = {
    "GetMeasure": "measure", "ReviseMeasure": "measure", "ApproveMeasure": "measure", "RevokeApproval": "measure",
    "RejectMeasure": "measure", "ReferMeasure": "measure", "RecordMeasureOutcome": "measure",
    "AssessMeasureEffect": "measure", "ReviseFinding": "finding", "CompletePrevention": "prevention",
    "ReviewPrevention": "prevention", "CompleteTask": "task", "RecordAccusedStatement": "hearing",
    "RecordObjection": "hearing", "DecideObjection": "hearing", "CheckRequesterIdentity": "disclosure",
    "DecideDisclosure": "disclosure", "AnswerDisclosure": "disclosure", "RecordLeakStep": "leak"}
# What only whoever reported may do: with a report of its own.
OF_REPORTER = ("SetSharing", "GetSharing", "GetReportTimeline", "WithdrawReport", "GiveConsent", "WithdrawConsent",
               "GetConsent")
# What else a method names besides the case.
ALSO = {"PauseDeadline": {"deadline": "deadline"}, "ResumeDeadline": {"deadline": "deadline"},
        "CompleteDeadline": {"deadline": "deadline"}, "SplitActors": {"join": "join"},
        "JoinActors": {"actor": "actor", "other_case": "other_case", "other_actor": "other_actor"},
        "RemoveExclusion": {"act": "act"}, "DisposeCase": {"act": "act"}}


def plain(client, service: str, method: str, timeout: float = 10, **fields):
    """Of no case, and right in every field."""
    descriptor = next(m for d in SERVICES[service] for m in d.methods if m.name == method).input_type
    request = descriptor._concrete_class(**fields)
    if "request_id" in descriptor.fields_by_name:
        request.request_id = new_request_id()
    return client.call(service, method, request, timeout=timeout)


def of_record(method: str, names: dict[str, str]):
    """The request for a method that names a record of a case, or something beside the case."""
    if method in OF_RECORD:
        request = make(method, names["case"])
        request.name = names[OF_RECORD[method]]
        # What is right in every field but the version changes nothing: who may is what is asked.
        if method == "RejectMeasure":
            request.etag = "w0"
        return request
    request = make(method, names["case"])
    for field, key in ALSO[method].items():
        setattr(request, field, names[key])
    return request


class MatrixRecords:
    """For a MatrixTest: `desk` is let into every case, `stranger` is the other tenant's."""

    @classmethod
    def designate_desk(cls) -> None:
        """Designated and willing, so that it works on whistleblowers' cases too."""
        admin = cls.system.client(person="designator", roles=("admin",))
        handler = plain(admin, "triage", "DesignateHandler", person="test/desk-1").name
        plain(cls.desk, "triage", "AcceptDesignation", name=handler, duty_version="1")

    @classmethod
    def keep_for_handlers(cls, case: str) -> None:
        """A case of public-interest whistleblowing, once the service has read who is designated."""
        plain(cls.desk, "triage", "StartClock", name=case, clock="whistleblower", reason="r")
        wait_until("the designation is known", lambda: cls.found(cls.desk, case), 20)

    @classmethod
    def submit_named(cls, report, tenant: str, person: str) -> str:
        """The name of the report, which the person is the reporter of."""
        reporter = cls.system.client(tenant=tenant, person=person, roles=())
        return plain(reporter, "intake", "SubmitIdentifiedReport", report=report, mode="REPORTER_MODE_NAMED").name

    @classmethod
    def make_records(cls, relation: str, names: dict[str, str]) -> None:
        client = cls.stranger if relation == "tenant" else cls.desk
        do = lambda method, **fields: plain(client, "triage", method, **fields)  # noqa: E731
        work = lambda method: client.call("triage", method, make(method, names["case"])).name  # noqa: E731
        names["act"] = cls._act(do, names)
        # In the relation `subject` on the person: what is said of cases shows in all others.
        scope = {"actor": VIEWER} if relation == "subject" else {"case_name": names["case"]}
        held = do("PlaceHold", hold={"issuer": "court", "reason": "r"} | scope)
        names["hold"] = held.name
        names["release"] = do("RequestAct", act={"kind": "ACT_KIND_RELEASE_HOLD", "resource": held.name,
                                                 "reason": "r"}).name
        names["task"] = work("AddTask")
        names["disclosure"] = work("ReceiveDisclosureRequest")
        now = int(time.time())
        names["leak"] = do("OpenLeakIncident", name=names["case"], leak={
            "text": "t", "from_time": {"seconds": now - 2}, "to_time": {"seconds": now - 1},
            "know_time": {"seconds": now - 1}}).name
        names["deadline"] = do("StartClock", name=names["case"], clock="late", reason="r").name
        cls._actors(do, names)
        if relation != "consult":
            names["prevention"] = work("PlanPrevention")
            names["finding"] = work("RecordFinding")
            names["measure"] = do("ProposeMeasure", name=names["case"],
                                  measure={"measure": "CONTACT_POLICE", "text": "t"}).name
            work("JudgeCase")
        if relation in OWN_PEOPLE:
            # Whoever is heard has to be known to have acted.
            heard = VIEWER if relation == "subject" else "test/boss"
            names["hearing"] = do("WaiveHearing", name=names["case"], person=heard, reason="r").name
        cls._care(client, names)
        names["upload"] = cls.start_upload(relation, names["report"])
        names["own"] = cls.make_own_report(relation)
        if relation == "unshared":
            reporter = cls.system.client(person="reporter-unshared", roles=())
            plain(reporter, "intake", "SetSharing", report=names["report"], sharing={"scope": "SHARING_SCOPE_NOBODY"})
        cls._of_tenant(relation, do, names)

    @classmethod
    def _act(cls, do, names: dict[str, str]) -> str:
        do("ExcludePerson", name=names["case"], person=NOBODY)
        return do("RequestAct", act={"kind": "ACT_KIND_REMOVE_EXCLUSION", "resource": names["case"], "reason": "r",
                                     "fields": [{"name": "person", "value": NOBODY}]}).name

    @classmethod
    def _actors(cls, do, names: dict[str, str]) -> None:
        """Two in two cases whom nobody has joined, and a join of two others."""
        other = names["into"]
        mentions = {case: [a.actor for a in do("ListActors", name=case).actors] for case in (names["case"], other)}
        names |= {"actor": mentions[names["case"]][0], "other_case": other, "other_actor": mentions[other][1]}
        names["join"] = do("JoinActors", name=names["case"], actor=mentions[names["case"]][1], other_case=other,
                           other_actor=mentions[other][0], reason="r").name

    @classmethod
    def _care(cls, client, names: dict[str, str]) -> None:
        """The person is looked after in the second case: in the first that would make him part of what he approves."""
        request = make("RecordCare", names["into"])
        request.care.person = VIEWER
        client.call("triage", "RecordCare", request)

    @classmethod
    def _of_tenant(cls, relation: str, do, names: dict[str, str]) -> None:
        """Records that no case has: in the relation `subject` they are about the person himself."""
        person = VIEWER if relation == "subject" else "test/boss"
        names["subject_request"] = do("ReceiveSubjectRequest", subject_request={
            "person": person, "requester": "REQUESTER_PRINCIPAL", "text": "t", "receive_time": {"seconds": 1}}).name
        now = int(time.time())
        names["breach"] = do("OpenBreach", breach={
            "person": person, "text": "t", "from_time": {"seconds": now - 2}, "to_time": {"seconds": now - 1},
            "know_time": {"seconds": now - 1}}).name
        handler = VIEWER if relation == "subject" else f"test/handler-{relation}"
        names["handler"] = do("DesignateHandler", person=handler).name

    @classmethod
    def start_upload(cls, relation: str, report: str) -> str:
        """A file of the report that is to come: in the relation `member` from the person."""
        client = cls.stranger if relation == "tenant" else cls.desk
        if relation == "member":
            client = cls.viewers["desk", "ops"]
        return plain(client, "intake", "StartUpload", report=report, file=evidence_service_pb2.UploadedFile(
            file_name="f", size=1, sha256=bytes(32))).name

    @classmethod
    def make_own_report(cls, relation: str) -> str:
        """A named report: in the relation `member` the person's own."""
        report = make_request("x").report
        report.kind = report_pb2.REPORT_KIND_CONSULTATION
        return cls.submit_named(report, "stranger" if relation == "tenant" else "acme",
                                "viewer" if relation == "member" else f"reporter-{relation}")
