#include "common/audit/verify.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/checkpointer.h"
#include "common/audit/hash.h"
#include "common/status/macros.h"

namespace mamori::audit {
namespace {

constexpr char kSelectLeaves[] =
    "SELECT number, chunk, leaves FROM audit_leaf WHERE number > ? OR (number = ? AND chunk > ?)"
    " ORDER BY number, chunk LIMIT 100";
constexpr char kCountFirsts[] = "SELECT SUM(count) FROM audit_group WHERE count > 0";
constexpr char kSelectGroups[] =
    "SELECT group_id, time, count, root, mac, entries FROM audit_group WHERE group_id > ?"
    " ORDER BY group_id LIMIT 500";
constexpr char kSelectEntries[] =
    "SELECT resource_id, kind, sequence, time, access_version, hash, mac, entry FROM audit_entry"
    " WHERE resource_id > ? OR (resource_id = ? AND (kind > ? OR (kind = ? AND sequence > ?)))"
    " ORDER BY resource_id, kind, sequence LIMIT 4000";
constexpr int kCheckpointsPerRead = 5000;
constexpr size_t kMaxFindings = 200;

std::string At(absl::Time time) { return absl::FormatTime(time, absl::UTCTimeZone()); }

}  // namespace

std::string ChainKey(Kind kind, std::string_view resource_id) {
  std::string key(1, static_cast<char>(kind));
  key += resource_id;
  return key;
}

void Verifier::Find(std::string text) {
  if (verified_.findings.size() < kMaxFindings) verified_.findings.push_back(std::move(text));
}

absl::StatusOr<db::Rows> Verifier::Read(const std::string& sql, const db::Params& params) {
  return transactor_.Run<db::Rows>({.read_only = true},
                                   [&](db::Tx& tx) { return tx.Query(sql, params); });
}

absl::StatusOr<Verified> Verifier::Run(const std::vector<SinkCopy>& sinks) {
  verified_.service = authenticator_.service();
  RETURN_IF_ERROR(ReadCheckpoints());
  if (sinks.empty()) Find("no sink was given: what the database says of itself proves nothing");
  for (const SinkCopy& sink : sinks) CheckSink(sink);
  RETURN_IF_ERROR(CheckLeaves());
  RETURN_IF_ERROR(CheckGroups());
  RETURN_IF_ERROR(CheckEntries());
  CheckClaims();
  if (options_.content) RETURN_IF_ERROR(CheckContent());
  return std::move(verified_);
}

absl::Status Verifier::ReadCheckpoints() {
  for (int64_t after = -1;;) {
    ASSIGN_OR_RETURN(
        const auto next,
        transactor_.Run<std::vector<v1::Checkpoint>>({.read_only = true}, [&](db::Tx& tx) {
          return audit::ReadCheckpoints(tx, authenticator_.service(), after, kCheckpointsPerRead);
        }));
    checkpoints_.insert(checkpoints_.end(), next.begin(), next.end());
    if (next.size() < kCheckpointsPerRead) break;
    after = next.back().number();
  }
  verified_.checkpoints = static_cast<int64_t>(checkpoints_.size());
  if (checkpoints_.empty()) {
    Find("the database has no checkpoint");
    return absl::OkStatus();
  }
  std::string previous;
  int64_t time = INT64_MIN;
  for (size_t i = 0; i < checkpoints_.size(); ++i) {
    const v1::Checkpoint& one = checkpoints_[i];
    const std::string name = absl::StrCat("checkpoint ", one.number());
    if (one.number() != static_cast<int64_t>(i)) {
      Find(absl::StrCat("checkpoint ", i, ": missing; the next is ", one.number()));
      break;
    }
    if (!IsSigned(public_key_, one)) Find(name + ": not signed by the pinned key");
    if (one.previous() != previous) Find(name + ": does not follow from the one before");
    if (one.time_micros() < time) Find(name + ": time runs backwards");
    time = one.time_micros();
    previous = HashOf(one);
  }
  covered_until_ = absl::FromUnixMicros(checkpoints_.back().time_micros()) - options_.open;
  return absl::OkStatus();
}

void Verifier::CheckSink(const SinkCopy& sink) {
  const std::string in = absl::StrCat("sink ", sink.name, ": ");
  if (sink.checkpoints.empty()) return Find(in + "no checkpoint of this service");
  int64_t next = 0;
  for (const v1::Checkpoint& one : sink.checkpoints) {
    const std::string name = absl::StrCat(in, "checkpoint ", one.number());
    if (!IsSigned(public_key_, one)) return Find(name + ": not signed by the pinned key");
    // A sink may get one twice.
    if (one.number() > next) return Find(absl::StrCat(in, "checkpoint ", next, ": missing"));
    next = std::max(next, one.number() + 1);
    if (one.number() >= static_cast<int64_t>(checkpoints_.size())) {
      return Find(name + ": the database does not have it: it was set back");
    }
    if (HashOf(one) != HashOf(checkpoints_[one.number()])) {
      return Find(name + ": the database has another one");
    }
  }
  const absl::Time newest = absl::FromUnixMicros(sink.checkpoints.back().time_micros());
  if (options_.now - newest > options_.max_age) {
    Find(absl::StrCat(in, "its newest checkpoint, ", sink.checkpoints.back().number(), " of ",
                      At(newest), ", is too old"));
  }
}

absl::Status Verifier::CheckLeaves() {
  std::vector<Leaf> leaves;
  int64_t number = -1;
  int64_t chunk = -1;
  size_t checked = 0;
  const auto close = [&](int64_t until) {
    // Every checkpoint has leaves: one that is skipped has lost them.
    for (; checked < checkpoints_.size() && static_cast<int64_t>(checked) < until; ++checked) {
      const bool here = static_cast<int64_t>(checked) == number;
      if (!here || RootOf(leaves) != checkpoints_[checked].root()) {
        Find(absl::StrCat("checkpoint ", checked, ": its leaves are not those that were signed"));
      } else {
        for (Leaf& leaf : leaves) {
          if (leaf.length == 0) continue;
          claims_[ChainKey(leaf.kind, leaf.id)].push_back({leaf.length, leaf.head, number, false});
        }
      }
    }
  };
  for (;;) {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     Read(kSelectLeaves, db::Params().Add(number).Add(number).Add(chunk)));
    for (const db::Row& row : rows) {
      if (row.GetInt64(0) != number) {
        close(row.GetInt64(0));
        leaves.clear();
      }
      number = row.GetInt64(0);
      chunk = row.GetInt64(1);
      absl::StatusOr<std::vector<Leaf>> more = DecodeLeaves(row.GetBytes(2));
      if (!more.ok()) {
        leaves.clear();
        continue;
      }
      std::move(more->begin(), more->end(), std::back_inserter(leaves));
    }
    if (rows.empty()) break;
  }
  close(INT64_MAX);
  return absl::OkStatus();
}

void Verifier::Extend(Chain& chain, const Entry& entry, std::string hash) {
  chain.kind = entry.kind;
  chain.tenant = entry.tenant;
  chain.length = entry.sequence;
  chain.head = std::move(hash);
  if (chain.time > entry.time) {
    Find(absl::StrCat(NameOf(entry.kind, entry.resource_id), " entry ", entry.sequence,
                      ": time runs backwards, to ", At(entry.time)));
  }
  if (chain.begun == absl::Time()) chain.begun = entry.time;
  chain.time = entry.time;
  if (IsDisposal(entry)) {
    chain.disposed = true;
    chain.commitments.clear();
  }
  if (!entry.commitment.empty()) chain.commitments.push_back(entry.commitment);
  if (!entry.record.empty()) chain.record = entry.record;
  NoteDecision(entry);
  chain.access_version = entry.access_version;
  if (!entry.access.empty()) chain.access = entry.access;
  if (entry.cause_kind != Kind::kNone && chain.cause_kind == Kind::kNone) {
    chain.cause_kind = entry.cause_kind;
    chain.cause_id = entry.cause_id;
  }
  ++verified_.entries;
}

absl::Status Verifier::CheckGroups() {
  // Growing a large table costs more than what is put into it.
  ASSIGN_OR_RETURN(const db::Rows sum, Read(kCountFirsts, {}));
  if (!sum[0].IsNull(0)) verified_.chains.reserve(static_cast<size_t>(sum[0].GetInt64(0)));
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kSelectGroups, db::Params().Add(after)));
    if (rows.empty()) return absl::OkStatus();
    for (const db::Row& row : rows) CheckGroup(row);
    after = rows.back().GetBytes(0);
  }
}

void Verifier::CheckGroup(const db::Row& row) {
  const std::string& id = row.GetBytes(0);
  const std::string name = NameOf(Kind::kNone, id);
  const auto entries = Split(row.GetBytes(5));
  if (!entries.ok() || static_cast<int64_t>(entries->size()) != row.GetInt64(2)) {
    return Find(name + ": its entries cannot be read");
  }
  std::vector<std::string> hashes;
  for (const std::string_view one : *entries) hashes.push_back(HashOf(one));
  const std::string root = MerkleRoot(hashes);
  const bool authentic = root == row.GetBytes(3) &&
                         authenticator_.OfGroup(id, row.GetInt64(2), root) == row.GetBytes(4);
  if (const auto claim = claims_.find(ChainKey(Kind::kNone, id)); claim != claims_.end()) {
    for (Claim& one : claim->second) one.met = one.head == root;
  } else if (MustBeCovered(row.GetTime(1))) {
    Find(name + ": in no checkpoint");
  } else {
    verified_.open_entries += row.GetInt64(2);
  }
  for (size_t i = 0; i < entries->size(); ++i) {
    const absl::StatusOr<Entry> entry = Decode((*entries)[i]);
    if (!entry.ok() || entry->sequence != 1 || entry->time != row.GetTime(1)) {
      Find(absl::StrCat(name, ": its entry ", i + 1, " is none"));
      continue;
    }
    // Of these nothing has a chain that goes on.
    const bool alone = entry->kind == Kind::kReportReads || entry->kind == Kind::kCaseReads ||
                       entry->kind == Kind::kRefusals;
    if (alone) {
      ++verified_.entries;
      continue;
    }
    Chain& chain = verified_.chains[ChainKey(entry->kind, entry->resource_id)];
    if (chain.length > 0) {
      Find(NameOf(entry->kind, entry->resource_id) + ": has two first entries");
    }
    Extend(chain, *entry, std::move(hashes[i]));
    if (!authentic) {
      Find(NameOf(entry->kind, entry->resource_id) + " entry 1: not what the service wrote");
    }
  }
}

absl::Status Verifier::CheckEntries() {
  db::Params after;
  const std::string none(16, '\0');
  after.Add(none).Add(none).Add(-1).Add(-1).Add(0);
  for (;;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kSelectEntries, after));
    if (rows.empty()) return absl::OkStatus();
    for (const db::Row& row : rows) CheckEntry(row);
    const db::Row& last = rows.back();
    after = db::Params().Add(last.GetBytes(0)).Add(last.GetBytes(0)).Add(last.GetInt64(1));
    after.Add(last.GetInt64(1)).Add(last.GetInt64(2));
  }
}

void Verifier::CheckEntry(const db::Row& row) {
  const auto kind = static_cast<Kind>(row.GetInt64(1));
  const std::string& id = row.GetBytes(0);
  const int64_t sequence = row.GetInt64(2);
  const std::string name = absl::StrCat(NameOf(kind, id), " entry ", sequence);
  std::string hash = HashOf(row.GetBytes(7));
  const absl::StatusOr<Entry> entry = Decode(row.GetBytes(7));
  if (!entry.ok() || entry->kind != kind || entry->resource_id != id ||
      entry->sequence != sequence || entry->time != row.GetTime(3) ||
      entry->access_version != row.GetInt64(4) || hash != row.GetBytes(5) ||
      authenticator_.OfEntry(hash) != row.GetBytes(6)) {
    Find(name + ": not what the service wrote");
    if (!entry.ok()) return;
  }
  const std::string key = ChainKey(kind, id);
  Chain& chain = verified_.chains[key];
  if (sequence != chain.length + 1) {
    Find(absl::StrCat(name, ": the one before is missing"));
  } else if (entry->previous != chain.head) {
    Find(absl::StrCat(name, ": does not follow from the one before"));
  }
  const auto claims = claims_.find(key);
  int64_t covered = 0;
  if (claims != claims_.end()) {
    for (Claim& claim : claims->second) {
      covered = std::max(covered, claim.length);
      if (claim.length != sequence) continue;
      claim.met = claim.head == hash;
      if (!claim.met) {
        Find(absl::StrCat(name, ": not the one that checkpoint ", claim.number, " covers"));
        claim.met = true;  // said
      }
    }
  }
  if (sequence > covered) {
    if (MustBeCovered(row.GetTime(3))) {
      Find(name + ": in no checkpoint");
    } else {
      ++verified_.open_entries;
    }
  }
  Extend(chain, *entry, std::move(hash));
}

void Verifier::CheckClaims() {
  for (const auto& [key, claims] : claims_) {
    const auto kind = static_cast<Kind>(key[0]);
    for (const Claim& claim : claims) {
      if (claim.met) continue;
      Find(absl::StrCat(NameOf(kind, std::string_view(key).substr(1)), ": ",
                        kind == Kind::kNone ? absl::StrCat(claim.length, " entries")
                                            : absl::StrCat("entry ", claim.length),
                        " that checkpoint ", claim.number, " covers: missing or changed"));
    }
  }
}

namespace {

void CheckReportsHaveCases(const Verified& intake, const Verified& triage, absl::Time now,
                           std::vector<std::string>& findings) {
  std::unordered_set<std::string_view> told;
  for (const auto& [key, chain] : triage.chains) {
    if (chain.cause_kind == Kind::kReport) told.insert(chain.cause_id);
  }
  for (const auto& [key, chain] : intake.chains) {
    if (chain.kind != Kind::kReport || now - chain.begun < kCaseOpenedWithin) continue;
    const std::string_view report_id = std::string_view(key).substr(1);
    if (findings.size() >= kMaxFindings || told.contains(report_id)) continue;
    findings.push_back(NameOf(Kind::kReport, report_id) + ": no case of it in triage's audit");
  }
}

}  // namespace

std::vector<std::string> CheckReferences(const std::map<std::string, const Verified*>& services,
                                         absl::Time now) {
  std::vector<std::string> findings;
  for (const auto& [service, verified] : services) {
    for (const auto& [key, chain] : verified->chains) {
      const char* owner = chain.cause_kind == Kind::kReport ? "intake"
                          : chain.cause_kind == Kind::kCase ? "triage"
                                                            : "";
      const auto other = services.find(owner);
      if (other == services.end() || findings.size() >= kMaxFindings) continue;
      const auto cause = other->second->chains.find(ChainKey(chain.cause_kind, chain.cause_id));
      const std::string name = NameOf(chain.kind, std::string_view(key).substr(1));
      if (cause == other->second->chains.end()) {
        findings.push_back(absl::StrCat(name, ": its cause, ",
                                        NameOf(chain.cause_kind, chain.cause_id), ", is not in ",
                                        owner, "'s audit"));
      } else if (cause->second.tenant != chain.tenant) {
        findings.push_back(name + ": its cause is another tenant's");
      }
    }
  }
  const auto intake = services.find("intake"), triage = services.find("triage");
  if (intake != services.end() && triage != services.end()) {
    CheckReportsHaveCases(*intake->second, *triage->second, now, findings);
  }
  return findings;
}

}  // namespace mamori::audit
