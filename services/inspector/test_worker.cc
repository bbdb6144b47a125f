// A worker with parsers that were taken over by the file that they read: what they try then is
// named in it. Everything else of it is the worker that services start.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/inspector/cleaner.h"
#include "services/inspector/media_type.h"
#include "services/inspector/worker.h"

namespace {

constexpr std::string_view kMediaType = "media-type: ";
constexpr std::string_view kCleaner = "cleaner: ";

void Crash() { raise(SIGSEGV); }

void Connect() { (void)socket(AF_INET, SOCK_STREAM, 0); }

[[noreturn]] void Spin() {
  volatile bool stop = false;
  while (!stop) {
  }
  abort();
}

void Allocate() {
  for (;;) {
    volatile char* const memory = new char[1 << 24];
    for (size_t i = 0; i < 1 << 24; i += 4096) memory[i] = 1;
  }
}

void Write(int fd) {
  const std::string much(1 << 16, 'x');
  while (write(fd, much.data(), much.size()) > 0) {
  }
}

std::string MediaTypeOf(std::string_view what) {
  if (what == "crash") Crash();
  if (what == "connect") Connect();
  if (what == "open") (void)open("/etc/passwd", O_RDONLY);
  if (what == "run") execl("/bin/true", "true", nullptr);
  if (what == "spin") Spin();
  if (what == "allocate") Allocate();
  if (what == "write") Write(STDOUT_FILENO);
  if (what == "code") {
    (void)mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
               0);
  }
  if (what == "nonsense") return "../\n<script>\xff/";
  return "text/plain";
}

// What a call that should fail answered, as "name=errno"; 0 when it did not fail.
std::string Tried(const char* name, long result) {
  return absl::StrCat(name, "=", result < 0 ? errno : 0, "\n");
}

// Tells in its copy what it could get at.
std::string LookAround(int next_descriptor) {
  std::string seen = absl::StrCat("fds=", fcntl(next_descriptor, F_GETFD) < 0 ? 0 : 1, "\n");
  seen += Tried("passwd", open("/etc/passwd", O_RDONLY));
  seen += Tried("root", open("/root", O_RDONLY | O_DIRECTORY));
  seen += Tried("proc", open(absl::StrCat("/proc/", getppid(), "/mem").c_str(), O_RDONLY));
  seen += Tried("tmp", open("/tmp/mamori-inspect-was-here", O_CREAT | O_WRONLY, 0600));
  seen += Tried("shm", open("/dev/shm/mamori-inspect-was-here", O_CREAT | O_WRONLY, 0600));
  seen += Tried("kill", kill(getppid(), SIGKILL));
  seen += Tried("clone3", syscall(SYS_clone3, nullptr, 0));
  seen += absl::StrCat("environment=", environ == nullptr || *environ == nullptr ? 0 : 1, "\n");
  std::ofstream("program") << "#!/bin/sh\nexit 0\n";
  chmod("program", 0700);
  execl("./program", "program", nullptr);
  seen += Tried("program", -1);
  seen += absl::StrCat("uid=", getuid(), "\n");
  return seen;
}

int CleanOr(std::string_view what) {
  const int copy = open("original.cleaned.txt", O_CREAT | O_WRONLY, 0600);
  if (what == "crash") Crash();
  if (what == "connect") Connect();
  if (what == "trace") (void)syscall(SYS_ptrace, 0, getppid(), 0, 0);
  if (what == "unshare") (void)syscall(SYS_unshare, 0x10000000);
  if (what == "spin") Spin();
  if (what == "allocate") Allocate();
  if (what == "write") Write(copy);
  if (what == "fork") {
    while (fork() >= 0) {
    }
    return 0;
  }
  if (what == "stay") {  // beyond its parent, with the pipe closed
    if (fork() == 0) {
      close(STDOUT_FILENO);
      for (;;) poll(nullptr, 0, 1000);
    }
  }
  if (what == "pipe") {
    unlink("original.cleaned.txt");
    return mkfifo("original.cleaned.txt", 0600) == 0 ? 0 : 6;
  }
  if (what == "link") {
    unlink("original.cleaned.txt");
    return symlink("/etc/passwd", "original.cleaned.txt") == 0 ? 0 : 6;
  }
  const std::string seen = what == "look" ? LookAround(copy + 1) : "copy";
  return write(copy, seen.data(), seen.size()) < 0 ? 1 : 0;
}

std::function<std::string(std::string_view)> MediaType() {
  return [real = mamori::inspector::MagicMediaType()](std::string_view beginning) {
    if (!beginning.starts_with(kMediaType)) return real(beginning);
    return MediaTypeOf(beginning.substr(kMediaType.size()));
  };
}

int Clean(const std::string& name) {
  std::string text;
  std::getline(std::ifstream(name), text);
  if (!text.starts_with(kCleaner)) return mamori::inspector::RunMat2(name);
  return CleanOr(std::string_view(text).substr(kCleaner.size()));
}

}  // namespace

int main(int argc, char** argv) {
  return mamori::inspector::WorkerMain(argc, argv, {MediaType, Clean});
}
