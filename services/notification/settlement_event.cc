#include "services/notification/settlement_event.h"

#include "common/time/day.h"
#include "common/time/timestamp.h"

namespace mamori::notification {
namespace {

void SetFact(const Settlement& settlement, mamori::v1::Event& event) {
  const Claim& claim = settlement.claim;
  if (settlement.state == mamori::v1::DELIVERY_STATE_SENT) {
    mamori::v1::DeliverySent& sent = *event.mutable_delivery_sent();
    sent.set_delivery_id(claim.delivery_id);
    sent.set_case_id(claim.case_id);
    sent.set_channel(claim.channel);
    *sent.mutable_sent_time() = time::ToTimestamp(SentTime(settlement));
  } else {
    mamori::v1::DeliveryFailed& failed = *event.mutable_delivery_failed();
    failed.set_delivery_id(claim.delivery_id);
    failed.set_case_id(claim.case_id);
    failed.set_state(settlement.state);
    failed.set_error(settlement.error);
  }
}

}  // namespace

absl::Time SentTime(const Settlement& settlement) {
  return time::Told(settlement.sent_time, settlement.claim.anonymous);
}

mamori::v1::Event SettlementEvent(const Settlement& settlement, const std::string& event_id,
                                  int64_t sequence, absl::Time now) {
  const Claim& claim = settlement.claim;
  mamori::v1::Event event;
  event.set_event_id(event_id);
  event.set_tenant(claim.tenant);
  event.set_source("notification");
  event.set_subject_id(claim.notification_id);
  event.set_subject_sequence(sequence);
  event.set_anonymous(claim.anonymous);
  *event.mutable_event_time() = time::ToTimestamp(time::Told(now, claim.anonymous));
  SetFact(settlement, event);
  return event;
}

}  // namespace mamori::notification
