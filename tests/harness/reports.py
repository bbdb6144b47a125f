"""Reports as a test submits them."""

import time

from .client import new_request_id
from . import receipt
from .stubs import actor_pb2, intake_service_pb2, report_pb2, reporter_service_pb2

# How many mails a case causes under policy.textproto when nobody acknowledges and nobody claims.
MAILS_PER_CASE = 2
THREAT = "He shouted: I will kill you."


def make_report(text: str = "He wants a refund every day.", **fields) -> report_pb2.Report:
    report = report_pb2.Report(company="acme-jp", kind=report_pb2.REPORT_KIND_CUSTOMER_HARASSMENT, narrative=text,
                               language="en", contact_count=3, total_minutes=40)
    report.affected.add(person="A colleague", relation_to_reporter="colleague")
    report.actors.add(person="Someone", relation=actor_pb2.ACTOR_RELATION_CUSTOMER)
    occurrence = report.occurrences.add(channel=report_pb2.CHANNEL_PHONE)
    occurrence.start_time.FromSeconds(int(time.time()) - 3600)
    for name, value in fields.items():
        setattr(report, name, value)
    return report


def make_request(text: str = "He wants a refund every day.", request_id: str | None = None, **fields):
    return intake_service_pb2.SubmitReportRequest(request_id=request_id or new_request_id(),
                                                  report=make_report(text, **fields))


def make_anonymous(text: str = "He wants a refund every day.", **fields):
    return reporter_service_pb2.SubmitAnonymousReportRequest(receipt=receipt.make(), report=make_report(text, **fields))
