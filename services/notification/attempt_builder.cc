#include "services/notification/attempt_builder.h"

#include <vector>

#include "common/id/id.h"
#include "common/status/macros.h"
#include "services/notification/message.h"
#include "services/notification/standard_webhooks.h"

namespace mamori::notification {
namespace {

Notice NoticeOf(const Claim& claim) {
  Notice notice;
  notice.delivery_id = claim.delivery_id;
  notice.tenant = claim.tenant;
  notice.case_id = claim.case_id;
  notice.event_type = claim.event_type;
  notice.urgency = claim.urgency;
  notice.escalation_step = claim.escalation_step;
  notice.create_time = claim.create_time;
  return notice;
}

Attempt Common(const Claim& claim, uint64_t ticket) {
  Attempt attempt;
  attempt.ticket = ticket;
  attempt.urgency = claim.urgency;
  attempt.channel = claim.channel;
  attempt.receiver = claim.receiver;
  return attempt;
}

}  // namespace

Attempt AttemptBuilder::Mail(const Claim& claim, uint64_t ticket) const {
  Attempt attempt = Common(claim, ticket);
  attempt.body = MailMessage(NoticeOf(claim), LinkTo(options_.link_template, claim.case_id),
                             options_.from, claim.receiver, options_.message_id_host);
  return attempt;
}

absl::StatusOr<Attempt> AttemptBuilder::Webhook(const Claim& claim, uint64_t ticket,
                                                const EndpointTarget& target,
                                                absl::Time now) const {
  std::vector<std::string> keys;
  for (const std::string* sealed : {&target.sealed_secret, &target.sealed_previous}) {
    if (sealed->empty()) continue;
    ASSIGN_OR_RETURN(const std::string secret, secrets_.Open(*sealed));
    ASSIGN_OR_RETURN(std::string key, WebhookKey(secret));
    keys.push_back(std::move(key));
  }
  Attempt attempt = Common(claim, ticket);
  attempt.url = target.url;
  attempt.body = CloudEvent(NoticeOf(claim), LinkTo(options_.link_template, claim.case_id));
  attempt.headers = SignWebhook(keys, id::ToText(claim.delivery_id), now, attempt.body);
  return attempt;
}

}  // namespace mamori::notification
