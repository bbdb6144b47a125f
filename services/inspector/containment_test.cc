// What a file can do that has taken over whoever reads it: nothing, but that it is not looked into.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "common/crypto/key_arena.h"
#include "common/inspection/process_inspector.h"
#include "common/inspection/worker_process.h"
#include "common/time/clock.h"
#include "services/inspector/test_inspection.h"

namespace mamori::inspector {
namespace {

using inspection::Inspection;
using inspection::ProcessInspector;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ContainmentTest : public ::testing::Test {
 protected:
  ContainmentTest() { fs::create_directory(WorkDir()); }
  // Where each worker's directory is: empty again when it is gone.
  fs::path WorkDir() const { return folder_.path() / "work"; }

  ProcessInspector::Options Small() {
    ProcessInspector::Options options;
    options.worker.binary = MAMORI_TEST_WORKER;
    options.worker.work_dir = WorkDir().string();
    options.worker.max_clean_bytes = 1 << 20;
    options.worker.max_derivative_bytes = 1 << 20;
    options.worker.memory_bytes = 512 << 20;
    options.worker.cpu_seconds = 1;
    options.worker.time_limit = absl::Seconds(20);
    return options;
  }
  Looked Look(const std::string& text) {
    ProcessInspector inspector(Small(), clock_);
    Looked looked = LookInto(inspector, text);
    EXPECT_TRUE(fs::is_empty(WorkDir()));
    return looked;
  }
  // A worker that is one only in name: `program` is its Python after `send(kind, payload)`.
  ProcessInspector::Options Impostor(const std::string& program) {
    const fs::path file = folder_.path() / "impostor";
    std::ofstream(file) << "#!/usr/bin/python3 -I\nimport os, struct, sys, time\n"
                           "def send(kind, payload=b''):\n"
                           "    os.write(0, kind + struct.pack('>I', len(payload)) + payload)\n"
                           "def drain():\n"
                           "    while os.read(0, 65536)[-5:] != b'E' + bytes(4): pass\n"
                        << program << "\ntime.sleep(9)\n";
    fs::permissions(file, fs::perms::owner_all);
    ProcessInspector::Options options = Small();
    options.worker.binary = file.string();
    options.worker.time_limit = absl::Seconds(2);
    return options;
  }

  TestFolder folder_;
  time::SystemClock clock_;
};

TEST_F(ContainmentTest, WhoeverTellsTheTypeCanOnlyCompute) {
  struct Case {
    const char* what;
    const char* why;
  };
  for (const auto& [what, why] : {
           Case{"crash", "crashed"},
           Case{"connect", "system call it must not make"},
           Case{"open", "system call it must not make"},
           Case{"run", "system call it must not make"},
           Case{"code", "system call it must not make"},
           Case{"spin", "used up its time"},
           Case{"allocate", "crashed"},
           Case{"write", "crashed"},
       }) {
    SCOPED_TRACE(what);
    const Looked looked = Look(absl::StrCat("media-type: ", what));
    EXPECT_EQ(looked.inspection.media_type, "application/octet-stream");
    EXPECT_EQ(looked.inspection.malware, Inspection::kNotScanned);
    EXPECT_FALSE(looked.inspection.has_derivative);
    EXPECT_THAT(looked.inspection.no_derivative_reason, HasSubstr(why));
  }
}

TEST_F(ContainmentTest, ATypeIsNoMoreThanAType) {
  const Looked looked = Look("media-type: nonsense");
  EXPECT_EQ(looked.inspection.media_type, "application/octet-stream");
  EXPECT_FALSE(looked.inspection.has_derivative);
}

TEST_F(ContainmentTest, WhoeverCleansHasItsOwnFilesAndNothingElse) {
  struct Case {
    const char* what;
    const char* why;
  };
  for (const auto& [what, why] : {
           Case{"crash", "crashed"},
           Case{"connect", "system call it must not make"},
           Case{"trace", "system call it must not make"},
           Case{"unshare", "system call it must not make"},
           Case{"spin", "used up its time"},
           Case{"allocate", "crashed"},
           Case{"write", "crashed"},
           Case{"pipe", "system call it must not make"},
           Case{"link", "parser failed"},
       }) {
    SCOPED_TRACE(what);
    const Looked looked = Look(absl::StrCat("cleaner: ", what));
    EXPECT_EQ(looked.inspection.media_type, "text/plain");
    EXPECT_FALSE(looked.inspection.has_derivative);
    EXPECT_THAT(looked.copy, IsEmpty());
    EXPECT_THAT(looked.inspection.no_derivative_reason, HasSubstr(why));
  }
}

TEST_F(ContainmentTest, WhoeverCleansSeesNothing) {
  const Looked looked = Look("cleaner: look");
  ASSERT_TRUE(looked.inspection.has_derivative) << looked.inspection.no_derivative_reason;
  // 13 is EACCES, 38 ENOSYS, 2 ENOENT.
  for (const char* line : {"passwd=13", "root=13", "tmp=13", "shm=13", "kill=38", "clone3=38",
                           "fds=0", "environment=0", "program=13"}) {
    EXPECT_THAT(looked.copy, HasSubstr(absl::StrCat(line, "\n")));
  }
  EXPECT_THAT(looked.copy, AnyOf(HasSubstr("proc=13\n"), HasSubstr("proc=2\n")));
  const int uid = geteuid() == 0 ? 65534 : static_cast<int>(geteuid());
  EXPECT_THAT(looked.copy, HasSubstr(absl::StrCat("uid=", uid, "\n")));
}

TEST_F(ContainmentTest, NobodyIsLeftBehind) {
  for (const char* what : {"stay", "fork"}) {
    SCOPED_TRACE(what);
    (void)Look(absl::StrCat("cleaner: ", what));
    // The directory is in the command line of each worker of this test. [/] is no / to who looks.
    EXPECT_EQ(Shell("for i in $(seq 20); do pgrep -f '[/]" + WorkDir().string().substr(1) +
                    "' >/dev/null || exit 0; sleep 0.1; done; exit 1"),
              0);
  }
}

TEST_F(ContainmentTest, AWorkerThatIsNoneIsNoticed) {
  const std::string hello = "send(b'H', bytes([1, 1, 1, 7, 1]))\n";
  struct Case {
    const char* name;
    std::string program;
    const char* why;
  };
  const std::string type = hello + "drain()\nsend(b'T', b'\\0text/plain')\n";
  for (const auto& [name, program, why] : {
           Case{"no frame", hello + "drain()\nos.write(0, b'garbage that is none')",
                "cannot be understood"},
           Case{"too long", hello + "drain()\nos.write(0, b'T' + b'\\xff' * 4)",
                "cannot be understood"},
           Case{"no such trouble", hello + "drain()\nsend(b'T', bytes([99]))",
                "cannot be understood"},
           Case{"no type", hello + "drain()\nsend(b'E')", "cannot be understood"},
           Case{"ends early", hello + "sys.exit(7)", "exit code 7"},
           Case{"is killed", hello + "os.kill(os.getpid(), 11)", "signal 11"},
           Case{"is silent", hello + "drain()\ntime.sleep(60)", "time for looking"},
           Case{"reads nothing", hello + "time.sleep(60)", "time for looking"},
           Case{"cuts the copy", type + "send(b'D', b'half')\nsys.exit(0)", "exit code 0"},
           Case{"other size", type + "send(b'D', b'half')\nsend(b'E', bytes(7) + b'\\5')",
                "cannot be understood"},
           Case{"no end", type + "while True: send(b'D', bytes(1 << 16))", "cannot be understood"},
           Case{"no reason", type + "send(b'N', bytes(1))", "cannot be understood"},
       }) {
    SCOPED_TRACE(name);
    ProcessInspector inspector(Impostor(program), clock_);
    const Looked looked = LookInto(inspector, std::string(3 << 20, 'a'));
    EXPECT_EQ(looked.inspection.malware, Inspection::kNotScanned);
    EXPECT_FALSE(looked.inspection.has_derivative);
    EXPECT_THAT(looked.inspection.no_derivative_reason, HasSubstr(why));
    EXPECT_TRUE(fs::is_empty(WorkDir()));
  }
}

// A service that stops does not wait for a worker that computes without an end, nor for its
// scanner.
TEST_F(ContainmentTest, StoppingEndsWhatIsUnderWayAtOnce) {
  ProcessInspector::Options options = Small();
  options.worker.cpu_seconds = 30;
  ProcessInspector inspector(options, clock_);
  absl::Status ended;
  std::thread looking([&] {
    BytesSource source("media-type: spin");
    StringSink sink;
    ended = inspector.Inspect(source, sink).status();
  });
  while (fs::is_empty(WorkDir())) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const absl::Duration begin = clock_.Monotonic();
  inspector.Stop();
  looking.join();
  EXPECT_LT(clock_.Monotonic() - begin, absl::Seconds(1));
  EXPECT_TRUE(absl::IsUnavailable(ended)) << ended;
  EXPECT_TRUE(fs::is_empty(WorkDir()));
  BytesSource source("text");
  StringSink sink;
  EXPECT_TRUE(absl::IsUnavailable(inspector.Inspect(source, sink).status()));
}

TEST_F(ContainmentTest, WithoutAWorkerTheFileIsGivenAgainLater) {
  ProcessInspector::Options options = Small();
  StringSink sink;
  for (const char* binary : {"/nonexistent/mamori-inspect", "/bin/false", "/bin/cat"}) {
    SCOPED_TRACE(binary);
    options.worker.binary = binary;
    ProcessInspector inspector(options, clock_);
    BytesSource source("text");
    EXPECT_TRUE(absl::IsUnavailable(inspector.Inspect(source, sink).status()));
    EXPECT_TRUE(absl::IsUnavailable(inspector.TryWorker().status()));
  }
}

class FailingSource final : public inspection::Source {
 public:
  absl::StatusOr<std::string> Next() override {
    if (given_) return absl::AbortedError("the row changed");
    given_ = true;
    return std::string("text");
  }

 private:
  bool given_ = false;
};

class FailingSink final : public inspection::Sink {
 public:
  absl::Status Write(std::string_view) override { return absl::ResourceExhaustedError("full"); }
};

TEST_F(ContainmentTest, ErrorsOfTheOriginalAndTheCopyAreTheCallers) {
  ProcessInspector inspector(Small(), clock_);
  FailingSource failing;
  StringSink sink;
  EXPECT_TRUE(absl::IsAborted(inspector.Inspect(failing, sink).status()));
  BytesSource source("text");
  FailingSink full;
  EXPECT_TRUE(absl::IsResourceExhausted(inspector.Inspect(source, full).status()));
  EXPECT_TRUE(fs::is_empty(WorkDir()));
}

// Looks through all memory that it has for a key of which it knows the beginning and a hash, unless
// the rest is planted as well; tells that, and what else it was given.
constexpr char kSearch[] = R"PY(
import hashlib, os, re, sys
beginning, digest, rest = (bytes.fromhex(text) for text in sys.argv[1:])
planted = beginning + rest
found = 0
with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
    for line in maps:
        begin, end = (int(n, 16) for n in line.split()[0].split('-'))
        try:
            memory.seek(begin)
            part = memory.read(end - begin)
        except (OSError, OverflowError, ValueError):
            continue
        for match in re.finditer(re.escape(beginning), part):
            found += hashlib.sha256(part[match.start():match.start() + 32]).digest() == digest
fds = [n for n in sorted(os.listdir('/proc/self/fd')) if os.path.exists('/proc/self/fd/' + n)]
names = [name for name in os.environ if name != 'LC_CTYPE']  # Python's own
os.write(0, f'found={min(found, 1)} fds={fds} environment={names}\n'.encode())
)PY";

std::string Hex(std::string_view bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size());
  hex.pop_back();
  return hex;
}

std::string SearchFor(std::string_view key, std::string_view planted) {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  const auto pid = inspection::SpawnWithout(
      {"/usr/bin/python3", "-I", "-c", kSearch, Hex(key.substr(0, 8)), Hex(digest), Hex(planted)},
      ends[1]);
  EXPECT_TRUE(pid.ok()) << pid.status();
  close(ends[1]);
  std::string told;
  char piece[256];
  for (ssize_t got; (got = read(ends[0], piece, sizeof(piece))) > 0;) {
    told.append(piece, static_cast<size_t>(got));
  }
  close(ends[0]);
  if (pid.ok()) waitpid(*pid, nullptr, 0);
  return told;
}

TEST_F(ContainmentTest, AWorkerIsStartedWithNothingOfOurs) {
  auto arena = crypto::KeyArena::Create();
  ASSERT_TRUE(arena.ok()) << arena.status();
  const auto key = arena->Make(
      crypto::kKeyBytes, [](unsigned char* bytes) { randombytes_buf(bytes, crypto::kKeyBytes); });
  ASSERT_TRUE(key.ok());
  const std::string copy(reinterpret_cast<const char*>(key->data()), key->size());  // on the heap
  ASSERT_EQ(setenv("MAMORI_SECRET", "of the service", 1), 0);
  const int not_closed_on_exec = dup(STDOUT_FILENO);
  EXPECT_EQ(SearchFor(copy, ""), "found=0 fds=['0', '1', '2'] environment=[]\n");
  // It does find what is there.
  EXPECT_THAT(SearchFor(copy, copy.substr(8)), HasSubstr("found=1"));
  close(not_closed_on_exec);
}

}  // namespace
}  // namespace mamori::inspector
