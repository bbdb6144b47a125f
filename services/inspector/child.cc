#include "services/inspector/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace mamori::inspector {
namespace {

using inspection::Trouble;

[[noreturn]] void Become(const std::function<int()>& body, int output, pid_t worker) {
  constexpr int kRefused = 125;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != worker) _exit(kRefused);  // it has died before
  const int null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
      dup2(null, STDERR_FILENO) < 0 || close_range(STDERR_FILENO + 1, ~0U, 0) != 0) {
    _exit(kRefused);
  }
  _exit(body());
}

std::string ReadSome(int fd, size_t most) {
  std::string all;
  char piece[4096];
  while (all.size() < most) {
    const ssize_t got = read(fd, piece, sizeof(piece));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    all.append(piece, std::min(static_cast<size_t>(got), most - all.size()));
  }
  return all;
}

Trouble TroubleOf(int status) {
  if (!WIFSIGNALED(status)) return Trouble::kNone;
  switch (WTERMSIG(status)) {
    case SIGSYS:
      return Trouble::kForbidden;
    // By the limit; nobody else sends it, but a service that kills the worker as well.
    case SIGXCPU:
    case SIGKILL:
      return Trouble::kOutOfTime;
    default:
      return Trouble::kCrashed;
  }
}

}  // namespace

ChildResult RunChild(const std::function<int()>& body, size_t max_output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t worker = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(body, ends[1], worker);
  close(ends[1]);
  ChildResult result;
  if (pid > 0) result.output = ReadSome(ends[0], max_output);
  close(ends[0]);  // whoever writes more dies of it
  if (pid > 0) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    result.trouble = TroubleOf(status);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  return result;
}

}  // namespace mamori::inspector
