#include "common/sealing/key_stock.h"

#include <sodium.h>

#include <numeric>
#include <utility>

#include "common/status/macros.h"

namespace mamori::sealing {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);
// Batches in one transaction.
constexpr size_t kMostAtOnce = 32;

}  // namespace

Lot::Lot() {
  std::iota(order.begin(), order.end(), uint8_t{0});
  for (size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[randombytes_uniform(static_cast<uint32_t>(left))]);
  }
}

absl::StatusOr<FreshKey> KeyStock::Take(std::string_view tenant, KeyUse use) {
  for (;;) {
    bool low = false;
    FreshKey key;
    {
      std::lock_guard lock(mu_);
      auto shelf = shelves_.find(tenant);
      if (shelf == shelves_.end()) shelf = shelves_.emplace(std::string(tenant), Shelves()).first;
      Shelf& one = shelf->second.of(use);
      if (one.left > 0) {
        key = {one.lots.front(), one.lots.front()->order[one.next]};
        if (++one.next == kKeysPerBatch) {
          one.lots.pop_front();
          one.next = 0;
        }
        low = --one.left < Ahead(use) / 2;
      }
    }
    if (low && low_) low_();
    if (key.lot != nullptr) return key;
    ASSIGN_OR_RETURN(KeyBatch batch, wrapper_.Make(tenant));
    auto lot = std::make_shared<Lot>();
    lot->batch = std::move(batch);
    Add(std::string(tenant), use, {std::move(lot)});
  }
}

void KeyStock::Add(const std::string& tenant, KeyUse use,
                   const std::vector<std::shared_ptr<Lot>>& lots) {
  std::lock_guard lock(mu_);
  Shelf& shelf = shelves_[tenant].of(use);
  shelf.lots.insert(shelf.lots.end(), lots.begin(), lots.end());
  shelf.left += lots.size() * kKeysPerBatch;
}

absl::Status KeyStock::Store(Lot& lot, absl::Time deadline) {
  std::lock_guard lock(lot.storing);
  if (lot.durable) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Add({&lot.batch}, deadline));
  lot.durable = true;
  return absl::OkStatus();
}

absl::Status KeyStock::MakeDurable(const std::vector<const FreshKey*>& keys, absl::Time deadline) {
  for (const FreshKey* key : keys) {
    if (!key->lot->durable) RETURN_IF_ERROR(Store(*key->lot, deadline));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> KeyStock::RunOnce() {
  struct Missing {
    std::string tenant;
    KeyUse use;
    size_t count;
  };
  std::vector<Missing> missing;
  {
    std::lock_guard lock(mu_);
    for (auto& [tenant, shelves] : shelves_) {
      for (const KeyUse use : {KeyUse::kNamed, KeyUse::kAnonymous}) {
        const size_t left = shelves.of(use).left;
        if (left < Ahead(use) / 2) missing.push_back({tenant, use, Ahead(use) - left});
      }
    }
  }
  for (const auto& [tenant, use, count] : missing) {
    std::vector<std::shared_ptr<Lot>> lots;
    std::vector<const KeyBatch*> batches;
    for (size_t made = 0; made < count && lots.size() < kMostAtOnce; made += kKeysPerBatch) {
      lots.push_back(std::make_shared<Lot>());
      ASSIGN_OR_RETURN(lots.back()->batch, wrapper_.Make(tenant));
      batches.push_back(&lots.back()->batch);
    }
    RETURN_IF_ERROR(store_.Add(batches, clock_.Now() + kTimeout));
    for (const auto& lot : lots) lot->durable = true;
    Add(tenant, use, lots);
  }
  return !missing.empty();
}

}  // namespace mamori::sealing
