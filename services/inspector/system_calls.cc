#include "services/inspector/system_calls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cerrno>
#include <memory>

namespace mamori::inspector {
namespace {

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

constexpr const char* kComputing[] = {
    "read",   "write",   "exit",          "exit_group",   "munmap",         "mremap",
    "brk",    "madvise", "futex",         "rt_sigreturn", "rt_sigprocmask", "getpid",
    "gettid", "tgkill",  "clock_gettime", "gettimeofday", "getrandom",      "sched_yield",
};

// Beside those above.
constexpr const char* kPrograms[] = {
    // files
    "readv",
    "pread64",
    "preadv",
    "writev",
    "pwrite64",
    "pwritev",
    "open",
    "openat",
    "creat",
    "close",
    "close_range",
    "stat",
    "fstat",
    "lstat",
    "newfstatat",
    "statx",
    "statfs",
    "fstatfs",
    "lseek",
    "access",
    "faccessat",
    "faccessat2",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "flock",
    "fsync",
    "fdatasync",
    "truncate",
    "ftruncate",
    "fallocate",
    "fadvise64",
    "getdents",
    "getdents64",
    "getcwd",
    "chdir",
    "fchdir",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "readlink",
    "readlinkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "umask",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "sendfile",
    "copy_file_range",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "eventfd2",
    // memory
    "mmap",
    "mprotect",
    "msync",
    "mincore",
    "membarrier",
    // processes, threads and time
    "fork",
    "vfork",
    "execve",
    "wait4",
    "waitid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getgroups",
    "getresuid",
    "getresgid",
    "getpgrp",
    "getpgid",
    "getsid",
    "getrlimit",
    "setrlimit",
    "prlimit64",
    "getrusage",
    "times",
    "sysinfo",
    "uname",
    "arch_prctl",
    "set_tid_address",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "getpriority",
    "nanosleep",
    "clock_nanosleep",
    "clock_getres",
    "time",
    "alarm",
    "setitimer",
    "rt_sigaction",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "rt_sigpending",
    "sigaltstack",
    "restart_syscall",
    // to be shut in further
    "seccomp",
    "landlock_create_ruleset",
    "landlock_restrict_self",
};

// Nobody who only parses comes upon one of these.
constexpr const char* kHostile[] = {
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kcmp",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "fsmount",
    "move_mount",
    "open_tree",
    "mount_setattr",
    "unshare",
    "setns",
    "bpf",
    "keyctl",
    "add_key",
    "request_key",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "open_by_handle_at",
    "name_to_handle_at",
    "mknod",
    "mknodat",
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "setfsuid",
    "setfsgid",
    "capset",
    "acct",
    "quotactl",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "sethostname",
    "setdomainname",
    "iopl",
    "ioperm",
    "modify_ldt",
    "vmsplice",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
    "execveat",
};

template <size_t n>
bool Add(const Filter& filter, uint32_t action, const char* const (&names)[n]) {
  for (const char* name : names) {
    const int number = seccomp_syscall_resolve_name(name);
    // What this machine's architecture does not have cannot be called.
    if (number < 0) continue;
    if (seccomp_rule_add(filter.get(), action, number, 0) != 0) return false;
  }
  return true;
}

bool AddComputing(const Filter& filter) {
  const auto no_code = [&](int call) {
    return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
  };
  return Add(filter, SCMP_ACT_ALLOW, kComputing) && no_code(SCMP_SYS(mmap)) &&
         no_code(SCMP_SYS(mprotect));
}

// A thread or a process, never in namespaces of its own. What clone3 asks for lies in memory that a
// filter cannot read: it is unknown then, and everybody falls back on clone.
bool AddPrograms(const Filter& filter) {
  constexpr scmp_datum_t kNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                       CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  const auto allow_prctl = [&](int option) {
    return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                            SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(option))) == 0;
  };
  return Add(filter, SCMP_ACT_ALLOW, kComputing) && Add(filter, SCMP_ACT_ALLOW, kPrograms) &&
         Add(filter, SCMP_ACT_KILL_PROCESS, kHostile) &&
         seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                          SCMP_A0(SCMP_CMP_MASKED_EQ, kNamespaces, 0)) == 0 &&
         // Nothing here is a terminal; other devices do not exist.
         seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0) == 0 &&
         allow_prctl(PR_SET_NAME) && allow_prctl(PR_SET_PDEATHSIG) &&
         allow_prctl(PR_SET_NO_NEW_PRIVS) && allow_prctl(PR_SET_SECCOMP);
}

}  // namespace

bool ForbidSystemCalls(SystemCalls calls) {
  const bool computing = calls == kForComputing;
  const Filter filter(seccomp_init(computing ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(ENOSYS)),
                      seccomp_release);
  return filter != nullptr && (computing ? AddComputing(filter) : AddPrograms(filter)) &&
         seccomp_load(filter.get()) == 0;
}

}  // namespace mamori::inspector
