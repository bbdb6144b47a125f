#include "services/triage/sketch_index.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr int kRowsPerRead = 2000;
// Fewer shared grams are chance.
constexpr int kMinShared = 2;

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

// Two blocks are the least of which the older can go.
size_t SketchIndex::BlockSize() const {
  return std::clamp<size_t>(options_.max_reports / 2, 1, SketchPostings::kMaxReports);
}

void SketchIndex::Add(const SketchRow& row, Tenant& tenant) const {
  if (row.report_id.size() != sizeof(ReportId)) return;
  ReportId& report_id = tenant.report_ids.emplace_back();
  std::copy(row.report_id.begin(), row.report_id.end(), report_id.begin());
  tenant.sketches.push_back(row.sketch);
  tenant.newest = std::max(tenant.newest, row.create_time);
  tenant.recent[row.report_id] = row.create_time;
  if (tenant.sketches.size() < BlockSize()) return;
  tenant.blocks.push_back({std::move(tenant.report_ids), SketchPostings(tenant.sketches)});
  tenant.report_ids.clear();
  tenant.sketches.clear();
  // The oldest make room, for those too that come until the next block is full.
  while ((tenant.blocks.size() + 1) * BlockSize() > options_.max_reports &&
         tenant.blocks.size() > 1)
    tenant.blocks.erase(tenant.blocks.begin());
}

// A replica whose clock is ahead must not hide what others store meanwhile.
absl::Time SketchIndex::Newest(const Tenant& tenant) const {
  return std::min(tenant.newest, clock_.Now());
}

void SketchIndex::Settle(absl::Time until, Tenant& tenant) const {
  tenant.settled = std::max(tenant.settled, until);
  std::erase_if(tenant.recent, [&](const auto& one) { return one.second < tenant.settled; });
}

// Goes on where it ended, also when it ended in the middle: the first one reads everything.
absl::Status SketchIndex::Refresh(const std::string& name, Tenant& tenant, absl::Time deadline) {
  const absl::Duration begun = clock_.Monotonic();
  const absl::Time from = tenant.settled;
  std::optional<SketchStore::Position> after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<SketchRow> rows,
                     store_.ListSince(name, from, after, kRowsPerRead, deadline));
    for (const SketchRow& row : rows) {
      if (tenant.recent.count(row.report_id) == 0) Add(row, tenant);
    }
    Settle(Newest(tenant) - options_.overlap, tenant);
    if (rows.size() < static_cast<size_t>(kRowsPerRead)) break;
    after = SketchStore::Position{rows.back().create_time, rows.back().report_id};
  }
  // After many at once, and then none, they would be read by every query for ever.
  if (begun - tenant.read_at >= options_.overlap) {
    Settle(tenant.read_to, tenant);
    tenant.read_to = Newest(tenant);
    tenant.read_at = clock_.Monotonic();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SketchIndex::Found>> SketchIndex::Find(const std::string& tenant_name,
                                                                  const id::Id& report_id,
                                                                  const Sketch& sketch,
                                                                  size_t limit,
                                                                  absl::Time deadline) {
  Tenant& tenant = Of(tenant_name);
  std::lock_guard lock(tenant.mu);
  RETURN_IF_ERROR(Refresh(tenant_name, tenant, deadline));
  struct Scored {
    const ReportId* report_id;
    double score;
  };
  std::vector<Scored> scored;
  const auto add = [&](const ReportId& id, const SketchOverlap& overlap) {
    if (overlap.shared < kMinShared) return;
    if (report_id == std::string_view(id.data(), id.size())) return;
    scored.push_back({&id, ScoreOf(overlap)});
  };
  for (const Block& block : tenant.blocks) {
    for (const SketchPostings::Hit& hit : block.postings.Find(sketch, kMinShared)) {
      add(block.report_ids[hit.report], hit.overlap);
    }
  }
  for (size_t i = 0; i < tenant.sketches.size(); ++i) {
    add(tenant.report_ids[i], Overlap(sketch, tenant.sketches[i]));
  }
  const auto best = scored.begin() + static_cast<ptrdiff_t>(std::min(limit, scored.size()));
  std::partial_sort(scored.begin(), best, scored.end(), [](const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : *a.report_id < *b.report_id;
  });
  std::vector<Found> found;
  for (auto one = scored.begin(); one != best; ++one)
    found.push_back({id::Id(one->report_id->data(), one->report_id->size()), one->score});
  return found;
}

}  // namespace mamori::triage
