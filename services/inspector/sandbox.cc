#include "services/inspector/sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "absl/strings/str_cat.h"
#include "services/inspector/landlock.h"
#include "services/inspector/system_calls.h"

namespace mamori::inspector {
namespace {

constexpr int kSpaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
// The worker, one parser, and the one program that mat2 starts.
constexpr rlim_t kProcesses = 16;
// Of all workers at once, where they are counted together.
constexpr rlim_t kProcessesOfAll = 1024;
constexpr rlim_t kOpenFiles = 128;
constexpr rlim_t kStackBytes = 8 << 20;
constexpr uint64_t kFilesAtOnce = 4;  // the original, the copy, and what lies between
constexpr uint64_t kSmallFiles = 4 << 20;

// Nobody but root can raise what is limited to less already.
bool Limit(__rlimit_resource_t what, rlim_t most) {
  rlimit limit{};
  if (getrlimit(what, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max = std::min(most, limit.rlim_max);
  return setrlimit(what, &limit) == 0;
}

bool LimitMemory(uint64_t bytes) {
// The sanitizers' shadow is larger than any limit.
#if defined(__SANITIZE_ADDRESS__)
  (void)bytes;
  return true;
#else
  return Limit(RLIMIT_AS, bytes);
#endif
}

bool LimitAll(const SandboxOptions& options) {
  return Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_NOFILE, kOpenFiles) &&
         Limit(RLIMIT_FSIZE, options.file_bytes) && Limit(RLIMIT_CPU, options.cpu_seconds) &&
         Limit(RLIMIT_STACK, kStackBytes) && Limit(RLIMIT_MEMLOCK, 0) &&
         Limit(RLIMIT_MSGQUEUE, 0) && LimitMemory(options.memory_bytes);
}

bool Write(const char* file, const std::string& text) {
  const int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return written;
}

// A file system in memory, seen from inside alone, that goes with the last process that sees it.
bool MountMemory(const SandboxOptions& options, uid_t uid, gid_t gid) {
  const std::string how =
      absl::StrCat("mode=0700,uid=", uid, ",gid=", gid,
                   ",nr_inodes=8192,size=", kFilesAtOnce * options.file_bytes + kSmallFiles);
  return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("none", options.directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
               how.c_str()) == 0;
}

enum class Space { kNone, kOwn, kBroken };

// A user namespace, in which processes are counted for themselves, and which gives the right to
// make `spaces` without root. Broken is one in which this user is nobody: no file could be made
// there.
Space UnshareAsUser(int spaces) {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  prctl(PR_SET_DUMPABLE, 1);  // else /proc/self is root's, after a change of user
  if (unshare(CLONE_NEWUSER | spaces) != 0) return Space::kNone;
  const bool mapped = Write("/proc/self/setgroups", "deny") &&
                      Write("/proc/self/uid_map", absl::StrCat(uid, " ", uid, " 1")) &&
                      Write("/proc/self/gid_map", absl::StrCat(gid, " ", gid, " 1"));
  return mapped ? Space::kOwn : Space::kBroken;
}

bool DropRoot(const SandboxOptions& options) {
  return setgroups(0, nullptr) == 0 && setresgid(options.gid, options.gid, options.gid) == 0 &&
         setresuid(options.uid, options.uid, options.uid) == 0 && geteuid() != 0;
}

bool DropCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

bool InMemory(const std::string& directory) {
  struct statfs info {};
  return statfs(directory.c_str(), &info) == 0 && info.f_type == TMPFS_MAGIC;
}

// Own spaces while root if there is the right to, else as a user, else none.
bool Separate(const SandboxOptions& options, inspection::Layers& layers) {
  if (geteuid() == 0) {
    layers.own_network = unshare(kSpaces) == 0;
    layers.own_mounts = layers.own_network && MountMemory(options, options.uid, options.gid);
    if (!DropRoot(options)) return false;
    layers.own_user = true;
  }
  const Space space = UnshareAsUser(layers.own_network ? 0 : kSpaces);
  if (space == Space::kBroken) return false;
  const bool counted_alone = space == Space::kOwn;
  if (!layers.own_network) {
    layers.own_network = counted_alone;
    layers.own_mounts = counted_alone && MountMemory(options, geteuid(), getegid());
  }
  if (!DropCapabilities()) return false;
  // The service's own user has the service's threads as well: no number is right for both.
  if (!counted_alone && !layers.own_user) return true;
  return Limit(RLIMIT_NPROC, counted_alone ? kProcesses : kProcessesOfAll);
}

}  // namespace

std::optional<inspection::Layers> EnterSandbox(const SandboxOptions& options) {
  inspection::Layers layers;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || !LimitAll(options)) return std::nullopt;
  if (!Separate(options, layers)) return std::nullopt;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || chdir(options.directory.c_str()) != 0) {
    return std::nullopt;
  }
  layers.private_memory = InMemory(".");
  layers.landlock = ForbidOtherFiles();
  if (!ForbidSystemCalls(kForPrograms)) return std::nullopt;
  return layers;
}

bool EnterComputeOnly(uint64_t memory_bytes, uint64_t cpu_seconds) {
  ForbidAllFiles();
  return LimitMemory(memory_bytes) && Limit(RLIMIT_CPU, cpu_seconds) && Limit(RLIMIT_FSIZE, 0) &&
         ForbidSystemCalls(kForComputing);
}

}  // namespace mamori::inspector
