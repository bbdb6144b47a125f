#include "services/notification/event_sequences.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"

namespace mamori::notification {
namespace {

constexpr char kLock[] =
    "SELECT notification_id, event_sequence FROM notification WHERE notification_id IN (";
constexpr char kAdvance[] =
    "UPDATE notification SET event_sequence = event_sequence + ? WHERE notification_id IN (";

}  // namespace

absl::StatusOr<std::vector<int64_t>> NextSequences(
    db::Tx& tx, const std::vector<std::string>& notification_ids) {
  std::map<std::string, int64_t> taken;
  for (const std::string& id : notification_ids) ++taken[id];
  std::vector<std::string> ids;
  for (const auto& [id, count] : taken) ids.push_back(id);
  if (ids.empty()) return std::vector<int64_t>();
  const std::vector<std::string> padded = db::InList(std::move(ids));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kLock, db::Placeholders(padded.size()),
                                         ") ORDER BY notification_id FOR UPDATE"),
                            db::Params().AddAll(padded)));
  std::map<std::string, int64_t> last;
  // By how many events each states now: nearly always one, so one statement.
  std::map<int64_t, std::vector<std::string>> by_count;
  for (const db::Row& row : rows) {
    last[row.GetBytes(0)] = row.GetInt64(1);
    by_count[taken[row.GetBytes(0)]].push_back(row.GetBytes(0));
  }
  for (auto& [count, some] : by_count) {
    const size_t want = some.size();
    const std::vector<std::string> group = db::InList(std::move(some));
    db::Params params;
    params.Add(count).AddAll(group);
    RETURN_IF_ERROR(tx.ExecuteExpecting(
        want, absl::StrCat(kAdvance, db::Placeholders(group.size()), ")"), params));
  }
  std::vector<int64_t> sequences;
  for (const std::string& id : notification_ids) {
    const auto found = last.find(id);
    sequences.push_back(found == last.end() ? 0 : ++found->second);
  }
  return sequences;
}

}  // namespace mamori::notification
