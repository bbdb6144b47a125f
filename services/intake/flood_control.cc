#include "services/intake/flood_control.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/receipt/work.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr int kMinDifficulty = 16;
constexpr int kMaxDifficulty = 22;

TokenBuckets::Size SizeOf(bool set, const config::v1::Bucket& bucket, double per_minute,
                          double burst) {
  return set ? TokenBuckets::Size{bucket.per_minute(), bucket.burst()}
             : TokenBuckets::Size{per_minute, burst};
}

TokenBuckets::Size AnonymousSize(const config::v1::FloodControl& config) {
  return SizeOf(config.has_anonymous(), config.anonymous(), 60, 60);
}

absl::Status Flood() {
  return status::Error(absl::StatusCode::kResourceExhausted, mamori::v1::ERROR_REASON_FLOOD,
                       "too many reports or messages come this way just now");
}

absl::Status WorkRequired(int difficulty) {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       mamori::v1::ERROR_REASON_WORK_REQUIRED,
                       "much comes this way just now: send the same again with a proof of work",
                       {{"difficulty", absl::StrCat(difficulty)}});
}

}  // namespace

absl::Status CheckFlood(const config::v1::FloodControl& config) {
  const auto check = [](bool set, const config::v1::Bucket& bucket,
                        const char* name) -> absl::Status {
    if (!set || (bucket.per_minute() > 0 && bucket.burst() >= 1)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("flood.", name, ": want per_minute above 0 and burst of 1 or more"));
  };
  RETURN_IF_ERROR(check(config.has_person(), config.person(), "person"));
  RETURN_IF_ERROR(check(config.has_application(), config.application(), "application"));
  RETURN_IF_ERROR(check(config.has_tenant(), config.tenant(), "tenant"));
  RETURN_IF_ERROR(check(config.has_anonymous(), config.anonymous(), "anonymous"));
  RETURN_IF_ERROR(check(config.has_receipt(), config.receipt(), "receipt"));
  const int least = config.min_difficulty() == 0 ? kMinDifficulty : config.min_difficulty();
  const int most = config.max_difficulty() == 0 ? kMaxDifficulty : config.max_difficulty();
  if (least < 8 || least > 24) {
    return absl::InvalidArgumentError("flood.min_difficulty: want 8 to 24");
  }
  if (most < least || most > 28) {
    return absl::InvalidArgumentError("flood.max_difficulty: want min_difficulty to 28");
  }
  return absl::OkStatus();
}

FloodControl::FloodControl(const config::v1::FloodControl& config, const time::Clock& clock)
    : min_difficulty_(config.min_difficulty() == 0 ? kMinDifficulty : config.min_difficulty()),
      max_difficulty_(config.max_difficulty() == 0 ? kMaxDifficulty : config.max_difficulty()),
      person_(SizeOf(config.has_person(), config.person(), 10, 20), clock),
      application_(SizeOf(config.has_application(), config.application(), 600'000, 200'000), clock),
      tenant_(SizeOf(config.has_tenant(), config.tenant(), 1'200'000, 400'000), clock),
      anonymous_(AnonymousSize(config), clock),
      receipt_(SizeOf(config.has_receipt(), config.receipt(), 30, 30), clock),
      anonymous_burst_(AnonymousSize(config).burst) {}

absl::Status FloodControl::AdmitNamed(const server::CallContext& call, int count) {
  for (int i = 0; i < count; ++i) {
    if (!call.person.empty() && !person_.Take(absl::StrCat(call.tenant, " ", call.person))) {
      return Flood();
    }
    if (!application_.Take(call.caller) || !tenant_.Take(call.tenant)) return Flood();
  }
  return absl::OkStatus();
}

absl::Status FloodControl::AdmitAnonymous(const server::CallContext& call,
                                          const std::string& receipt, const std::string& work) {
  if (anonymous_.Take(call.caller)) return absl::OkStatus();
  // One bit more, and with it twice the work, for each time that what is owed doubles.
  const double owed = anonymous_.Owed(call.caller);
  const int more = static_cast<int>(std::log2(1 + owed / anonymous_burst_));
  const int difficulty = std::min(max_difficulty_, min_difficulty_ + more);
  if (!receipt::IsWork(receipt, work, difficulty)) return WorkRequired(difficulty);
  anonymous_.Owe(call.caller);
  return absl::OkStatus();
}

absl::Status FloodControl::AdmitReceipt(const std::string& receipt) {
  return receipt_.Take(receipt) ? absl::OkStatus() : Flood();
}

}  // namespace mamori::intake
