#include "common/audit/refusals.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mamori::audit {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr char kDropped[] = "mamori_refusals_dropped_total";

Entry EntryOf(const Refusal& refusal, int64_t count, id::IdSource& ids) {
  Entry entry;
  entry.kind = Kind::kRefusals;
  entry.resource_id = ids.NewId();
  entry.tenant = refusal.tenant;
  entry.action = absl::StrCat(refusal.action, " ", refusal.code);
  if (count > 1) absl::StrAppend(&entry.action, " x", count);
  entry.who = refusal.who;
  return entry;
}

}  // namespace

Refusals::Refusals(db::Transactor& transactor, const Journal& journal, const time::Clock& clock,
                   id::IdSource& ids, telemetry::Telemetry& telemetry)
    : transactor_(transactor), journal_(journal), clock_(clock), ids_(ids), telemetry_(telemetry) {
  telemetry_.Count(kDropped, {}, 0);  // from the start, so that the first is a rise
}

void Refusals::Record(Refusal refusal) {
  bool kept = false;
  {
    std::lock_guard lock(mu_);
    kept = Add(refusal, 1);
  }
  if (!kept) telemetry_.Count(kDropped, {}, 1);
}

bool Refusals::Add(const Refusal& refusal, int64_t count) {
  if (const auto found = waiting_.find(refusal); found != waiting_.end()) {
    found->second += count;
    return true;
  }
  return waiting_.size() < kMaxWaiting && waiting_.emplace(refusal, count).second;
}

absl::StatusOr<bool> Refusals::RunOnce() {
  Counted batch;
  {
    std::lock_guard lock(mu_);
    while (!waiting_.empty() && batch.size() < kMaxPerGroup) {
      batch.insert(waiting_.extract(waiting_.begin()));
    }
  }
  if (batch.empty()) return false;
  std::vector<Entry> entries;
  for (const auto& [refusal, count] : batch) entries.push_back(EntryOf(refusal, count, ids_));
  // After an unknown COMMIT they stand there twice rather than not at all.
  const absl::Status written =
      transactor_.Run({.deadline = clock_.Now() + kTimeout, .settles_unknown_commit = true},
                      [&](db::Tx& tx) { return journal_.Begin(tx, entries).status(); });
  if (written.ok()) return true;
  PutBack(batch);
  return written;
}

void Refusals::PutBack(const Counted& batch) {
  double dropped = 0;
  {
    std::lock_guard lock(mu_);
    for (const auto& [refusal, count] : batch) {
      if (!Add(refusal, count)) dropped += static_cast<double>(count);
    }
  }
  if (dropped > 0) telemetry_.Count(kDropped, {}, dropped);
}

}  // namespace mamori::audit
