#include "services/triage/case_reads.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "services/triage/call_key.h"

namespace mamori::triage {

absl::Status RecordCaseReads(audit::ReadLog* reads, const server::CallContext& call,
                             const std::map<id::Id, bool>& cases) {
  if (reads == nullptr || cases.empty()) return absl::OkStatus();
  std::vector<audit::Entry> entries;
  for (const auto& [case_id, anonymous] : cases) {
    audit::Entry& entry = entries.emplace_back();
    entry.kind = audit::Kind::kCaseReads;
    entry.resource_id = case_id;
    entry.tenant = call.tenant;
    entry.action = server::ActionOf(call);
    entry.who = WhoOf(call);
    entry.by_day = anonymous;
  }
  return reads->Record(std::move(entries));
}

absl::Status RecordCaseRead(audit::ReadLog* reads, const server::CallContext& call,
                            const id::Id& case_id, bool anonymous) {
  return RecordCaseReads(reads, call, {{case_id, anonymous}});
}

absl::Status CheckMergedInto(const AccessGate& gate, CaseStore& cases,
                             const server::CallContext& call, const CaseRow& row) {
  if (row.merged_into.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CaseRow into, cases.GetRow(call.tenant, row.merged_into, call.deadline));
  return gate.Check(ViewerOf(call), into.access, authz::Action::kRead);
}

}  // namespace mamori::triage
