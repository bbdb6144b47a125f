#include "services/triage/sql_sketch_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kSince[] =
    "SELECT report_id, create_time, sketch FROM report_sketch WHERE tenant = ? AND create_time >= ?"
    " AND (create_time > ? OR report_id > ?) ORDER BY create_time, report_id LIMIT ?";
// What was erased has neither.
constexpr char kSelectPlaces[] =
    "SELECT r.report_id, r.case_id, r.join_time FROM case_report r WHERE r.tenant = ?"
    " AND (EXISTS (SELECT 1 FROM report_sketch s WHERE s.report_id = r.report_id)"
    " OR EXISTS (SELECT 1 FROM actor_mention m WHERE m.report_id = r.report_id)) AND r.report_id "
    "IN (";
constexpr size_t kInChunk = 64;

}  // namespace

absl::StatusOr<std::vector<SketchRow>> SqlSketchStore::ListSince(
    std::string_view tenant, absl::Time from, const std::optional<Position>& after, int limit,
    absl::Time deadline) {
  const Position begin = after.value_or(Position{.create_time = from});
  db::Params params;
  params.Add(tenant).Add(begin.create_time).Add(begin.create_time).Add(begin.report_id).Add(limit);
  using Sketches = std::vector<SketchRow>;
  return transactor_.Run<Sketches>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Sketches> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSince, params));
        Sketches sketches;
        sketches.reserve(rows.size());
        for (const db::Row& row : rows) {
          sketches.push_back({.report_id = row.GetBytes(0),
                              .create_time = row.GetTime(1),
                              .sketch = FromBytes(row.GetBytes(2))});
        }
        return sketches;
      });
}

absl::StatusOr<std::map<id::Id, SketchStore::Place>> SqlSketchStore::FindPlaces(
    std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) {
  using Places = std::map<id::Id, Place>;
  return transactor_.Run<Places>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Places> {
        Places places;
        for (size_t begin = 0; begin < report_ids.size(); begin += kInChunk) {
          const size_t end = std::min(report_ids.size(), begin + kInChunk);
          const std::vector<id::Id> chunk =
              db::InList({report_ids.begin() + begin, report_ids.begin() + end});
          ASSIGN_OR_RETURN(
              const db::Rows rows,
              tx.Query(absl::StrCat(kSelectPlaces, db::Placeholders(chunk.size()), ")"),
                       db::Params().Add(tenant).AddAll(chunk)));
          for (const db::Row& row : rows) {
            places[row.GetBytes(0)] = {.case_id = row.GetBytes(1), .create_time = row.GetTime(2)};
          }
        }
        return places;
      });
}

}  // namespace mamori::triage
