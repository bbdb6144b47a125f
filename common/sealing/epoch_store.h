// Where tenants' wrapped epoch keys are kept, for all replicas of a service.
#ifndef MAMORI_COMMON_SEALING_EPOCH_STORE_H_
#define MAMORI_COMMON_SEALING_EPOCH_STORE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mamori::sealing {

// Errors are those of common/db. Thread safe.
class EpochStore {
 public:
  virtual ~EpochStore() = default;

  // As it was wrapped; none where nobody has stored one.
  virtual absl::StatusOr<std::optional<std::string>> Find(std::string_view epoch_id,
                                                          std::string_view tenant) = 0;
  // The one that is stored afterwards, durably: `wrapped`, or another one that was there first.
  virtual absl::StatusOr<std::string> Add(std::string_view epoch_id, std::string_view tenant,
                                          std::string_view wrapped) = 0;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_EPOCH_STORE_H_
