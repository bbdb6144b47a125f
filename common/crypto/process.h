// What a process with keys and people's words in its memory keeps from leaving it.
#ifndef MAMORI_COMMON_CRYPTO_PROCESS_H_
#define MAMORI_COMMON_CRYPTO_PROCESS_H_

#include "absl/status/status.h"

namespace mamori::crypto {

// No core file is written when the process crashes, and no other process of its user may look into
// its memory. Holds until the process ends, also for threads that run already.
absl::Status ForbidCoreFiles();

}  // namespace mamori::crypto

#endif  // MAMORI_COMMON_CRYPTO_PROCESS_H_
