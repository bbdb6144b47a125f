// The key of one resource's content, for as long as a call needs it.
#ifndef MAMORI_COMMON_SEALING_DATA_KEY_H_
#define MAMORI_COMMON_SEALING_DATA_KEY_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "common/sealing/envelope.h"
#include "common/sealing/key_slots.h"

namespace mamori::sealing {

// In the locked memory, and zeroed with this object.
class DataKey {
 public:
  // `slot` has it as its second key.
  DataKey(std::string id, KeySlots::Slot slot) : id_(std::move(id)), slot_(std::move(slot)) {}

  const std::string& id() const { return id_; }

  std::string Seal(const Field& field, std::string_view plaintext) const;
  // DATA_LOSS when it is not what was sealed with this key for this field.
  absl::StatusOr<std::string> Open(const Field& field, std::string_view sealed) const;

 private:
  std::string id_;
  KeySlots::Slot slot_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_DATA_KEY_H_
