#include "common/authn/key_source.h"

#include <utility>

namespace mamori::authn {
namespace {

// Unknown key ids remembered; anyone can make them up.
constexpr size_t kMaxAsked = 256;

}  // namespace

std::shared_ptr<const KeySet> KeySource::Current() const {
  std::lock_guard lock(mu_);
  return keys_ != nullptr && clock_.Monotonic() - fetched_ < options_.max_age ? keys_ : nullptr;
}

bool KeySource::MayBeNew(const std::string& key_id) {
  const absl::Duration now = clock_.Monotonic();
  bool may = true;
  {
    std::lock_guard lock(mu_);
    wanted_ = true;
    const auto asked = asked_.find(key_id);
    if (asked != asked_.end()) {
      may = keys_ == nullptr || fetched_ < asked->second;
    } else if (asked_.size() < kMaxAsked) {
      asked_.emplace(key_id, now);
    } else {
      may = false;
    }
    if (!Due(now)) return may;
  }
  wake_();
  return may;
}

bool KeySource::Due(absl::Duration now) const {
  const bool soon = wanted_ || !last_.ok();
  return now - tried_ >= (soon ? options_.min_interval : options_.refresh);
}

absl::StatusOr<bool> KeySource::RunOnce() {
  const absl::Duration now = clock_.Monotonic();
  {
    std::lock_guard lock(mu_);
    if (!Due(now)) return last_.ok() ? absl::StatusOr<bool>(false) : last_;
    tried_ = now;
    wanted_ = false;
    // Those that came before the last fetch have had their answer; they may ask anew.
    std::erase_if(
        asked_, [&](const auto& asked) { return now - asked.second > 2 * options_.min_interval; });
  }
  const absl::StatusOr<std::string> text = fetch_();
  auto keys = text.ok() ? KeySet::Parse(*text) : text.status();
  std::lock_guard lock(mu_);
  last_ = keys.status();
  if (!keys.ok()) return last_;
  keys_ = *std::move(keys);
  fetched_ = now;
  return false;
}

}  // namespace mamori::authn
