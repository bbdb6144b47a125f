// A key store as whoever erases sees it: with the list of what was erased in it.
#ifndef MAMORI_COMMON_SEALING_ERASURE_KEY_STORE_H_
#define MAMORI_COMMON_SEALING_ERASURE_KEY_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/sealing/key_store.h"

namespace mamori::sealing {

// Thread safe.
class ErasureKeyStore : public KeyStore {
 public:
  // At most `limit` of the ids that Erase was called with, in their order, after `after`.
  virtual absl::StatusOr<std::vector<std::string>> ListErased(std::string_view after, int limit,
                                                              absl::Time deadline) = 0;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_ERASURE_KEY_STORE_H_
