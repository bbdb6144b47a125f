// Fresh data keys, made durable ahead of use: whoever needs one takes it from memory.
#ifndef MAMORI_COMMON_SEALING_KEY_STOCK_H_
#define MAMORI_COMMON_SEALING_KEY_STOCK_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sealing/key_batch.h"
#include "common/sealing/key_store.h"
#include "common/time/clock.h"

namespace mamori::sealing {

// A batch in memory. Wrapped keys tell nothing. Taken in an order that is drawn: ids stand beside
// what is sealed, and would tell in which order reports came that are told by day.
struct Lot {
  Lot();

  KeyBatch batch;
  std::array<uint8_t, kKeysPerBatch> order;
  std::atomic<bool> durable = false;
  std::mutex storing;
};

// A data key that nobody else gets.
struct FreshKey {
  std::shared_ptr<Lot> lot;
  size_t number = 0;

  std::string id() const { return lot->batch.KeyId(number); }
};

// What a data key is for. Keys of both kinds are never in one batch: the ids of keys stand beside
// what is sealed, and a key's neighbours would tell when an anonymous report came that is told by
// day.
enum class KeyUse { kNamed, kAnonymous };

// Thread safe.
class KeyStock {
 public:
  // `low` is called when a tenant's keys become few; it does not block.
  KeyStock(const KeyWrapper& wrapper, KeyStore& store, const time::Clock& clock, int ahead,
           std::function<void()> low)
      : wrapper_(wrapper), store_(store), clock_(clock), ahead_(ahead), low_(std::move(low)) {}

  // Does not block: when none is ready it makes some, which MakeDurable then has to store.
  absl::StatusOr<FreshKey> Take(std::string_view tenant, KeyUse use);
  // Nothing that was sealed with `keys` may be written before this has returned OK. Nearly always
  // it has nothing to do.
  absl::Status MakeDurable(const std::vector<const FreshKey*>& keys, absl::Time deadline);

  // Makes and stores as many as are missing, for the tenants whose keys are few. Returns whether
  // any were.
  absl::StatusOr<bool> RunOnce();

 private:
  struct Shelf {
    std::deque<std::shared_ptr<Lot>> lots;
    size_t next = 0;  // number in the first lot
    size_t left = 0;
  };

  // Of one tenant. Both are there from the first key that is taken of either, so that it does not
  // tell of which kind that was.
  struct Shelves {
    Shelf named;
    Shelf anonymous;

    Shelf& of(KeyUse use) { return use == KeyUse::kAnonymous ? anonymous : named; }
  };

  absl::Status Store(Lot& lot, absl::Time deadline);
  // How many keys are kept ready: anonymous reports are few.
  size_t Ahead(KeyUse use) const { return use == KeyUse::kAnonymous ? ahead_ / 4 : ahead_; }
  void Add(const std::string& tenant, KeyUse use, const std::vector<std::shared_ptr<Lot>>& lots);

  const KeyWrapper& wrapper_;
  KeyStore& store_;
  const time::Clock& clock_;
  const size_t ahead_;
  const std::function<void()> low_;

  std::mutex mu_;
  std::map<std::string, Shelves, std::less<>> shelves_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_STOCK_H_
