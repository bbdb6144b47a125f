// How the worker shuts itself in, before it reads the first byte of the file.
#ifndef MAMORI_SERVICES_INSPECTOR_SANDBOX_H_
#define MAMORI_SERVICES_INSPECTOR_SANDBOX_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/inspection/frame.h"

namespace mamori::inspector {

struct SandboxOptions {
  std::string directory;  // where the file lies; the only place that can be written to
  uid_t uid = 0;          // taken on when started as root
  gid_t gid = 0;
  uint64_t file_bytes = 0;    // of one file that is written
  uint64_t memory_bytes = 0;  // of address space
  uint64_t cpu_seconds = 0;   // of each process
};

// The whole process, and what it will start, for good; the working directory is then
// `options.directory`. Nothing unless these hold: no_new_privs, the limits, the system call filter,
// and no rights of root. What else holds depends on the kernel and on who started it.
std::optional<inspection::Layers> EnterSandbox(const SandboxOptions& options);

// On top, for a parser that computes and does nothing else: it may read and write what is open,
// take memory and end. False when that does not hold.
bool EnterComputeOnly(uint64_t memory_bytes, uint64_t cpu_seconds);

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_SANDBOX_H_
