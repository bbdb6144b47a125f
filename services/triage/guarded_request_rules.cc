#include "services/triage/guarded_request_rules.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/id/id.h"
#include "common/idempotency/request_id_rule.h"
#include "common/status/errors.h"
#include "services/triage/retention_rules.h"
#include "services/triage/two_person_rules.h"

namespace mamori::triage {
namespace {

using mamori::status::Violations;

constexpr size_t kMaxReasonBytes = 4 << 10;
constexpr size_t kMaxNameBytes = 200;
constexpr size_t kVersionDigits = 64;
constexpr size_t kHashBytes = 32;
constexpr int kMaxCases = 200;

using Collections = std::vector<const char*>;

// A name in one of them.
void CheckName(Violations& violations, std::string path, const Collections& collections,
               std::string_view name) {
  const auto is_of = [&](const char* one) { return id::FromName(one, name).ok(); };
  if (std::any_of(collections.begin(), collections.end(), is_of)) return;
  violations.Add(std::move(path),
                 absl::StrCat("want ", absl::StrJoin(collections, " or "), "/{26 characters}"));
}

void CheckName(Violations& violations, std::string path, const char* collection,
               std::string_view name) {
  CheckName(violations, std::move(path), Collections{collection}, name);
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
Violations CheckUse(const Request& request, const Collections& collections) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "name", collections, request.name());
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

void CheckScope(Violations& violations, const v1::LegalHold& hold) {
  switch (hold.scope_case()) {
    case v1::LegalHold::kCaseName:
      CheckName(violations, "hold.case_name", "cases", hold.case_name());
      break;
    case v1::LegalHold::kActor:
      CheckSize(violations, "hold.actor", hold.actor(), kMaxNameBytes);
      break;
    case v1::LegalHold::kMatter:
      CheckSize(violations, "hold.matter", hold.matter(), kMaxNameBytes);
      break;
    case v1::LegalHold::kRecordName:
      CheckName(violations, "hold.record_name", {kSubjectRequestNames, kBreachNames},
                hold.record_name());
      break;
    case v1::LegalHold::SCOPE_NOT_SET:
      violations.Add("hold", "want case_name, actor, matter or record_name");
      break;
  }
  const int cases = hold.cases_size();
  if (hold.has_matter() ? cases < 1 || cases > kMaxCases : cases > 0) {
    violations.Add("hold.cases", absl::StrCat(cases, " entries, want 1 to ", kMaxCases,
                                              " for a matter and none else"));
    return;
  }
  for (int i = 0; i < cases; ++i) {
    CheckName(violations, absl::StrCat("hold.cases[", i, "]"), "cases", hold.cases(i));
  }
}

absl::Status ValidatePlace(const v1::PlaceHoldRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckScope(violations, request.hold());
  CheckSize(violations, "hold.issuer", request.hold().issuer(), kMaxNameBytes);
  CheckSize(violations, "hold.reason", request.hold().reason(), kMaxReasonBytes);
  return violations.Status();
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
  CheckName(violations, "act.resource", rule->collections, act.resource());
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
  CheckName(violations, "resource",
            {"cases", "holds", "policies", kSubjectRequestNames, kBreachNames}, request.resource());
  CheckPage(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::RemoveExclusionRequest& request) {
  Violations violations = CheckUse(request, {"cases"});
  CheckSize(violations, "person", request.person(), kMaxNameBytes);
  return violations.Status();
}

absl::Status Validate(const v1::UseIdentityActRequest& request) {
  Violations violations;
  idempotency::ValidateRequestId(violations, "request_id", request.request_id());
  CheckName(violations, "act", "acts", request.act());
  CheckName(violations, "report", "reports", request.report());
  return violations.Status();
}

absl::Status Validate(const v1::PlaceHoldRequest& request) { return ValidatePlace(request); }

absl::Status Validate(const v1::ListHoldsRequest& request) {
  Violations violations;
  CheckPage(violations, request.page_size());
  return violations.Status();
}

absl::Status Validate(const v1::ReleaseHoldRequest& request) {
  return CheckUse(request, {"holds"}).Status();
}

absl::Status Validate(const v1::DryRunRetentionRequest& request) {
  Violations violations;
  CheckPage(violations, request.page_size());
  const Collections known = {"", "cases", kSubjectRequestNames, kBreachNames};
  if (std::find(known.begin(), known.end(), request.collection()) == known.end()) {
    violations.Add("collection", "want cases, subjectRequests, breaches, or none");
  }
  return violations.Status();
}

absl::Status Validate(const v1::DisposeCaseRequest& request) {
  return CheckUse(request, {"cases"}).Status();
}

absl::Status Validate(const v1::DisposeRecordRequest& request) {
  return CheckUse(request, {kSubjectRequestNames, kBreachNames}).Status();
}

absl::Status Validate(const v1::GetDispositionRequest& request) {
  Violations violations;
  CheckName(violations, "name", {"cases", kSubjectRequestNames, kBreachNames}, request.name());
  return violations.Status();
}

absl::Status Validate(const v1::TrainOpinionRequest& request) {
  return CheckUse(request, {"policies"}).Status();
}

absl::Status Validate(const v1::GetOpinionRequest& request) {
  Violations violations;
  const std::string& version = request.version();
  if (!version.empty() && (version.size() != kVersionDigits ||
                           version.find_first_not_of("0123456789abcdef") != version.npos)) {
    violations.Add("version", "want 64 hex digits, or none");
  }
  return violations.Status();
}

}  // namespace mamori::triage
