#include "common/server/stream_slots.h"

#include <algorithm>
#include <utility>

#include "common/status/errors.h"

namespace mamori::server {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(5);

}  // namespace

absl::Status StreamSlots::Place::Holds() const {
  std::lock_guard lock(slots_.mu_);
  const bool gave_way = left_ ? gave_way_ : entry_->leaving;
  return gave_way ? status::Overloaded(kRetryAfter) : absl::OkStatus();
}

void StreamSlots::Place::Leave() {
  std::lock_guard lock(slots_.mu_);
  if (std::exchange(left_, true)) return;
  gave_way_ = entry_->leaving;
  slots_.entries_.erase(entry_);
}

StreamSlots::Entries::iterator StreamSlots::FindOutgoing(const std::string& holder,
                                                         const std::string& resource) {
  int present = 0, own = 0;
  auto oldest = entries_.end(), oldest_own = entries_.end();
  for (auto one = entries_.begin(); one != entries_.end(); ++one) {
    if (one->leaving) continue;
    ++present;
    if (oldest == entries_.end() || one->since < oldest->since) oldest = one;
    if (one->IsSame(holder, resource)) return one;
    if (one->holder != holder) continue;
    ++own;
    if (oldest_own == entries_.end() || one->since < oldest_own->since) oldest_own = one;
  }
  if (own >= options_.most_per_holder) return oldest_own;
  return present >= options_.most ? oldest : entries_.end();
}

absl::StatusOr<std::shared_ptr<StreamSlots::Place>> StreamSlots::Enter(
    std::string holder, std::string resource, std::function<void()> give_way) {
  std::lock_guard lock(mu_);
  absl::Duration since = clock_.Monotonic();
  if (const auto outgoing = FindOutgoing(holder, resource); outgoing != entries_.end()) {
    const bool same = outgoing->IsSame(holder, resource);
    const auto leaving = std::count_if(entries_.begin(), entries_.end(),
                                       [](const Entry& one) { return one.leaving; });
    if (leaving >= options_.most_leaving ||
        (!same && since - outgoing->since < options_.least_stay)) {
      return status::Overloaded(kRetryAfter);
    }
    // Whoever begins the same again and again has had it since it began.
    if (same) since = outgoing->since;
    outgoing->leaving = true;
    if (outgoing->give_way != nullptr) outgoing->give_way();
  }
  const auto entry = entries_.insert(entries_.end(), {.holder = std::move(holder),
                                                      .resource = std::move(resource),
                                                      .since = since,
                                                      .give_way = std::move(give_way)});
  return std::shared_ptr<Place>(new Place(*this, entry));
}

}  // namespace mamori::server
