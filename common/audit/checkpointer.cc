#include "common/audit/checkpointer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/status/macros.h"
#include "common/worker/lease.h"

namespace mamori::audit {
namespace {

constexpr char kLease[] = "audit";
constexpr char kColumns[] = "SELECT number, time, previous, root, signature FROM audit_checkpoint";
constexpr char kSelectFirstSince[] = "SELECT MIN(number) FROM audit_checkpoint WHERE time >= ?";
constexpr char kSelectLeaves[] = "SELECT leaves FROM audit_leaf WHERE number >= ?";
// What is told to the day only has its time ahead of it.
constexpr char kSelectEntries[] =
    "SELECT kind, resource_id, sequence, hash, mac FROM audit_entry"
    " WHERE time >= ? AND time <= ?";
constexpr char kSelectGroups[] =
    "SELECT group_id, count, root, mac FROM audit_group WHERE time >= ? AND time <= ?";
constexpr char kInsertCheckpoint[] =
    "INSERT INTO audit_checkpoint (number, time, previous, root, signature) VALUES (?, ?, ?, ?, ?)";
constexpr char kInsertLeaves[] = "INSERT INTO audit_leaf (number, chunk, leaves) VALUES (?, ?, ?)";
constexpr size_t kLeavesPerChunk = 3000;
constexpr absl::Duration kTimeout = absl::Seconds(5);

v1::Checkpoint FromRow(const std::string& service, const db::Row& row) {
  v1::Checkpoint checkpoint;
  checkpoint.set_service(service);
  checkpoint.set_number(row.GetInt64(0));
  checkpoint.set_time_micros(row.GetInt64(1));
  checkpoint.set_previous(row.GetBytes(2));
  checkpoint.set_root(row.GetBytes(3));
  checkpoint.set_signature(row.GetBytes(4));
  return checkpoint;
}

std::string LeafRandom() { return NewRandom().substr(0, 16); }

// How far the checkpoints since then have come with each chain, and their groups.
struct Covered {
  std::map<std::pair<int, std::string>, int64_t> lengths;
  std::set<std::string> groups;
};

absl::StatusOr<Covered> CoveredSince(db::Tx& tx, absl::Time since) {
  Covered covered;
  ASSIGN_OR_RETURN(const db::Rows first, tx.Query(kSelectFirstSince, db::Params().Add(since)));
  if (first.empty() || first[0].IsNull(0)) return covered;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectLeaves, db::Params().Add(first[0].GetInt64(0))));
  for (const db::Row& row : rows) {
    ASSIGN_OR_RETURN(const std::vector<Leaf> leaves, DecodeLeaves(row.GetBytes(0)));
    for (const Leaf& leaf : leaves) {
      if (leaf.kind == Kind::kNone) {
        covered.groups.insert(leaf.id);
      } else {
        int64_t& length = covered.lengths[{static_cast<int>(leaf.kind), leaf.id}];
        length = std::max(length, leaf.length);
      }
    }
  }
  return covered;
}

}  // namespace

Checkpointer::Checkpointer(Dependencies dependencies, Options options)
    : d_(dependencies), options_(options), holder_(dependencies.ids.NewId()) {
  // There from the start, so that the first fault is a rise.
  for (const char* what : {"entry", "group"}) {
    d_.telemetry.Count("mamori_audit_refused_total", {{"what", what}}, 0);
  }
}

void Checkpointer::Refuse(const char* what) const {
  d_.telemetry.Count("mamori_audit_refused_total", {{"what", what}});
  d_.telemetry.Log(telemetry::Level::kError, "audit.refused", {{"what", what}});
}

absl::Status Checkpointer::Insert(db::Tx& tx, v1::Checkpoint checkpoint,
                                  const std::vector<Leaf>& leaves) {
  checkpoint.set_root(RootOf(leaves));
  Sign(d_.key, checkpoint);
  db::Params params;
  params.Add(checkpoint.number()).Add(checkpoint.time_micros()).Add(checkpoint.previous());
  params.Add(checkpoint.root()).Add(checkpoint.signature());
  RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertCheckpoint, params));
  for (size_t begin = 0, chunk = 0; begin < leaves.size(); begin += kLeavesPerChunk, ++chunk) {
    const size_t end = std::min(leaves.size(), begin + kLeavesPerChunk);
    db::Params row;
    row.Add(checkpoint.number()).Add(static_cast<int64_t>(chunk));
    row.Add(Encode({leaves.begin() + begin, leaves.begin() + end}));
    RETURN_IF_ERROR(tx.ExecuteExpecting(1, kInsertLeaves, row));
  }
  return absl::OkStatus();
}

absl::Status Checkpointer::EnsureGenesis() {
  const db::TransactionOptions options{.deadline = d_.clock.Now() + kTimeout,
                                       .settles_unknown_commit = true};
  const absl::Status made = d_.transactor.Run(options, [&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const auto there, ReadCheckpoints(tx, "", -1, 1));
    if (!there.empty()) return absl::OkStatus();
    v1::Checkpoint genesis;
    genesis.set_service(d_.authenticator.service());
    genesis.set_time_micros(absl::ToUnixMicros(d_.clock.Now()));
    return Insert(tx, genesis, {Leaf{Kind::kNone, LeafRandom(), 0, NewRandom(), LeafRandom()}});
  });
  return absl::IsAlreadyExists(made) ? absl::OkStatus() : made;
}

absl::StatusOr<bool> Checkpointer::RunOnce() {
  const db::TransactionOptions options{.deadline = d_.clock.Now() + kTimeout};
  const absl::StatusOr<bool> made =
      d_.transactor.Run<bool>(options, [&](db::Tx& tx) { return Make(tx); });
  // Another replica was quicker.
  if (absl::IsAlreadyExists(made.status())) return false;
  return made;
}

// The lease's row is locked until the commit, so who signs is who holds it.
absl::StatusOr<bool> Checkpointer::Make(db::Tx& tx) {
  const absl::Time now = d_.clock.Now();
  ASSIGN_OR_RETURN(const auto lease, worker::TryAcquire(tx, kLease, holder_, options_.lease));
  if (!lease) {
    fence_ = 0;
    return false;
  }
  const bool new_holder = std::exchange(fence_, lease->fence) != lease->fence;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(std::string(kColumns) + " ORDER BY number DESC LIMIT 1", {}));
  if (rows.empty()) return absl::InternalError("the audit has no first checkpoint");
  const v1::Checkpoint last = FromRow(d_.authenticator.service(), rows[0]);
  const absl::Time last_time = absl::FromUnixMicros(last.time_micros());
  // A clock that was set back does not stop it.
  if (now >= last_time && now - last_time < options_.interval) return false;
  const absl::Time since =
      std::min(now, last_time) - (new_holder ? options_.first_window : options_.window);
  ASSIGN_OR_RETURN(std::vector<Leaf> leaves, NewLeaves(tx, since, now));
  // One that is nothing: a root never tells that there was nothing else.
  leaves.push_back(Leaf{Kind::kNone, LeafRandom(), 0, NewRandom(), LeafRandom()});
  v1::Checkpoint next;
  next.set_service(last.service());
  next.set_number(last.number() + 1);
  next.set_time_micros(absl::ToUnixMicros(now));
  next.set_previous(HashOf(last));
  RETURN_IF_ERROR(Insert(tx, next, leaves));
  return true;
}

absl::StatusOr<std::vector<Leaf>> Checkpointer::NewLeaves(db::Tx& tx, absl::Time since,
                                                          absl::Time now) {
  ASSIGN_OR_RETURN(const Covered covered, CoveredSince(tx, since));
  std::vector<Leaf> leaves;
  ASSIGN_OR_RETURN(const db::Rows groups,
                   tx.Query(kSelectGroups, db::Params().Add(since).Add(now)));
  for (const db::Row& row : groups) {
    if (covered.groups.count(row.GetBytes(0)) > 0) continue;
    if (d_.authenticator.OfGroup(row.GetBytes(0), row.GetInt64(1), row.GetBytes(2)) !=
        row.GetBytes(3)) {
      Refuse("group");
      continue;
    }
    leaves.push_back(
        {Kind::kNone, row.GetBytes(0), row.GetInt64(1), row.GetBytes(2), LeafRandom()});
  }
  ASSIGN_OR_RETURN(const db::Rows entries,
                   tx.Query(kSelectEntries, db::Params().Add(since).Add(now)));
  std::map<std::pair<int, std::string>, Leaf> chains;
  for (const db::Row& row : entries) {
    const std::pair chain(static_cast<int>(row.GetInt64(0)), row.GetBytes(1));
    const int64_t sequence = row.GetInt64(2);
    const auto known = covered.lengths.find(chain);
    if (known != covered.lengths.end() && known->second >= sequence) continue;
    if (d_.authenticator.OfEntry(row.GetBytes(3)) != row.GetBytes(4)) {
      Refuse("entry");
      continue;
    }
    Leaf& leaf = chains[chain];
    if (leaf.length >= sequence) continue;
    leaf = {static_cast<Kind>(chain.first), chain.second, sequence, row.GetBytes(3), LeafRandom()};
  }
  for (auto& [chain, leaf] : chains) leaves.push_back(std::move(leaf));
  return leaves;
}

absl::StatusOr<std::vector<v1::Checkpoint>> ReadCheckpoints(db::Tx& tx, const std::string& service,
                                                            int64_t after, int limit) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(std::string(kColumns) + " WHERE number > ? ORDER BY number LIMIT ?",
                            db::Params().Add(after).Add(limit)));
  std::vector<v1::Checkpoint> checkpoints;
  for (const db::Row& row : rows) checkpoints.push_back(FromRow(service, row));
  return checkpoints;
}

}  // namespace mamori::audit
