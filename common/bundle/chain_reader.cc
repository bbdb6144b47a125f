#include "common/bundle/chain_reader.h"

#include <algorithm>
#include <utility>

#include "common/audit/checkpointer.h"
#include "common/audit/entry.h"
#include "common/audit/hash.h"
#include "common/bundle/documents.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::bundle {
namespace {

using audit::Entry;

constexpr char kSelectEntries[] =
    "SELECT entry FROM audit_entry WHERE resource_id = ? AND kind = ? ORDER BY sequence LIMIT ?";
constexpr char kSelectGroups[] =
    "SELECT group_id, time, entries FROM audit_group WHERE time >= ? AND time <= ?"
    " AND (time > ? OR group_id > ?) ORDER BY time, group_id LIMIT 50";
constexpr char kSelectFirstSince[] = "SELECT MIN(number) FROM audit_checkpoint WHERE time >= ?";
constexpr char kSelectNewest[] = "SELECT MAX(number) FROM audit_checkpoint";
constexpr char kSelectLeaves[] =
    "SELECT number, leaves FROM audit_leaf WHERE number >= ? AND number < ?"
    " ORDER BY number, chunk";
// More are no chain of a bundle.
constexpr int kMaxEntriesOfChain = 20000;
// A checkpoint comes at the latest so long after an entry, with the replicas' clocks apart.
constexpr absl::Duration kClocksApart = absl::Seconds(30);
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kPause = absl::Milliseconds(200);
// After an entry's time the checkpoint that covers it is among so many; usually it is the first.
constexpr int64_t kMaxCheckpoints = 2000;
constexpr int64_t kCheckpointsPerRead = 50;

// The encoding of an entry of this chain begins so.
std::string BeginOf(const ChainOwner& owner) {
  Entry entry;
  entry.kind = owner.kind;
  entry.resource_id = owner.id;
  entry.sequence = 1;
  // Format, kind, and the id with its length.
  return audit::Encode(entry).substr(0, 1 + 1 + 2 + owner.id.size());
}

absl::Time TimeOf(const v1::AuditChain& chain, int index) {
  const absl::StatusOr<Entry> entry = audit::Decode(chain.entries(index));
  return entry.ok() ? entry->time : absl::InfinitePast();
}

}  // namespace

absl::StatusOr<db::Rows> ChainReader::Read(absl::Time deadline, const char* sql,
                                           const db::Params& params) {
  return transactor_.Run<db::Rows>({.deadline = deadline, .read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::StatusOr<std::optional<ChainReader::First>> ChainReader::FindFirst(const ChainOwner& owner,
                                                                         absl::Time from,
                                                                         absl::Time until,
                                                                         absl::Time deadline) {
  const std::string begin = BeginOf(owner);
  absl::Time time = from;
  std::string after;
  for (;;) {
    ASSIGN_OR_RETURN(
        const db::Rows rows,
        Read(deadline, kSelectGroups, db::Params().Add(time).Add(until).Add(time).Add(after)));
    for (const db::Row& row : rows) {
      ASSIGN_OR_RETURN(const auto entries, audit::Split(row.GetBytes(2)));
      const auto found = std::find_if(entries.begin(), entries.end(),
                                      [&](std::string_view one) { return one.starts_with(begin); });
      if (found == entries.end()) continue;
      std::vector<std::string> hashes;
      for (const std::string_view one : entries) hashes.push_back(audit::HashOf(one));
      First first{.entry = std::string(*found)};
      first.place.set_group_id(row.GetBytes(0));
      first.place.set_count(static_cast<int64_t>(entries.size()));
      first.place.set_index(found - entries.begin());
      for (std::string& node :
           audit::MerklePath(hashes, static_cast<size_t>(first.place.index()))) {
        first.place.add_path(std::move(node));
      }
      return std::optional<First>(std::move(first));
    }
    if (rows.empty()) return std::optional<First>();
    time = rows.back().GetTime(1);
    after = rows.back().GetBytes(0);
  }
}

absl::StatusOr<std::optional<ChainReader::First>> ChainReader::FindFirst(const ChainOwner& owner,
                                                                         const Resource& resource,
                                                                         absl::Time deadline) {
  // What is told to the day stands at the end of it: two moments to look at instead of the day.
  if (time::BeginOfDay(resource.earliest) == resource.earliest) {
    for (const int days : {1, 2, 0}) {
      const absl::Time end = resource.earliest + days * time::kDay;
      ASSIGN_OR_RETURN(std::optional<First> first, FindFirst(owner, end, end, deadline));
      if (first) return first;
    }
  }
  return FindFirst(owner, resource.earliest, resource.latest, deadline);
}

absl::StatusOr<v1::AuditChain> ChainReader::ReadEntries(const ChainOwner& owner,
                                                        const Resource& resource,
                                                        absl::Time deadline) {
  v1::AuditChain chain;
  chain.set_service(service_);
  chain.set_resource(resource.name);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      Read(deadline, kSelectEntries,
           db::Params().Add(owner.id).Add(static_cast<int>(owner.kind)).Add(kMaxEntriesOfChain)));
  const absl::StatusOr<Entry> begin =
      rows.empty() ? absl::NotFoundError("none") : audit::Decode(rows[0].GetBytes(0));
  // A chain from before the audit begins among the later entries.
  if (!begin.ok() || begin->sequence > 1) {
    ASSIGN_OR_RETURN(std::optional<First> first, FindFirst(owner, resource, deadline));
    if (!first) return status::NotFound("audit");
    chain.add_entries(std::move(first->entry));
    *chain.mutable_group() = std::move(first->place);
  }
  for (const db::Row& row : rows) chain.add_entries(row.GetBytes(0));
  return chain;
}

absl::StatusOr<std::optional<ChainReader::Found>> ChainReader::FindLeaf(const ChainOwner& owner,
                                                                        const v1::AuditChain& chain,
                                                                        int wanted,
                                                                        absl::Time deadline) {
  const bool of_group = wanted == 1 && chain.has_group();
  ASSIGN_OR_RETURN(const db::Rows since,
                   Read(deadline, kSelectFirstSince,
                        db::Params().Add(TimeOf(chain, wanted - 1) - kClocksApart)));
  if (since.empty() || since[0].IsNull(0)) return std::optional<Found>();
  const int64_t begin = since[0].GetInt64(0);
  for (int64_t from = begin; from < begin + kMaxCheckpoints; from += kCheckpointsPerRead) {
    ASSIGN_OR_RETURN(
        const db::Rows rows,
        Read(deadline, kSelectLeaves, db::Params().Add(from).Add(from + kCheckpointsPerRead)));
    if (rows.empty()) break;
    for (const db::Row& row : rows) {
      ASSIGN_OR_RETURN(const std::vector<audit::Leaf> leaves, audit::DecodeLeaves(row.GetBytes(1)));
      for (const audit::Leaf& leaf : leaves) {
        const bool is_it =
            of_group ? leaf.kind == audit::Kind::kNone && leaf.id == chain.group().group_id()
                     : leaf.kind == owner.kind && leaf.id == owner.id && leaf.length >= wanted &&
                           leaf.length <= chain.entries_size();
        if (is_it) return std::optional<Found>({leaf, row.GetInt64(0)});
      }
    }
  }
  return std::optional<Found>();
}

absl::Status ChainReader::SetLeaf(const Found& found, v1::AuditChain& chain, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, Read(deadline, kSelectLeaves,
                                             db::Params().Add(found.number).Add(found.number + 1)));
  std::vector<std::string> hashes;
  v1::LeafPlace& place = *chain.mutable_leaf();
  for (const db::Row& row : rows) {
    ASSIGN_OR_RETURN(const std::vector<audit::Leaf> leaves, audit::DecodeLeaves(row.GetBytes(1)));
    for (const audit::Leaf& leaf : leaves) {
      if (leaf.random == found.leaf.random && leaf.id == found.leaf.id) {
        place.set_index(static_cast<int64_t>(hashes.size()));
      }
      // A tree of one leaf is its hash.
      hashes.push_back(audit::RootOf({leaf}));
    }
  }
  place.set_checkpoint(found.number);
  place.set_leaf(audit::Encode({found.leaf}));
  place.set_count(static_cast<int64_t>(hashes.size()));
  for (std::string& node : audit::MerklePath(hashes, static_cast<size_t>(place.index()))) {
    place.add_path(std::move(node));
  }
  needed_.insert(found.number);
  return absl::OkStatus();
}

void ChainReader::Trim(const Found& found, v1::AuditChain& chain) {
  int keep = found.leaf.kind == audit::Kind::kNone ? 1 : static_cast<int>(found.leaf.length);
  const absl::Time now = clock_.Now();
  if (keep < chain.entries_size() && TimeOf(chain, keep) > now) keep = chain.entries_size();
  chain.mutable_entries()->DeleteSubrange(keep, chain.entries_size() - keep);
}

absl::StatusOr<v1::AuditChain> ChainReader::ReadChain(const Resource& resource,
                                                      absl::Time deadline) {
  ASSIGN_OR_RETURN(const ChainOwner owner, OwnerOf(resource.name));
  const absl::Time begin = clock_.Now();
  std::optional<int> wanted;
  for (;;) {
    ASSIGN_OR_RETURN(v1::AuditChain chain, ReadEntries(owner, resource, deadline));
    if (!wanted) {
      // What came until now; whatever comes while this waits need not be there.
      int past = chain.entries_size();
      while (past > 0 && TimeOf(chain, past - 1) > begin) --past;
      wanted = past;
    }
    std::optional<Found> found;
    if (*wanted > 0) {
      ASSIGN_OR_RETURN(found, FindLeaf(owner, chain, *wanted, deadline));
      if (found) {
        RETURN_IF_ERROR(SetLeaf(*found, chain, deadline));
        Trim(*found, chain);
      }
    }
    if (*wanted == 0 || found) {
      const int covered = !found ? 0
                          : found->leaf.kind == audit::Kind::kNone
                              ? 1
                              : static_cast<int>(found->leaf.length);
      if (covered < chain.entries_size()) {
        earliest_open_ = std::min(earliest_open_, TimeOf(chain, covered));
      }
      for (const std::string& encoded : chain.entries()) {
        ASSIGN_OR_RETURN(const Entry entry, audit::Decode(encoded));
        *chain.add_told() = Told(entry);
      }
      return chain;
    }
    if (clock_.Now() - begin > kPatience || clock_.Now() + kPause > deadline) {
      return absl::UnavailableError("no checkpoint covers it yet");
    }
    sleeper_.Sleep(kPause);
  }
}

absl::StatusOr<v1::CheckpointRun> ChainReader::ReadRun(absl::Time deadline) {
  // The newest that a chain needs: one that came since may be later than what is told to the day.
  ASSIGN_OR_RETURN(const db::Rows newest, Read(deadline, kSelectNewest, {}));
  if (newest.empty() || newest[0].IsNull(0)) return absl::InternalError("there is no checkpoint");
  const int64_t as_of = newest[0].GetInt64(0);
  const auto read = [&](int64_t after, int limit) {
    return transactor_.Run<std::vector<v1::Checkpoint>>(
        {.deadline = deadline, .read_only = true},
        [&](db::Tx& tx) { return audit::ReadCheckpoints(tx, service_, after, limit); });
  };
  v1::CheckpointRun run;
  run.set_service(service_);
  const int64_t begin = std::max<int64_t>(0, as_of + 1 - kCheckpointsInRun);
  for (const int64_t number : needed_) {
    if (number >= begin) break;
    ASSIGN_OR_RETURN(const std::vector<v1::Checkpoint> one, read(number - 1, 1));
    for (const v1::Checkpoint& checkpoint : one) *run.add_checkpoints() = checkpoint;
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Checkpoint> last,
                   read(begin - 1, static_cast<int>(as_of + 1 - begin)));
  for (const v1::Checkpoint& checkpoint : last) *run.add_checkpoints() = checkpoint;
  const bool ended =
      run.checkpoints().empty() ||
      absl::FromUnixMicros(run.checkpoints().rbegin()->time_micros()) >= earliest_open_;
  if (ended) return absl::UnavailableError("the day ended meanwhile");
  return run;
}

}  // namespace mamori::bundle
