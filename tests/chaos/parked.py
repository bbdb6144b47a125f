"""What the shipped rule for unknown outcomes leaves to a person: shown as dead letters, and sent again on demand."""

from harness.client import new_request_id
from harness.stubs import notification_pb2, notification_service_pb2

UNKNOWN = notification_pb2.DELIVERY_STATE_UNKNOWN
SHIPPED = "UNKNOWN_OUTCOME_RESEND_URGENT"


def policy_with(rule: str, source, target) -> None:
    """Writes a copy of a policy that has this rule."""
    text = source.read_text()
    old = "unknown_outcome: UNKNOWN_OUTCOME_RESEND\n"
    assert text.count(old) == 1, f"{source} has another rule than {old!r}"
    target.write_text(text.replace(old, f"unknown_outcome: {rule}\n"))


def send_again(client, deliveries, notifications) -> tuple[int, list[str]]:
    """Retries what waits for a person. How many, and what is wrong with which: a person has to see each, and no urgent one
    may wait for one."""
    waiting = {d.name: d for d in deliveries if d.state == UNKNOWN}
    shown = {d.name for d in client.pages("notification", "ListDeadLetters",
                                          notification_service_pb2.ListDeadLettersRequest(page_size=1000), "deliveries")}
    problems = [f"{name} waits for a person and is no dead letter" for name in sorted(set(waiting) - shown)]
    urgent = {n.name for n in notifications if n.urgency != notification_pb2.URGENCY_NORMAL}
    problems += [f"{name} is urgent and waits for a person" for name, d in sorted(waiting.items())
                 if d.notification in urgent]
    for name in waiting:
        client.call_until_answered("notification", "RetryDelivery", notification_service_pb2.RetryDeliveryRequest(
            request_id=new_request_id(), name=name))
    return len(waiting), problems
