// Makes the attempt for a claim: what is said, to whom, signed with what.
#ifndef MAMORI_SERVICES_NOTIFICATION_ATTEMPT_BUILDER_H_
#define MAMORI_SERVICES_NOTIFICATION_ATTEMPT_BUILDER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/notification/dispatch_store.h"
#include "services/notification/secret_box.h"
#include "services/notification/transport.h"

namespace mamori::notification {

struct MessageOptions {
  std::string link_template;    // "{case}" is replaced
  std::string from;             // mail
  std::string message_id_host;  // mail
};

class AttemptBuilder {
 public:
  AttemptBuilder(MessageOptions options, SecretBox secrets)
      : options_(std::move(options)), secrets_(std::move(secrets)) {}

  Attempt Mail(const Claim& claim, uint64_t ticket) const;
  // DATA_LOSS when the endpoint's secret cannot be opened.
  absl::StatusOr<Attempt> Webhook(const Claim& claim, uint64_t ticket, const EndpointTarget& target,
                                  absl::Time now) const;

 private:
  MessageOptions options_;
  SecretBox secrets_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_ATTEMPT_BUILDER_H_
