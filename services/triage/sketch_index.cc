#include "services/triage/sketch_index.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <optional>
#include <utility>

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr int kRowsPerRead = 2000;
// Fewer shared grams are chance.
constexpr int kMinShared = 2;
constexpr size_t kFilterBits = 1 << 16;

double ScoreOf(const SketchOverlap& overlap) {
  const double of = overlap.of;
  return of < kMinShared ? 0 : overlap.shared / of - 0.5 / std::sqrt(of);
}

}  // namespace

SketchIndex::Tenant& SketchIndex::Of(const std::string& tenant) {
  std::lock_guard lock(mu_);
  std::unique_ptr<Tenant>& one = tenants_[tenant];
  if (one == nullptr) one = std::make_unique<Tenant>();
  return *one;
}

void SketchIndex::Add(const SketchRow& row, Tenant& tenant) const {
  if (tenant.blocks.empty() || tenant.blocks.back()->report_ids.size() == kBlock) {
    // The oldest make room.
    if (tenant.blocks.size() * kBlock >= options_.max_reports)
      tenant.blocks.erase(tenant.blocks.begin());
    Block& block = *tenant.blocks.emplace_back(std::make_unique<Block>());
    block.report_ids.reserve(kBlock);
    block.sketches.reserve(kBlock);
  }
  tenant.blocks.back()->report_ids.push_back(row.report_id);
  tenant.blocks.back()->sketches.push_back(row.sketch);
  tenant.newest = std::max(tenant.newest, row.create_time);
  tenant.recent[row.report_id] = row.create_time;
}

// Goes on where it ended, also when it ended in the middle: the first one reads everything.
absl::Status SketchIndex::Refresh(const std::string& name, Tenant& tenant, absl::Time deadline) {
  const absl::Time from = tenant.newest - options_.overlap;
  std::optional<SketchStore::Position> after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<SketchRow> rows,
                     store_.ListSince(name, from, after, kRowsPerRead, deadline));
    for (const SketchRow& row : rows) {
      if (tenant.recent.count(row.report_id) == 0) Add(row, tenant);
    }
    std::erase_if(tenant.recent,
                  [&](const auto& one) { return one.second < tenant.newest - options_.overlap; });
    if (rows.size() < static_cast<size_t>(kRowsPerRead)) return absl::OkStatus();
    after = SketchStore::Position{rows.back().create_time, rows.back().report_id};
  }
}

absl::StatusOr<std::vector<SketchIndex::Found>> SketchIndex::Find(const std::string& tenant_name,
                                                                  const id::Id& report_id,
                                                                  const Sketch& sketch,
                                                                  size_t limit,
                                                                  absl::Time deadline) {
  // Most hashes of most sketches are not among those wanted: a table of bits tells so without a
  // search.
  std::bitset<kFilterBits> wanted;
  for (const uint32_t one : sketch) {
    if (one != kNoGram) wanted.set(one % kFilterBits);
  }
  Tenant& tenant = Of(tenant_name);
  std::lock_guard lock(tenant.mu);
  RETURN_IF_ERROR(Refresh(tenant_name, tenant, deadline));
  std::vector<Found> found;
  for (const std::unique_ptr<Block>& block : tenant.blocks) {
    for (size_t i = 0; i < block->sketches.size(); ++i) {
      const Sketch& other = block->sketches[i];
      int hits = 0;
      for (const uint32_t one : other) hits += wanted[one % kFilterBits];
      if (hits < kMinShared) continue;
      const SketchOverlap overlap = Overlap(sketch, other);
      if (overlap.shared < kMinShared || block->report_ids[i] == report_id) continue;
      found.push_back({block->report_ids[i], ScoreOf(overlap)});
    }
  }
  const auto better = [](const Found& a, const Found& b) {
    return a.score != b.score ? a.score > b.score : a.report_id < b.report_id;
  };
  if (found.size() > limit) {
    std::nth_element(found.begin(), found.begin() + static_cast<ptrdiff_t>(limit), found.end(),
                     better);
    found.resize(limit);
  }
  std::sort(found.begin(), found.end(), better);
  return found;
}

}  // namespace mamori::triage
