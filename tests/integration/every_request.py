"""A request for every RPC, right in every field: what is tested is who may call, not what is asked."""

import os
import time

from harness.client import new_request_id
from harness.ids import name_of
from harness.stubs import (SERVICES, actor_pb2, assessment_pb2, evidence_service_pb2, report_pb2,
                           reporter_service_pb2, text_format)

# What a field names, by its path in a request: every RPC of every service that has one is tested.
RESOURCES = ("name", "case_name", "report", "contact.report", "webhook_endpoint.name")
# What these name is no case but a month, an act, a hold, a signal, a policy or a designation: two_person_test.cc,
# hold_test.cc, contact_signals_test.cc, opinion_training_test.cc, designated_handlers_test.cc, or a record of the tenant:
# subject_requests_test.cc, breaches_test.cc, record_retention_test.cc (services/triage).
# UseIdentityAct is for intake alone, GetAnonymousEvidence for who has the receipt (intake's evidence_test.cc).
OF_NO_CASE = {"GetStatistics", "ApproveAct", "WithdrawAct", "GetAct", "ReleaseHold", "AcceptCaseProposal",
              "DismissCaseProposal", "TrainOpinion", "AcceptDesignation", "WithdrawDesignation",
              "GetDesignatedHandler", "UseIdentityAct", "GetAnonymousEvidence", "CheckSubjectRequester",
              "GatherSubjectRequest", "GetSubjectRequest", "ComposeSubjectAnswer", "AnswerSubjectRequest",
              "RecordBreachStep", "GetBreach", "DisposeRecord"}
# What the methods on the work of a case take besides a name.
MEASURE = "measure { measure: 'WARNING' text: 't' }"
WORDS = "words { text: 't' language: 'en' take_time { seconds: 1 } }"
FINDING = "finding { text: 't' outcome: FACT_OUTCOME_NOT sources { resource: 'e' sha256: '" + "x" * 32 + "' } }"
WORK = {
    "RecordStatement": "statement { kind: STATEMENT_KIND_WRITTEN role: STATEMENT_ROLE_OTHER form: STATEMENT_FORM_SUMMARY "
                       "person: 'p' text: 't' take_time { seconds: 1 } }",
    "RecordFinding": FINDING,
    "ReviseFinding": FINDING,
    "ConcludeFactFinding": "conclusion { outcome: FACT_OUTCOME_UNDETERMINED reason: 'r' }",
    "GetFactFinding": "",
    "ProposeMeasure": MEASURE,
    "ReviseMeasure": MEASURE,
    "GetMeasure": "",
    "ListMeasures": "",
    "ApproveMeasure": "digest: '" + "0" * 64 + "'",
    "RevokeApproval": "",
    "ReferMeasure": "",
    "RejectMeasure": "reason: 'r'",
    "RecordMeasureOutcome": "outcome { contact_person: 'c' next_action: 'n' carry_out_time { seconds: 1 } }",
    "AssessMeasureEffect": "effect { reason: 'r' }",
    "JudgeCase": "judgement { verdict: VERDICT_UNDETERMINED }",
    "GetJudgement": "",
    "RecordCare": "care { kind: CARE_KIND_DECLINED person: 'p' text: 't' care_time { seconds: 1 } }",
    "AssessDetrimentRisk": "risk { level: RISK_LEVEL_LOW factors: 'f' }",
    "GetCare": "",
    "GetTimeline": "audience: TIMELINE_AUDIENCE_REPORTER",
    "GetAffectedTimeline": "",
    "ReportRetaliation": "retaliation { narrative: 'n' affected: 'a' }",
    "PlanPrevention": "prevention { action: 'a' owner: 'o' due_time { seconds: 4000000000 } "
                      "review_time { seconds: 4100000000 } }",
    "CompletePrevention": "outcome: 'o'",
    "ReviewPrevention": "reason: 'r'",
    "ListPrevention": "",
    "AddTask": "task { text: 't' owner: 'o' due_time { seconds: 1 } }",
    "CompleteTask": "outcome: 'o'",
    "ListTasks": "",
    "HandOverCase": "assignee: 'a' note: 'n'",
    "SplitReport": "report: 'reports/00000000000000000000000000' reason: 'r'",
    "NotifyAccused": "person: 'p' notice { text: 't' notify_time { seconds: 1 } answer_due_time { seconds: 4000000 } }",
    "RecordAccusedStatement": WORDS,
    "RecordObjection": WORDS,
    "DecideObjection": "decision: 'd'",
    "WaiveHearing": "person: 'p' reason: 'r'",
    "ListHearings": "",
    "ReceiveDisclosureRequest": "disclosure { person: 'p' requester: REQUESTER_PRINCIPAL text: 't' "
                                "receive_time { seconds: 1 } }",
    "CheckRequesterIdentity": "identity_check: 'i'",
    "DecideDisclosure": "outcome: DISCLOSURE_OUTCOME_FULL decision: 'd' parts { part: 'p' }",
    "AnswerDisclosure": "answer: 'a' answer_time { seconds: 1 }",
    "ListDisclosures": "",
    "OpenLeakIncident": "leak { text: 't' from_time { seconds: 1 } to_time { seconds: 2 } know_time { seconds: 3 } }",
    "RecordLeakStep": "step { kind: LEAK_STEP_KIND_OTHER text: 't' step_time { seconds: 1 } }",
    "ListLeakIncidents": "",
}
# Whose name is that of a record of the case.
OF_RECORD = {"RecordAccusedStatement": "hearings", "RecordObjection": "hearings", "DecideObjection": "hearings",
             "CheckRequesterIdentity": "disclosures", "DecideDisclosure": "disclosures",
             "AnswerDisclosure": "disclosures", "RecordLeakStep": "leaks", "ReviseFinding": "findings", "CompletePrevention": "prevention", "ReviewPrevention": "prevention",
             "CompleteTask": "tasks"} | {m: "measures" for m in WORK if m.endswith(("Measure", "Approval", "Outcome",
                                             "Effect")) and m != "ProposeMeasure"}
# Of what a field names that no test has made.
RANDOM = {"deadline": "deadlines", "act": "acts", "actor": "actors", "other_actor": "actors", "join": "joins",
          "other_case": "cases"}
# Not read by whoever decides, or better left as they are.
LEFT_OUT = {"match", "report", "categories", "page_size", "page_token", "state", "company", "start_time", "resource",
            "show_released", "after_number"}
TEXTS = {"assignee", "reason", "no_prevention_reason", "consent", "person", "slot", "clock"}


def a_breach(case: str) -> dict:
    """A short window: what one breach is about is looked through once for each of its cases."""
    now = int(time.time())
    return {"cases": [case], "text": "t", "from_time": {"seconds": now - 2}, "to_time": {"seconds": now - 1},
            "know_time": {"seconds": now - 1}}


def field_of(message, path: str):
    """The descriptor of a field by its path, or None."""
    for part in path.split("."):
        field = message.fields_by_name.get(part) if message else None
        message = field.message_type if field else None
    return field


def named() -> dict[str, tuple]:
    """RPC: (service, descriptor of its request, path of the field that names)."""
    found = {}
    for service, descriptors in SERVICES.items():
        for descriptor in descriptors:
            for method in descriptor.methods:
                if method.name.startswith("Create") or method.server_streaming \
                        or method.client_streaming:
                    continue  # what it makes has no name yet; a stream is read in its own way
                for path in RESOURCES:
                    field = field_of(method.input_type, path)
                    if field and field.type == field.TYPE_STRING and method.name not in OF_NO_CASE:
                        found[method.name] = (service, method.input_type, path)
    return found


NAMED = named()

# Streams that name a resource: (service, of what kind, the field of the first message).
STREAMS = {
    "WaitForMessages": ("intake", "report", "report"),
    "DownloadEvidence": ("intake", "evidence", "name"),
    "DownloadOriginal": ("intake", "evidence", "name"),
    "UploadEvidence": ("intake", "evidence", "target.name"),
    "ExportEvidenceBundle": ("triage", "case", "name"),
}
# By a receipt, of all that one may see, or between services.
STREAMS_OF_NO_NAME = {"WatchCases", "WaitForAnonymousMessages", "UploadAnonymousEvidence", "ExportReports"}


def streaming() -> set[str]:
    """Every RPC that streams."""
    return {method.name for descriptors in SERVICES.values() for descriptor in descriptors
            for method in descriptor.methods if method.server_streaming or method.client_streaming}


def make_first(method: str, descriptor, name: str):
    """The first message of a stream."""
    request = descriptor._concrete_class()
    if "purpose" in descriptor.fields_by_name:
        request.purpose = "p"
    *parents, field = STREAMS[method][2].split(".")
    holder = request
    for part in parents:
        holder = getattr(holder, part)
    setattr(holder, field, name)
    return request


def _work(method: str, name: str, etag: str):
    """Of a record that no case has, where the method is about one."""
    descriptor = NAMED[method][1]
    request = text_format.Parse(WORK[method], descriptor._concrete_class())
    request.name = name + ("/" + name_of(OF_RECORD[method], os.urandom(16)) if method in OF_RECORD else "")
    if "request_id" in descriptor.fields_by_name:
        request.request_id = new_request_id()
    if "etag" in descriptor.fields_by_name:
        request.etag = etag
    return request


def _contact(contact) -> None:
    contact.company = "acme-jp"
    contact.actor.person = "Someone"
    contact.actor.relation = actor_pb2.ACTOR_RELATION_CUSTOMER
    contact.channel = report_pb2.CHANNEL_PHONE
    contact.start_time.FromSeconds(int(time.time()) - 60)
    contact.demand = "d"


def _fill(request, field, method: str, etag: str, into: str) -> None:
    if field.name == "request_id":
        request.request_id = new_request_id()
    elif field.name == "etag":
        request.etag = etag
    elif field.name == "into":
        request.into = into or name_of("cases", os.urandom(16))
    elif field.name == "note":
        request.note.text = "n"
    elif field.name == "supplement":
        request.supplement.text = "s"
        request.supplement.kind = report_pb2.SUPPLEMENT_KIND_ADDITION
        request.supplement.language = "en"
    elif field.name == "contact":
        _contact(request.contact)
    elif field.name == "webhook_endpoint":
        request.webhook_endpoint.company = "nobody"
        request.webhook_endpoint.url = "https://127.0.0.1:9/x"
        request.webhook_endpoint.etag = etag
    elif field.name == "message":
        request.message.text = "m"
        request.message.language = "en"
    elif field.name == "file":
        request.file.CopyFrom(evidence_service_pb2.UploadedFile(file_name="f", size=1, sha256=bytes(32)))
    elif field.name == "number":
        request.number = 1
    elif field.name == "sharing":
        request.sharing.scope = reporter_service_pb2.SHARING_SCOPE_NOBODY
    elif field.name == "severity":
        request.severity = assessment_pb2.SEVERITY_LOW
    elif field.name == "closed":
        request.closed = True
    elif field.name in RANDOM:
        setattr(request, field.name, name_of(RANDOM[field.name], os.urandom(16)))
    elif field.name in TEXTS:
        setattr(request, field.name, "x")
    else:
        raise AssertionError(f"{method}.{field.name}: say here how to fill it")


def kind_of(method: str) -> str:
    """Of what resource the name is."""
    if method in ("RetryDelivery", "AcknowledgeNotification"):
        return {"RetryDelivery": "delivery"}.get(method, "notification")
    if method in ("GetEvidence", "ListEvidenceAccess"):
        return "evidence"
    return "report" if NAMED[method][0] == "intake" or method == "ListSimilarReports" else "case"


def make(method: str, name: str, etag: str = "", into: str = ""):
    """A request that is right in every field; a field that this cannot fill fails the test."""
    if method in WORK:
        return _work(method, name, etag)
    _, descriptor, path = NAMED[method]
    request = descriptor._concrete_class()
    for field in descriptor.fields:
        if field.name not in LEFT_OUT and field.name != path:
            _fill(request, field, method, etag, into)
    holder = request
    for part in path.split(".")[:-1]:
        holder = getattr(holder, part)
    setattr(holder, path.split(".")[-1], name)
    return request
