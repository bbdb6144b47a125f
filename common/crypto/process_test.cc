#include "common/crypto/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mamori::crypto {
namespace {

#if !defined(__SANITIZE_ADDRESS__)
// What a child of this process has after it has forbidden core files.
struct Forbidden {
  bool done = false;
  bool dumpable = true;
  bool no_core = false;
};
Forbidden InAChild() {
  const pid_t pid = fork();
  if (pid == 0) {
    // As a shell may have left it.
    const rlimit most{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &most);
    prctl(PR_SET_DUMPABLE, 1);
    const bool done = ForbidCoreFiles().ok();
    rlimit limit{.rlim_cur = 1, .rlim_max = 1};
    getrlimit(RLIMIT_CORE, &limit);
    _exit((done ? 1 : 0) + (prctl(PR_GET_DUMPABLE) != 0 ? 2 : 0) +
          (limit.rlim_cur == 0 && limit.rlim_max == 0 ? 4 : 0));
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const int exit = WEXITSTATUS(status);
  return {.done = (exit & 1) != 0, .dumpable = (exit & 2) != 0, .no_core = (exit & 4) != 0};
}

// Each by itself: without the first another process of the user looks into the memory, without the
// second whoever may set the first again gets a core.
TEST(ForbidCoreFiles, MakesTheProcessNotDumpable) {
  const Forbidden child = InAChild();
  EXPECT_TRUE(child.done);
  EXPECT_FALSE(child.dumpable);
}

TEST(ForbidCoreFiles, LimitsCoresToNothing) { EXPECT_TRUE(InAChild().no_core); }
#endif

}  // namespace
}  // namespace mamori::crypto
