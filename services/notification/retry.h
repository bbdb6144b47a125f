// What an attempt's end means, and what happens next. Pure: the fraction for jitter and the time
// come in.
#ifndef MAMORI_SERVICES_NOTIFICATION_RETRY_H_
#define MAMORI_SERVICES_NOTIFICATION_RETRY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "mamori/v1/notification.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::notification {

// How far a transfer came.
enum class Break {
  kNone,           // it ran to its end
  kResolve,        // the name could not be resolved
  kConnect,        // no connection
  kTls,            // no trusted channel
  kLogin,          // our own credentials were refused
  kTimeout,        // nothing came in time
  kDropped,        // the connection was lost
  kTargetRefused,  // the address is one that we do not send to
  kOther,
};

struct AttemptFacts {
  Break broke = Break::kNone;
  int code = 0;       // the last SMTP reply or the HTTP status; 0 when none came
  bool sent = false;  // HTTP: some of the request went out
};

enum class Verdict {
  kAccepted,   // the receiver has taken it
  kTemporary,  // it has not, and may later
  kPermanent,  // it has not, and will not
  kUnknown,    // it may have
};

struct Outcome {
  Verdict verdict = Verdict::kTemporary;
  std::string error;             // "smtp.451", "connect.failed": a short code without content
  absl::Duration retry_after;    // what the receiver asked for; zero when nothing
  bool endpoint_failed = false;  // speaks against the endpoint, not against this message
};

// Accepted is only the 2xx after the message's end. A connection lost after the server said "354 go
// on" may have carried all of it. Replies about our own standing (login, TLS demanded) never kill a
// message.
Outcome ClassifyMail(const AttemptFacts& facts);

// Accepted is 2xx; 410 is for good (Standard Webhooks: the receiver wants no more), and so is a
// target that we do not send to. All else is tried again up to the policy's limit: a proxy that is
// just being changed answers 404, a receiver that changes its key 401. A redirect is not followed:
// it would lead away from the target that was checked and signed for. Once some of the request went
// out without an answer, nobody knows.
Outcome ClassifyWebhook(const AttemptFacts& facts);

// Full jitter: `fraction` (in [0, 1)) of a bound that doubles with each attempt made, up to the
// policy's.
absl::Duration Backoff(const mamori::v1::RetryPolicy& policy, int attempts, double fraction);

// A receiver may put us off, but not for longer: what we carry is urgent.
inline constexpr absl::Duration kMaxRetryAfter = absl::Hours(1);

// A Retry-After header: seconds or an HTTP date. Zero when it is neither or past; at most
// kMaxRetryAfter.
absl::Duration ParseRetryAfter(std::string_view header, absl::Time now);

// What becomes of a delivery after `attempts` attempts.
struct Decision {
  mamori::v1::DeliveryState state = mamori::v1::DELIVERY_STATE_PENDING;
  absl::Duration wait;  // until the next attempt, when PENDING
};
Decision Decide(const mamori::v1::Policy& policy, mamori::v1::Urgency urgency, int attempts,
                const Outcome& outcome, double fraction);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_RETRY_H_
