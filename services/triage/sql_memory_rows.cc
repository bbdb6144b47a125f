#include "services/triage/sql_memory_rows.h"

#include <utility>

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kInsertMentions[] =
    "INSERT INTO actor_mention (tenant, actor_id, create_time, report_id, kind, ordinal) VALUES ";
constexpr char kInsertSketches[] =
    "INSERT INTO report_sketch (tenant, create_time, report_id, sketch) VALUES ";
constexpr char kDeleteSketch[] = "DELETE FROM report_sketch WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteMentions[] = "DELETE FROM actor_mention WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteJoins[] = "DELETE FROM actor_join WHERE report_id = ? AND tenant = ?";
constexpr char kDeleteOtherJoins[] =
    "DELETE FROM actor_join WHERE other_report_id = ? AND tenant = ?";

}  // namespace

absl::Status InsertMemory(db::Tx& tx, const std::vector<NewMemory>& memories) {
  std::vector<db::Params> mentions;
  std::vector<db::Params> sketches;
  for (const NewMemory& one : memories) {
    for (const ActorKey& key : one.memory->actors) {
      db::Params params;
      params.Add(one.report->tenant).Add(key.actor).Add(one.report->join_time);
      params.Add(one.report->report_id).Add(static_cast<int>(key.kind)).Add(key.index);
      mentions.push_back(std::move(params));
    }
    if (one.memory->sketch.empty()) continue;
    db::Params params;
    params.Add(one.report->tenant).Add(one.report->join_time).Add(one.report->report_id);
    params.Add(one.memory->sketch);
    sketches.push_back(std::move(params));
  }
  if (!mentions.empty()) RETURN_IF_ERROR(tx.InsertRows(kInsertMentions, mentions));
  return sketches.empty() ? absl::OkStatus() : tx.InsertRows(kInsertSketches, sketches);
}

absl::Status EraseMemory(db::Tx& tx, std::string_view tenant, const id::Id& report_id) {
  for (const char* statement : {kDeleteSketch, kDeleteMentions, kDeleteJoins, kDeleteOtherJoins}) {
    RETURN_IF_ERROR(tx.Execute(statement, db::Params().Add(report_id).Add(tenant)).status());
  }
  return absl::OkStatus();
}

}  // namespace mamori::triage
