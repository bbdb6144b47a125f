"""Disposes of reports, as triage tells intake that their case was."""

import os

from .ids import id_of
from .processes import wait_until
from .stubs import intake_event_service_pb2


def dispose_of(system, report: str) -> None:
    triage = system.client(identity="triage")
    request = intake_event_service_pb2.IngestEventsRequest()
    event = request.events.add(event_id=os.urandom(16), tenant="acme", source="triage", subject_id=id_of(report),
                               subject_sequence=1)
    event.report_disposed.case_id = os.urandom(16)

    def done():
        # Not while the report's own events are on their way.
        answer = triage.call("intake", "IngestEvents", request, anonymous=True)
        return answer.results[0].status.code == 0
    wait_until("the report is disposed of", done, 20)
