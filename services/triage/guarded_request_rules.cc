#include "services/triage/guarded_request_rules.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"
#include "services/triage/two_person_rules.h"

namespace mamori::triage {
namespace {

using mamori::status::Violations;

constexpr size_t kMaxReasonBytes = 4 << 10;
constexpr size_t kMaxNameBytes = 200;
constexpr size_t kHashBytes = 32;

void CheckName(Violations& violations, std::string path, std::string_view collection,
               std::string_view name) {
  if (id::FromName(collection, name).ok()) return;
  violations.Add(std::move(path), absl::StrCat("want ", std::string(collection), "/{26 characters}"));
}

void CheckSize(Violations& violations, std::string path, std::string_view text, size_t most) {
  if (!text.empty() && text.size() <= most) return;
  violations.Add(std::move(path), absl::StrCat(text.size(), " bytes, want 1 to ", most));
}

void CheckPage(Violations& violations, int size) {
  if (size < 0) violations.Add("page_size", "negative, want 0 or more");
}

// What a verb on an act has.
template <typename Request>
Violations CheckActVerb(const Request& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", "acts", request.name());
  return violations;
}

// What a verb that uses an act up has.
template <typename Request>
Violations CheckUse(const Request& request, std::string_view collection) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", collection, request.name());
  CheckName(violations, "act", "acts", request.act());
  return violations;
}

void CheckFields(Violations& violations, const v1::TwoPersonAct& act, const ActKindRule& rule) {
  if (act.fields_size() != static_cast<int>(rule.fields.size())) {
    violations.Add("act.fields", absl::StrCat(act.fields_size(), " entries, want ",
                                              rule.fields.size(), " for this kind"));
    return;
  }
  for (int i = 0; i < act.fields_size(); ++i) {
    const std::string path = absl::StrCat("act.fields[", i, "]");
    if (act.fields(i).name() != rule.fields[i]) {
      violations.Add(path + ".name", absl::StrCat("want ", rule.fields[i]));
    }
    CheckSize(violations, path + ".value", act.fields(i).value(), kMaxNameBytes);
  }
}

}  // namespace

absl::Status Validate(const v1::RequestActRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  const v1::TwoPersonAct& act = request.act();
  CheckSize(violations, "act.reason", act.reason(), kMaxReasonBytes);
  const ActKindRule* rule = RuleOf(act.kind());
  if (rule == nullptr) {
    violations.Add("act.kind", "is no kind of act");
    return violations.Status();
  }
  CheckName(violations, "act.resource", rule->collection, act.resource());
  CheckFields(violations, act, *rule);
  if (act.emergency() && !rule->may_be_emergency) {
    violations.Add("act.emergency", "this kind is never an emergency");
  }
  return violations.Status();
}

absl::Status Validate(const v1::ApproveActRequest& request) {
  Violations violations = CheckActVerb(request);
  if (request.hash().size() != kHashBytes) {
    violations.Add("hash", absl::StrCat(request.hash().size(), " bytes, want ", kHashBytes));
  }
  return violations.Status();
}

absl::Status Validate(const v1::WithdrawActRequest& request) {
  return CheckActVerb(request).Status();
}

absl::Status Validate(const v1::GetActRequest& request) {
  Violations violations;
  CheckName(violations, "name", "acts", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::ListActsRequest& request) {
  Violations violations;
  if (!id::FromName("holds", request.resource()).ok()) {
    CheckName(violations, "resource", "cases", request.resource());
  }
  CheckPage(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::RemoveExclusionRequest& request) {
  Violations violations = CheckUse(request, "cases");
  CheckSize(violations, "person", request.person(), kMaxNameBytes);
  return violations.Status();
}

}  // namespace mamori::triage
