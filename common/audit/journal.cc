#include "common/audit/journal.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/hash.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::audit {
namespace {

constexpr char kInsertGroup[] =
    "INSERT INTO audit_group (group_id, time, count, root, mac, entries) VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kSelectHead[] =
    "SELECT sequence, hash FROM audit_entry WHERE resource_id = ? AND kind = ?"
    " ORDER BY sequence DESC LIMIT 1";
constexpr char kInsertEntry[] =
    "INSERT INTO audit_entry (resource_id, kind, sequence, time, access_version, hash, mac, entry)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
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
  const int kind = static_cast<int>(entry.kind);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectHead, db::Params().Add(entry.resource_id).Add(kind)));
  if (!rows.empty()) {
    entry.sequence = rows[0].GetInt64(0) + 1;
    entry.previous = rows[0].GetBytes(1);
  } else {
    entry.sequence = first.empty() ? 1 : 2;
    entry.previous = first;
  }
  entry.time = TimeOf(entry.by_day);
  const std::string encoded = Encode(entry);
  const std::string hash = HashOf(encoded);
  db::Params params;
  params.AddView(entry.resource_id).Add(kind).Add(entry.sequence).Add(entry.time);
  params.Add(entry.access_version).AddView(hash).Add(authenticator_.OfEntry(hash)).AddView(encoded);
  return tx.ExecuteExpecting(1, kInsertEntry, params);
}

}  // namespace mamori::audit
