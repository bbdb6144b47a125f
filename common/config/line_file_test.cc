#include "common/config/line_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>

#include "common/config/textproto.h"
#include "common/testing/matchers.h"

namespace {

std::atomic<int> synced_folders{0};

}  // namespace

// In the place of libc's, so that what was synced is seen.
extern "C" int fsync(int fd) {
  struct stat info {};
  if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) ++synced_folders;
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace mamori::config {
namespace {

using testing::IsOk;
using testing::StatusIs;

// As of a disk that is full after `bytes` of a file.
class FullAfter {
 public:
  explicit FullAfter(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
    ignored_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FullAfter() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, ignored_);
  }

 private:
  rlimit before_{};
  void (*ignored_)(int) = nullptr;
};

class LineFileTest : public ::testing::Test {
 protected:
  LineFileTest() { std::filesystem::remove(file_); }
  const std::string file_ = ::testing::TempDir() + "/line_file_test.lines";
};

TEST_F(LineFileTest, AddsToWhatIsThere) {
  EXPECT_THAT(AppendLines(file_, "one\ntwo\n", "it"), IsOk());
  EXPECT_THAT(AppendLines(file_, "three\n", "it"), IsOk());
  EXPECT_EQ(*ReadFile(file_), "one\ntwo\nthree\n");
}

TEST_F(LineFileTest, BeginsANewLineAfterOneThatWasTorn) {
  ASSERT_THAT(AppendLines(file_, "one\n", "it"), IsOk());
  {
    const FullAfter full(6);
    EXPECT_THAT(AppendLines(file_, "second\n", "it"), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(AppendLines(file_, "second\n", "it"), StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_EQ(*ReadFile(file_), "one\nse");
  EXPECT_THAT(AppendLines(file_, "second\n", "it"), IsOk());
  EXPECT_EQ(*ReadFile(file_), "one\nse\nsecond\n");
}

TEST_F(LineFileTest, ItsNameIsOnTheDiskToo) {
  synced_folders = 0;
  ASSERT_THAT(AppendLines(file_, "one\n", "it"), IsOk());
  EXPECT_EQ(synced_folders, 1);
}

TEST_F(LineFileTest, SaysWhatCannotBeWritten) {
  EXPECT_THAT(AppendLines("/nowhere/it", "one\n", "sealing.erasure_file"),
              StatusIs(absl::StatusCode::kUnavailable,
                       ::testing::HasSubstr("sealing.erasure_file cannot be opened")));
}

}  // namespace
}  // namespace mamori::config
