#include "common/crypto/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace mamori::crypto {

absl::Status ForbidCoreFiles() {
// The leak checker of the sanitizers traces the process, which this forbids.
#if !defined(__SANITIZE_ADDRESS__)
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0) {
    return absl::FailedPreconditionError("core files cannot be forbidden for this process");
  }
#endif
  return absl::OkStatus();
}

}  // namespace mamori::crypto
