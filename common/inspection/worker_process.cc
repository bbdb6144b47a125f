#include "common/inspection/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::inspection {
namespace {

namespace fs = std::filesystem;

// Followed by the service's process id and what mkdtemp adds.
constexpr std::string_view kPrefix = "mamori-inspect.";
constexpr absl::Duration kToEnd = absl::Seconds(1);

class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// Many of a service's descriptors are its libraries', which need not have closed them on exec.
class SpawnFiles {
 public:
  explicit SpawnFiles(int fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, fd, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
  }
  ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

absl::StatusOr<std::string> MakeDirectory(const WorkerOptions& options) {
  std::string directory = absl::StrCat(options.work_dir, "/", kPrefix.data(), getpid(), ".XXXXXX");
  if (mkdtemp(directory.data()) == nullptr ||
      (geteuid() == 0 && chown(directory.c_str(), options.uid, options.gid) != 0)) {
    return absl::UnavailableError(
        absl::StrCat("no directory for a worker in ", options.work_dir, ": errno ", errno));
  }
  return directory;
}

std::vector<std::string> CommandLine(const WorkerOptions& options, const std::string& directory) {
  return {options.binary,
          directory,
          absl::StrCat(options.uid),
          absl::StrCat(options.gid),
          absl::StrCat(options.max_clean_bytes),
          absl::StrCat(options.max_derivative_bytes),
          absl::StrCat(options.memory_bytes),
          absl::StrCat(options.cpu_seconds)};
}

std::string HowItEnded(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
    return "the worker was killed for a system call that it must not make";
  }
  if (WIFSIGNALED(status))
    return absl::StrCat("the worker was killed by signal ", WTERMSIG(status));
  return absl::StrCat("the worker ended early with exit code ", WEXITSTATUS(status));
}

}  // namespace

absl::StatusOr<pid_t> SpawnWithout(const std::vector<std::string>& arguments, int fd) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  char* const no_environment[] = {nullptr};
  const SpawnAttributes attributes;
  const SpawnFiles files(fd);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, argv[0], files.get(), attributes.get(), argv.data(), no_environment);
  if (error == 0) return pid;
  return absl::UnavailableError(absl::StrCat(arguments[0], " cannot be started: errno ", error));
}

WorkerProcess::WorkerProcess(int fd, const time::Clock& clock, absl::Duration time_limit,
                             const Interrupt& interrupt)
    : clock_(clock),
      interrupt_(interrupt),
      deadline_(clock, time_limit, &interrupt),
      fd_(fd),
      channel_(fd, [this](int on, short events) { return deadline_.Await(on, events); }) {}

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const WorkerOptions& options,
                                                                    const time::Clock& clock,
                                                                    const Interrupt& interrupt) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::UnavailableError(absl::StrCat("no socket for a worker: errno ", errno));
  }
  std::unique_ptr<WorkerProcess> worker(
      new WorkerProcess(ends[0], clock, options.time_limit, interrupt));
  const absl::Status begun = worker->Begin(options, ends[1]);
  close(ends[1]);
  RETURN_IF_ERROR(begun);
  absl::StatusOr<Message> hello = worker->channel_.Receive();
  if (!hello.ok()) return absl::UnavailableError(worker->Failed(hello.status()));
  if (hello->kind != Frame::kHello) return absl::UnavailableError("the worker does not greet");
  ASSIGN_OR_RETURN(worker->layers_, DecodeLayers(hello->payload));
  return worker;
}

absl::Status WorkerProcess::Begin(const WorkerOptions& options, int worker_end) {
  ASSIGN_OR_RETURN(directory_, MakeDirectory(options));
  ASSIGN_OR_RETURN(pid_, SpawnWithout(CommandLine(options, directory_), worker_end));
  return absl::OkStatus();
}

WorkerProcess::~WorkerProcess() {
  End();
  close(fd_);
  // What was killed may still be at its last write.
  std::error_code error;
  for (int i = 0; i < 100 && !directory_.empty(); ++i) {
    fs::remove_all(directory_, error);
    if (!error) break;
    poll(nullptr, 0, 10);
  }
}

int WorkerProcess::End() {
  int status = 0;
  if (pid_ < 0) return status;
  // As long as it is not waited for, its number is its own and its group's.
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

std::string WorkerProcess::Failed(const absl::Status& error) {
  if (interrupt_.IsSet()) {
    End();
    return "the service is stopping";
  }
  if (absl::IsDeadlineExceeded(error)) {
    End();
    return "the time for looking into the file is over";
  }
  if (absl::IsDataLoss(error)) {
    End();
    return "the worker answered what cannot be understood";
  }
  if (pid_ < 0) return "the worker has ended";
  // It closed its end by ending, or is about to: then how is worth knowing.
  if (const int ended = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)); ended >= 0) {
    (void)Deadline(clock_, kToEnd, &interrupt_).Await(ended, POLLIN);
    close(ended);
  }
  return HowItEnded(End());
}

void SweepWorkDir(const std::string& work_dir) {
  std::error_code error;
  for (fs::directory_iterator it(work_dir, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    pid_t pid = 0;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), pid);
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) {
      std::error_code ignored;
      fs::remove_all(it->path(), ignored);
    }
  }
}

}  // namespace mamori::inspection
