#include "common/audit/content.h"

#include "absl/strings/str_cat.h"

namespace mamori::audit {

std::string RecordOf(const Authenticator& authenticator, const CaseColumns& c) {
  return authenticator.OfRecord(
      {"case_record", c.case_id, c.tenant, c.company, absl::StrCat(c.state),
       absl::StrCat(c.report_kind), absl::StrCat(c.severity), c.assignee, c.categories,
       c.policy_digest, c.merged_into, absl::StrCat(c.version), absl::StrCat(c.access_version)});
}

std::string RecordOf(const Authenticator& authenticator, const DecisionColumns& c) {
  return authenticator.OfRecord({"decision", absl::StrCat(static_cast<int>(c.kind)), c.report_id,
                                 absl::StrCat(c.version), c.tenant, absl::StrCat(c.create_micros),
                                 absl::StrCat(c.value), c.people});
}

std::string RecordOf(const Authenticator& authenticator, std::string_view purpose,
                     std::string_view record) {
  return authenticator.OfRecord({purpose, record});
}

HeldChain HeldChainOf(int64_t kind, std::string_view target) {
  constexpr size_t kIdBytes = 16;
  if (kind == kTargetIsRecord) {
    const size_t text = target.find('/') + 1;  // all of it where there is none
    return {.kind = Kind::kHeldRecord, .id = id::FromText(target.substr(text)).value_or(id::Id())};
  }
  return {.kind = kind == kTargetIsCase ? Kind::kHeldCase : Kind::kHeldPerson,
          .id = id::Id(target.substr(0, kIdBytes))};
}

}  // namespace mamori::audit
