#include "common/crypto/key_arena.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "common/testing/matchers.h"

namespace mamori::crypto {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

std::string KeyFile(const std::string& text, mode_t mode) {
  const std::string file = ::testing::TempDir() + "/key_arena_test.key";
  std::ofstream(file) << text;
  chmod(file.c_str(), mode);
  return file;
}

// "VmLck: 48 kB" of this process.
long LockedKib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmLck:")) return std::stol(line.substr(6));
  }
  return -1;
}

// What `body` exits with in a process of its own.
template <typename Body>
int InChild(Body body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(KeyArena, KeepsKeysInLockedMemoryUntilTheLastIsGone) {
  const long before = LockedKib();
  {
    absl::StatusOr<Key> key = absl::UnknownError("none yet");
    {
      auto arena = KeyArena::Create();
      ASSERT_THAT(arena, IsOk());
      EXPECT_EQ(LockedKib(), before + 48);
      key = arena->Read(KeyFile(std::string(64, '7') + "\n", 0600));
    }
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(key->data()), key->size()),
              std::string(32, '\x77'));
    EXPECT_EQ(LockedKib(), before + 48);
  }
  EXPECT_EQ(LockedKib(), before);
}

TEST(KeyArena, TakesNoKeyThatOthersReadOrThatIsNone) {
  auto arena = KeyArena::Create();
  ASSERT_THAT(arena, IsOk());
  const std::string right(64, 'a');
  for (const mode_t open : {0604, 0602, 0601, 0644}) {
    const std::string file = KeyFile(right, open);
    EXPECT_THAT(arena->Read(file), StatusIs(absl::StatusCode::kFailedPrecondition)) << open;
    EXPECT_THAT(CheckKeyFile(file), StatusIs(absl::StatusCode::kFailedPrecondition)) << open;
  }
  for (const std::string& wrong :
       {std::string(), std::string(63, 'a'), right + "a", std::string(64, 'g'), right + "\n\nb"}) {
    const absl::Status status = arena->Read(KeyFile(wrong, 0600)).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << wrong;
    EXPECT_EQ(status.message().find("aaaa"), std::string::npos) << "the key is told";
    EXPECT_THAT(CheckKeyFile(KeyFile(wrong, 0600)), StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(arena->Read("/nowhere"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(CheckKeyFile(KeyFile(right, 0640)), IsOk());
}

TEST(KeyArena, IsBounded) {
  auto arena = KeyArena::Create();
  ASSERT_THAT(arena, IsOk());
  const auto fill = [](unsigned char* bytes) { bytes[0] = 1; };
  EXPECT_THAT(arena->Make(KeyArena::kBytes, fill), IsOk());
  EXPECT_THAT(arena->Make(1, fill), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(KeyArena, NamesTheLimitWhenMemoryCannotBeLocked) {
  EXPECT_EQ(InChild([] {
              const rlimit none{0, 0};
              // Root may lock whatever the limit says.
              if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || setuid(65534) != 0) return 2;
              const absl::Status status = KeyArena::Create().status();
              const std::string message(status.message());
              return absl::IsFailedPrecondition(status) &&
                             message.find("RLIMIT_MEMLOCK is 0 bytes") != std::string::npos
                         ? 0
                         : 1;
            }),
            0);
}

// "rd wr … dd wf": what the kernel was told of the mapping that `address` is in.
std::string FlagsAt(const void* address) {
  std::ifstream smaps("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(smaps, line);) {
    unsigned long begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      const auto at = reinterpret_cast<unsigned long>(address);
      here = begin <= at && at < end;
    } else if (here && line.starts_with("VmFlags:")) {
      return line.substr(8) + " ";
    }
  }
  return "";
}

// Also of a core that the configuration allows, in which people's words may be.
TEST(KeyArena, IsInNoCoreFile) {
  auto arena = KeyArena::Create();
  ASSERT_THAT(arena, IsOk());
  const auto key = arena->Make(32, [](unsigned char* bytes) { std::memset(bytes, 'k', 32); });
  ASSERT_THAT(key, IsOk());
  EXPECT_THAT(FlagsAt(key->data()), HasSubstr(" dd "));
  EXPECT_THAT(FlagsAt(key->data()), HasSubstr(" lo "));
  const std::string elsewhere(1 << 20, 'k');
  EXPECT_THAT(FlagsAt(elsewhere.data()),
              ::testing::AllOf(HasSubstr(" rd "), ::testing::Not(HasSubstr(" dd "))));
}

TEST(KeyArena, IsEmptyInAChild) {
  auto arena = KeyArena::Create();
  ASSERT_THAT(arena, IsOk());
  const auto key = arena->Make(32, [](unsigned char* bytes) { std::memset(bytes, 'k', 32); });
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->data()[31], 'k');
  EXPECT_EQ(InChild([&] { return static_cast<int>(key->data()[0]); }), 0);
}

}  // namespace
}  // namespace mamori::crypto
