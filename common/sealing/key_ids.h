// How keys that wrap others are named.
#ifndef MAMORI_COMMON_SEALING_KEY_IDS_H_
#define MAMORI_COMMON_SEALING_KEY_IDS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/crypto/key_arena.h"

namespace mamori::sealing {

// kKeyEncryptionIdBytes bytes that tell nothing of the key; others for each `purpose`.
std::string KeyIdOf(const crypto::Key& key, std::string_view purpose);
// What an id that is not open answers: FAILED_PRECONDITION.
absl::Status KeyNotOpen();

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_IDS_H_
