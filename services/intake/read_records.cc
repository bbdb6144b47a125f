#include "services/intake/read_records.h"

#include <utility>

namespace mamori::intake {

absl::Status RecordReads(audit::ReadLog* reads, const server::CallContext& call,
                         const audit::Who& who, const std::string& tenant,
                         const std::vector<ReadReport>& read) {
  if (reads == nullptr || read.empty()) return absl::OkStatus();
  std::vector<audit::Entry> entries;
  for (const ReadReport& one : read) {
    audit::Entry& entry = entries.emplace_back();
    entry.kind = audit::Kind::kReportReads;
    entry.resource_id = one.id;
    entry.by_day = one.anonymous;
    entry.tenant = tenant;
    entry.action = server::ActionOf(call);
    entry.who = who;
  }
  return reads->Record(std::move(entries));
}

}  // namespace mamori::intake
