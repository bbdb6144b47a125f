// What holds where the service has no rights and the kernel, or a container's profile, grants no
// namespaces; and what a service leaves that is killed.
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>

#include "common/inspection/process_inspector.h"
#include "common/time/clock.h"
#include "services/inspector/test_inspection.h"

namespace mamori::inspector {
namespace {

using inspection::ProcessInspector;
using ::testing::HasSubstr;

constexpr uid_t kSomebody = 65533;
constexpr long kTmpfs = 0x01021994;

bool BecomeSomebodyWithoutNamespaces() {
  if (geteuid() == 0 &&
      (setgroups(0, nullptr) != 0 || setgid(kSomebody) != 0 || setuid(kSomebody) != 0)) {
    return false;
  }
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 0) == 0 &&
         seccomp_load(filter) == 0;
}

// Where everybody can reach and run it.
class UnprivilegedTest : public ::testing::Test {
 protected:
  UnprivilegedTest() : binary_(folder_.path() / "worker") {
    fs::copy_file(MAMORI_TEST_WORKER, binary_);
    fs::permissions(binary_, fs::perms::others_exec | fs::perms::others_read,
                    fs::perm_options::add);
    fs::create_directory(OnDisk());
    fs::permissions(OnDisk(), fs::perms::all);
  }
  fs::path OnDisk() const { return folder_.path() / "disk"; }

  ProcessInspector::Options OptionsIn(const std::string& work_dir) {
    ProcessInspector::Options options;
    options.worker.binary = binary_.string();
    options.worker.work_dir = work_dir;
    options.worker.max_clean_bytes = 1 << 20;
    options.worker.max_derivative_bytes = 1 << 20;
    options.worker.cpu_seconds = 10;
    return options;
  }

  // What `body` tells, run by somebody else.
  std::string AsSomebody(const std::function<std::string()>& body) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
      const std::string told = BecomeSomebodyWithoutNamespaces() ? body() : "not somebody";
      _exit(write(ends[1], told.data(), told.size()) < 0);
    }
    close(ends[1]);
    std::string told;
    char piece[4096];
    for (ssize_t got; (got = read(ends[0], piece, sizeof(piece))) > 0;) {
      told.append(piece, static_cast<size_t>(got));
    }
    close(ends[0]);
    waitpid(pid, nullptr, 0);
    return told;
  }

  TestFolder folder_;
  const fs::path binary_;
  time::SystemClock clock_;
};

bool InMemory(const std::string& folder) {
  struct statfs info {};
  return statfs(folder.c_str(), &info) == 0 && info.f_type == kTmpfs;
}

TEST_F(UnprivilegedTest, TheFilterTheLimitsAndLandlockHoldWithoutRightsAndNamespaces) {
  ASSERT_TRUE(InMemory("/dev/shm"));
  const std::string told = AsSomebody([&] {
    ProcessInspector inspector(OptionsIn("/dev/shm"), clock_);
    const auto layers = inspector.TryWorker();
    if (!layers.ok()) return layers.status().ToString();
    std::string all =
        absl::StrCat("pid=", getpid(), "\nown_user=", layers->own_user,
                     " own_network=", layers->own_network, " own_mounts=", layers->own_mounts,
                     " landlock=", layers->landlock > 0, " memory=", layers->private_memory, "\n");
    for (const char* text : {"media-type: connect", "cleaner: connect", "cleaner: look"}) {
      const Looked looked = LookInto(inspector, text);
      absl::StrAppend(&all, looked.inspection.no_derivative_reason, "\n", looked.copy);
    }
    return all;
  });
  EXPECT_THAT(told, HasSubstr("own_user=0 own_network=0 own_mounts=0 landlock=1 memory=1\n"));
  EXPECT_THAT(told, HasSubstr("the type is not known: the parser was stopped at a system call"));
  EXPECT_THAT(told, HasSubstr("\nthe parser was stopped at a system call it must not make\n"));
  for (const char* line : {"passwd=13", "tmp=13", "shm=13", "kill=38", "program=13", "fds=0"}) {
    EXPECT_THAT(told, HasSubstr(absl::StrCat(line, "\n")));
  }
  // Of its own: others may be inspecting.
  const std::string pid = told.substr(4, told.find('\n') - 4);
  EXPECT_EQ(Shell(absl::StrCat("ls -d /dev/shm/mamori-inspect.", pid, ".* 2>/dev/null")), 2 << 8);
}

TEST_F(UnprivilegedTest, NothingOfAFileIsWrittenToADisk) {
  ASSERT_FALSE(InMemory(OnDisk().string()));
  const std::string told = AsSomebody([&] {
    ProcessInspector inspector(OptionsIn(OnDisk().string()), clock_);
    const Looked looked = LookInto(inspector, "a letter");
    return looked.inspection.media_type + ": " + looked.inspection.no_derivative_reason;
  });
  EXPECT_EQ(told, "text/plain: there is no place in memory for cleaning");
  EXPECT_TRUE(fs::is_empty(OnDisk()));
}

TEST_F(UnprivilegedTest, AWorkerEndsWithTheServiceThatStartedIt) {
  const pid_t service = fork();
  if (service == 0) {
    ProcessInspector inspector(OptionsIn(OnDisk().string()), clock_);
    (void)LookInto(inspector, "cleaner: spin");
    _exit(0);
  }
  // [/] is no / to who looks.
  const std::string runs = "pgrep -f '[/]" + binary_.string().substr(1) + "' >/dev/null";
  ASSERT_EQ(Shell("for i in $(seq 50); do " + runs + " && exit 0; sleep 0.1; done; exit 1"), 0);
  kill(service, SIGKILL);
  waitpid(service, nullptr, 0);
  EXPECT_EQ(Shell("for i in $(seq 20); do " + runs + " || exit 0; sleep 0.1; done; exit 1"), 0);
}

}  // namespace
}  // namespace mamori::inspector
