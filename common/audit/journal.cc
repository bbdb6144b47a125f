#include "common/audit/journal.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/hash.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::audit {
namespace {

constexpr char kInsertGroup[] =
    "INSERT INTO audit_group (group_id, time, count, root, mac, entries) VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kSelectHead[] =
    "SELECT sequence, hash FROM audit_entry WHERE resource_id = ? AND kind = ?"
    " ORDER BY sequence DESC LIMIT 1";
constexpr char kSelectHeads[] =
    "SELECT e.resource_id, e.sequence, e.hash FROM (SELECT resource_id, MAX(sequence) AS sequence"
    " FROM audit_entry WHERE kind = ? AND resource_id IN (";
constexpr char kOfHeads[] =
    ") GROUP BY resource_id) h JOIN audit_entry e ON e.resource_id = h.resource_id AND e.kind = ?"
    " AND e.sequence = h.sequence";
constexpr char kInsertEntries[] =
    "INSERT INTO audit_entry (resource_id, kind, sequence, time, access_version, hash, mac, entry)"
    " VALUES ";
constexpr size_t kGroupIdBytes = 16;

}  // namespace

std::string Authenticator::OfGroup(std::string_view group_id, int64_t count,
                                   std::string_view root) const {
  return key_.Tag({"group", service_, group_id, absl::StrCat(count), root});
}

absl::StatusOr<Group> Journal::Begin(db::Tx& tx, const std::vector<Entry>& entries) const {
  const bool by_day = !entries.empty() && entries.front().by_day;
  const absl::Time now = TimeOf(by_day);
  Group group{.group_id = NewRandom().substr(0, kGroupIdBytes)};
  if (entries.empty()) return group;
  group.entries.reserve(entries.size());
  group.hashes.reserve(entries.size());
  for (const Entry& entry : entries) {
    if (entry.by_day != by_day) return absl::InternalError("entries of both kinds in one group");
    group.entries.push_back(EncodeFirst(entry, now));
    group.hashes.push_back(HashOf(group.entries.back()));
  }
  group.root = MerkleRoot(group.hashes);
  const auto count = static_cast<int64_t>(entries.size());
  const std::string joined = Join(group.entries);
  db::Params params;
  params.AddView(group.group_id).Add(now).Add(count).AddView(group.root);
  params.Add(authenticator_.OfGroup(group.group_id, count, group.root)).AddView(joined);
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertGroup, params));
  return group;
}

absl::StatusOr<std::vector<std::string>> Journal::BeginEach(
    db::Tx& tx, const std::vector<Entry>& entries) const {
  std::vector<std::string> hashes(entries.size());
  for (const bool by_day : {false, true}) {
    std::vector<Entry> some;
    std::vector<size_t> places;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].by_day != by_day) continue;
      some.push_back(entries[i]);
      places.push_back(i);
    }
    ASSIGN_OR_RETURN(Group group, Begin(tx, some));
    for (size_t i = 0; i < places.size(); ++i) hashes[places[i]] = std::move(group.hashes[i]);
  }
  return hashes;
}

absl::Time Journal::TimeOf(bool by_day) const {
  const absl::Time now = clock_.Now();
  return by_day ? time::EndOfDay(now) : now;
}

absl::Status Journal::Append(db::Tx& tx, Entry entry, std::string_view first) const {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query(kSelectHead, db::Params().Add(entry.resource_id).Add(static_cast<int>(entry.kind))));
  const Head head =
      rows.empty() ? HeadOf(first) : Head{rows[0].GetInt64(0), std::string(rows[0].GetBytes(1))};
  return tx.InsertRows(kInsertEntries, {RowOf(std::move(entry), head).values});
}

absl::Status Journal::AppendEach(db::Tx& tx, std::vector<Continuation> entries) const {
  if (entries.empty()) return absl::OkStatus();
  const int kind = static_cast<int>(entries.front().entry.kind);
  std::vector<std::string> ids;
  for (const Continuation& one : entries) {
    if (static_cast<int>(one.entry.kind) != kind) {
      return absl::InternalError("entries of several kinds at once");
    }
    ids.push_back(one.entry.resource_id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const std::vector<std::string> padded = db::InList(std::move(ids));
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat(kSelectHeads, db::Placeholders(padded.size()), kOfHeads),
                            db::Params().Add(kind).AddAll(padded).Add(kind)));
  std::map<std::string, Head> heads;
  for (const db::Row& row : rows) {
    heads[row.GetBytes(0)] = Head{row.GetInt64(1), std::string(row.GetBytes(2))};
  }
  std::vector<db::Params> written;
  for (Continuation& one : entries) {
    Head& head = heads.try_emplace(one.entry.resource_id, HeadOf(one.first)).first->second;
    NewRow row = RowOf(std::move(one.entry), head);
    head = std::move(row.head);
    written.push_back(std::move(row.values));
  }
  return tx.InsertRows(kInsertEntries, written);
}

Journal::Head Journal::HeadOf(std::string_view first) {
  return first.empty() ? Head() : Head{1, std::string(first)};
}

Journal::NewRow Journal::RowOf(Entry entry, const Head& head) const {
  entry.sequence = head.sequence + 1;
  entry.previous = head.hash;
  entry.time = TimeOf(entry.by_day);
  const std::string encoded = Encode(entry);
  NewRow row{.head = {entry.sequence, HashOf(encoded)}};
  row.values.Add(entry.resource_id).Add(static_cast<int>(entry.kind)).Add(entry.sequence);
  row.values.Add(entry.time).Add(entry.access_version).Add(row.head.hash);
  row.values.Add(authenticator_.OfEntry(row.head.hash)).Add(encoded);
  return row;
}

}  // namespace mamori::audit
