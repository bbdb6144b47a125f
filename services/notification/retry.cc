#include "services/notification/retry.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mamori::notification {
namespace {

constexpr int kSmtpSendTheMail = 354;

const char* NameOf(Break broke) {
  switch (broke) {
    case Break::kNone:
      return "none";
    case Break::kResolve:
      return "resolve.failed";
    case Break::kConnect:
      return "connect.failed";
    case Break::kTls:
      return "tls.failed";
    case Break::kLogin:
      return "login.refused";
    case Break::kTimeout:
      return "timeout";
    case Break::kDropped:
      return "connection.lost";
    case Break::kTargetRefused:
      return "target.refused";
    case Break::kOther:
      return "transfer.failed";
  }
  return "transfer.failed";
}

Outcome Make(Verdict verdict, std::string error, bool endpoint_failed) {
  Outcome outcome;
  outcome.verdict = verdict;
  outcome.error = std::move(error);
  outcome.endpoint_failed = endpoint_failed;
  return outcome;
}

// 421: the server goes away. 530, 534, 535, 538: it wants TLS or another login from us.
bool IsAboutUs(int code) {
  return code == 421 || code == 530 || code == 534 || code == 535 || code == 538;
}

// Nothing was said about the message when no channel was agreed on, whatever code stands there.
bool IsAboutUs(const AttemptFacts& facts) {
  return facts.broke == Break::kTls || facts.broke == Break::kLogin ||
         facts.broke == Break::kConnect || IsAboutUs(facts.code);
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

constexpr int kHttpGone = 410;

// What a receiver says of one message; any other refusal says that none gets through for now.
bool IsAboutTheMessage(int http_code) {
  switch (http_code) {
    case 400:
    case 408:
    case 409:
    case 413:
    case 415:
    case 422:
    case 425:
      return true;
  }
  return false;
}

bool Resends(mamori::v1::UnknownOutcome rule, mamori::v1::Urgency urgency) {
  switch (rule) {
    case mamori::v1::UNKNOWN_OUTCOME_RESEND:
      return true;
    case mamori::v1::UNKNOWN_OUTCOME_RESEND_URGENT:
      return urgency >= mamori::v1::URGENCY_HIGH;
    default:
      return false;
  }
}

}  // namespace

Outcome ClassifyMail(const AttemptFacts& facts) {
  if (facts.broke == Break::kNone) return Make(Verdict::kAccepted, "", false);
  // The server may have read the mail's end before the connection went.
  if (facts.code == kSmtpSendTheMail) {
    return Make(Verdict::kUnknown, absl::StrCat("smtp.", NameOf(facts.broke)), true);
  }
  if (facts.code >= 400 && facts.code < 600) {
    const bool permanent = facts.code >= 500 && !IsAboutUs(facts);
    return Make(permanent ? Verdict::kPermanent : Verdict::kTemporary,
                absl::StrCat("smtp.", facts.code), IsAboutUs(facts));
  }
  return Make(Verdict::kTemporary, absl::StrCat("smtp.", NameOf(facts.broke)), true);
}

Outcome ClassifyWebhook(const AttemptFacts& facts) {
  if (facts.broke == Break::kTargetRefused) {
    return Make(Verdict::kPermanent, "target.refused", true);
  }
  // The status line decides, also when what follows it was lost.
  if (facts.code >= 200 && facts.code < 300) return Make(Verdict::kAccepted, "", false);
  const std::string error = absl::StrCat("http.", facts.code);
  if (facts.code == kHttpGone) return Make(Verdict::kPermanent, error, false);
  if (facts.code >= 300) {
    return Make(Verdict::kTemporary, error, !IsAboutTheMessage(facts.code));
  }
  return Make(facts.sent ? Verdict::kUnknown : Verdict::kTemporary, NameOf(facts.broke), true);
}

absl::Duration Backoff(const mamori::v1::RetryPolicy& policy, int attempts, double fraction) {
  const absl::Duration most = ToDuration(policy.max_backoff());
  absl::Duration bound = ToDuration(policy.initial_backoff());
  for (int i = 1; i < attempts && bound < most; ++i) bound *= 2;
  return std::min(bound, most) * fraction;
}

absl::Duration ParseRetryAfter(std::string_view header, absl::Time now) {
  const absl::string_view text =
      absl::StripAsciiWhitespace(absl::string_view(header.data(), header.size()));
  absl::Duration wait = absl::ZeroDuration();
  int64_t seconds = 0;
  absl::Time time;
  std::string ignored;
  if (!text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos) {
    // Too many digits is a long time, not none.
    wait = absl::SimpleAtoi(text, &seconds) ? absl::Seconds(seconds) : kMaxRetryAfter;
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &time, &ignored)) {
    wait = time - now;
  }
  return std::clamp(wait, absl::ZeroDuration(), kMaxRetryAfter);
}

Decision Decide(const mamori::v1::Policy& policy, mamori::v1::Urgency urgency, int attempts,
                const Outcome& outcome, double fraction) {
  const bool exhausted = attempts >= policy.delivery_retry().max_attempts();
  Decision decision;
  switch (outcome.verdict) {
    case Verdict::kAccepted:
      decision.state = mamori::v1::DELIVERY_STATE_SENT;
      return decision;
    case Verdict::kPermanent:
      decision.state = mamori::v1::DELIVERY_STATE_DEAD;
      return decision;
    case Verdict::kTemporary:
      decision.state =
          exhausted ? mamori::v1::DELIVERY_STATE_DEAD : mamori::v1::DELIVERY_STATE_PENDING;
      break;
    case Verdict::kUnknown:
      // Shown as what it is, also after the last attempt: the receiver may well have it.
      decision.state = exhausted || !Resends(policy.unknown_outcome(), urgency)
                           ? mamori::v1::DELIVERY_STATE_UNKNOWN
                           : mamori::v1::DELIVERY_STATE_PENDING;
      break;
  }
  if (decision.state == mamori::v1::DELIVERY_STATE_PENDING) {
    decision.wait =
        std::max(Backoff(policy.delivery_retry(), attempts, fraction), outcome.retry_after);
  }
  return decision;
}

}  // namespace mamori::notification
