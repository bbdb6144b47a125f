#include "services/triage/sql_memory_rows.h"

#include <utility>

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kInsertMentions[] =
    "INSERT INTO actor_mention (tenant, actor_id, create_time, report_id, kind, ordinal) VALUES ";
constexpr char kDeleteMentions[] = "DELETE FROM actor_mention WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteJoins[] = "DELETE FROM actor_join WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteOtherJoins[] =
    "DELETE FROM actor_join WHERE other_report_id = ? AND tenant = ?";

}  // namespace

absl::Status InsertMemory(db::Tx& tx, const std::vector<NewMemory>& memories) {
  std::vector<db::Params> mentions;
  for (const NewMemory& one : memories) {
    for (const ActorKey& key : one.memory->actors) {
      db::Params params;
      params.Add(one.report->tenant).Add(key.actor).Add(one.report->join_time);
      params.Add(one.report->report_id).Add(static_cast<int>(key.kind)).Add(key.index);
      mentions.push_back(std::move(params));
    }
  }
  return mentions.empty() ? absl::OkStatus() : tx.InsertRows(kInsertMentions, mentions);
}

absl::Status EraseMemory(db::Tx& tx, std::string_view tenant, const id::Id& report_id) {
  for (const char* statement : {kDeleteMentions, kDeleteJoins, kDeleteOtherJoins}) {
    RETURN_IF_ERROR(tx.Execute(statement, db::Params().Add(report_id).Add(tenant)).status());
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
