#include "services/triage/validate_deadlines.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"

namespace mamori::triage {
namespace {

using mamori::status::Violations;

constexpr size_t kMaxTextBytes = 16 << 10;
constexpr size_t kMaxIdBytes = 64;
constexpr absl::Duration kLongestAgo = absl::Hours(24 * 366 * 5);

void CheckName(Violations& violations, const char* path, const char* collection,
               std::string_view name) {
  if (!id::FromName(collection, name).ok()) {
    violations.Add(path, absl::StrCat("want ", collection, "/{26 characters}"));
  }
}

template <typename Request>
Violations CheckVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "cases", request.name());
  const size_t bytes = request.reason().size();
  if (bytes == 0 || bytes > kMaxTextBytes) {
    violations.Add("reason", absl::StrCat(bytes, " bytes, want 1 to ", kMaxTextBytes));
  }
  return violations;
}

template <typename Request>
absl::Status CheckVerbOnOne(const Request& request) {
  Violations violations = CheckVerb(request);
  CheckName(violations, "deadline", "deadlines", request.deadline());
  return violations.Status();
}

bool IsSlug(std::string_view text) {
  return text.size() <= kMaxIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

}  // namespace

absl::Status Validate(const v1::ListDeadlinesRequest& request) {
  Violations violations;
  if (!request.case_name().empty()) {
    CheckName(violations, "case_name", "cases", request.case_name());
  }
  if (request.page_size() < 0) violations.Add("page_size", "is negative, want 0 to 1000");
  if (!v1::DeadlineState_IsValid(request.state())) violations.Add("state", "is no state");
  if (!IsSlug(request.company())) violations.Add("company", "want 1 to 64 of [a-z0-9-]");
  if (!request.company().empty() && !request.case_name().empty()) {
    violations.Add("company", "goes with the queue alone");
  }
  return violations.Status();
}

absl::Status Validate(const v1::StartClockRequest& request) {
  Violations violations = CheckVerb(request);
  if (request.clock().empty() || request.clock().size() > kMaxIdBytes) {
    violations.Add("clock",
                   absl::StrCat(request.clock().size(), " bytes, want 1 to ", kMaxIdBytes));
  }
  return violations.Status();
}

absl::Status Validate(const v1::PauseDeadlineRequest& request) { return CheckVerbOnOne(request); }

absl::Status Validate(const v1::ResumeDeadlineRequest& request) { return CheckVerbOnOne(request); }

absl::Status Validate(const v1::CompleteDeadlineRequest& request) {
  return CheckVerbOnOne(request);
}

absl::Status CheckStart(absl::Time start, absl::Time now) {
  Violations violations;
  if (start > now) violations.Add("start_time", "is in the future");
  if (start < now - kLongestAgo) violations.Add("start_time", "is more than 5 years ago");
  return violations.Status();
}

}  // namespace mamori::triage
