#include "services/inspector/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace mamori::inspector {
namespace {

// As of version 6; Debian 12's headers know less. An older kernel reads the beginning.
struct Ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scoped;
};

constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kRun = kRead | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr uint64_t kFirstFiles = (uint64_t{1} << 13) - 1;
constexpr uint64_t kRefer = uint64_t{1} << 13;     // version 2
constexpr uint64_t kTruncate = uint64_t{1} << 14;  // version 3
constexpr uint64_t kWork =
    (kFirstFiles | kTruncate) &
    ~(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO);
constexpr uint64_t kTcp = 3;     // version 4: bind, connect
constexpr uint64_t kScopes = 3;  // version 6: abstract sockets, signals

struct Rule {
  const char* path;
  uint64_t access;
};

// What Python, Perl and their libraries read when they start and draw.
constexpr Rule kRules[] = {
    {"/usr", kRun},
    {"/lib", kRun},
    {"/lib64", kRun},
    {"/bin", kRun},
    {"/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/etc/mime.types", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/etc/fonts", kRead},
    {"/etc/perl", kRead},
    {"/etc/python3.11", kRead},
    {"/var/cache/fontconfig", kRead},
    {"/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE},
    {"/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE},
    {".", kWork},
};

Ruleset RulesetOf(long version) {
  return {.files = kFirstFiles | (version >= 2 ? kRefer : 0) | (version >= 3 ? kTruncate : 0),
          .network = version >= 4 ? kTcp : 0,
          .scoped = version >= 6 ? kScopes : 0};
}

size_t SizeOf(long version) {
  if (version >= 6) return sizeof(Ruleset);
  return version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

void Allow(int ruleset, const Rule& rule, uint64_t handled) {
  const int fd = open(rule.path, O_PATH | O_CLOEXEC);
  if (fd < 0) return;  // what is not there need not be allowed
  landlock_path_beneath_attr beneath{.allowed_access = rule.access & handled, .parent_fd = fd};
  syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
  close(fd);
}

template <size_t n>
unsigned char Restrict(const Rule (&rules)[n], size_t count) {
  const long version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version <= 0) return 0;
  const Ruleset attributes = RulesetOf(version);
  const long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, SizeOf(version), 0);
  if (ruleset < 0) return 0;
  for (size_t i = 0; i < count; ++i) Allow(static_cast<int>(ruleset), rules[i], attributes.files);
  const bool done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  close(static_cast<int>(ruleset));
  return done ? static_cast<unsigned char>(version) : 0;
}

}  // namespace

unsigned char ForbidOtherFiles() { return Restrict(kRules, std::size(kRules)); }

unsigned char ForbidAllFiles() { return Restrict(kRules, 0); }

}  // namespace mamori::inspector
