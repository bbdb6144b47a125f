// Ten thousand deadlines (a tenth of it in the short form) that are due at once, fired by processes
// that are killed all the time: each is told once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "common/db/pool.h"
#include "services/triage/test_clock_fixture.h"

namespace mamori::triage {
namespace {

using testing::IsOk;

constexpr char kSchema[] = "MAMORI_DEADLINE_SCHEMA";
constexpr char kNow[] = "MAMORI_DEADLINE_NOW";

// A replica's worker, alone in a process: fires until it is killed.
void FireForEver(const std::string& schema, int64_t now_micros) {
  testing::TestDatabase own;
  db::PoolOptions options = own.options();
  options.schema = schema;
  const auto pool = db::Pool::Create(options);
  const time::SystemClock clock;
  time::SystemSleeper sleeper;
  id::RandomIdSource ids;
  CountingTelemetry telemetry;
  db::Transactor transactor(*pool, clock, sleeper);
  const audit::Journal journal = audit::TestJournal("triage", clock);
  const AccessSeal seal(*crypto::KeyedHash::FromHex(std::string(64, 'a')), journal, telemetry);
  const AccessGate gate{mamori::v1::AccessPolicy()};  // firing asks nobody's leave
  policy::SqlPolicyStore policies(transactor, clock);
  policy::PolicyCatalog catalog(policies);
  ClockBooks clocks(catalog);
  sealing::MemorySealing keys;
  SqlDeadlineStore store(transactor, clock, ids, seal, keys.sealer());
  const time::FakeClock now(absl::FromUnixMicros(now_micros));
  DeadlineTimers timers({store, gate, clocks, now, ids, [] {}});
  for (;;) {
    const auto did = timers.RunOnce();
    if (!did.ok() || !*did) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

// Not a test: what the test below starts.
TEST(DeadlineWorker, Process) {
  const char* schema = std::getenv(kSchema);
  int64_t now = 0;
  if (schema == nullptr || !absl::SimpleAtoi(std::getenv(kNow), &now)) return;
  FireForEver(schema, now);
}

class DeadlineKillTest : public ClockFixture {
 protected:
  pid_t StartWorker(absl::Time now) {
    const std::string schema = absl::StrCat(kSchema, "=", database_.options().schema);
    const std::string time = absl::StrCat(kNow, "=", absl::ToUnixMicros(now));
    const std::string server = absl::StrCat("MAMORI_TEST_DB=", std::getenv("MAMORI_TEST_DB"));
    const pid_t pid = fork();
    if (pid == 0) {
      char* arguments[] = {const_cast<char*>("worker"),
                           const_cast<char*>("--gtest_filter=DeadlineWorker.Process"), nullptr};
      char* environment[] = {const_cast<char*>(schema.c_str()), const_cast<char*>(time.c_str()),
                             const_cast<char*>(server.c_str()), nullptr};
      if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
      execve("/proc/self/exe", arguments, environment);
      _exit(127);
    }
    return pid;
  }
  static void Kill(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  // How often each deadline's miss was told, by its level: "{id}/{level}".
  std::map<std::string, int> Told() {
    std::map<std::string, int> told;
    for (const db::Row& row : database_.Query("SELECT event FROM outbox")) {
      mamori::v1::Event event;
      EXPECT_TRUE(event.ParseFromString(row.GetBytes(0)));
      if (!event.has_deadline_missed()) continue;
      const mamori::v1::DeadlineMissed& missed = event.deadline_missed();
      ++told[absl::StrCat(missed.deadline().deadline_id(), "/", missed.level())];
    }
    return told;
  }
  void Open(int count) {
    for (int done = 0; done < count;) {
      std::vector<mamori::v1::Event> events;
      for (; events.size() < 250 && done < count; ++done) events.push_back(Receive("a complaint"));
      for (const absl::Status& status : Apply(events)) ASSERT_THAT(status, IsOk());
    }
  }
  // When the first of what every case has is missed.
  absl::Time LastAcknowledgement() {
    return absl::FromUnixMicros(
        database_.Number("SELECT MAX(due_time) FROM deadline WHERE clock = 'company.acknowledge'"));
  }
  int64_t Left(absl::Time now) {
    return database_.Number("SELECT COUNT(*) FROM deadline WHERE next_time <= ?",
                            db::Params().Add(now));
  }
};

TEST_F(DeadlineKillTest, EachIsToldOnceByWorkersThatAreKilled) {
  const bool is_long = std::getenv("MAMORI_LONG") != nullptr;
  const int count = is_long ? 10'000 : 1'000;
  Open(count);
  // The first miss of each, and nothing that comes later.
  const absl::Time now = LastAcknowledgement();
  const absl::Duration begin = clock_.Monotonic();
  std::vector<pid_t> workers = {StartWorker(now), StartWorker(now)};
  int kills = 0;
  while (Left(now) > 0 && clock_.Monotonic() - begin < absl::Seconds(100)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(700 + 400 * (kills % 3)));
    pid_t& victim = workers[kills++ % workers.size()];
    Kill(victim);
    victim = StartWorker(now);
  }
  const absl::Duration took = clock_.Monotonic() - begin;
  for (const pid_t worker : workers) Kill(worker);
  EXPECT_EQ(Left(now), 0);
  const std::map<std::string, int> told = Told();
  EXPECT_EQ(told.size(), static_cast<size_t>(count));
  for (const auto& [deadline, times] : told) EXPECT_EQ(times, 1);
  std::cout << count << " deadlines told in " << absl::FormatDuration(took) << " under " << kills
            << " kills\n";
  EXPECT_GT(kills, 0);
  if (is_long) {
    EXPECT_LE(took, absl::Seconds(60));
  }
}

// Whatever the replicas' clocks show, and however they jump when one is started anew, each step is
// told once: what a clock a day ahead has told is not told again by one a day behind.
TEST_F(DeadlineKillTest, EachIsToldOnceByReplicasWhoseClocksJumpADay) {
  const int count = std::getenv("MAMORI_LONG") != nullptr ? 3'000 : 300;
  Open(count);
  const absl::Time now = LastAcknowledgement();
  constexpr int kDays[] = {0, 1, -1, 1, 0, -1};
  std::vector<pid_t> workers = {StartWorker(now - absl::Hours(24)), StartWorker(now)};
  int kills = 0;
  for (; kills < 12 || (Left(now) > 0 && kills < 100); ++kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + 100 * (kills % 4)));
    pid_t& victim = workers[kills % workers.size()];
    Kill(victim);
    victim = StartWorker(now + absl::Hours(24 * kDays[kills % std::size(kDays)]));
  }
  for (const pid_t worker : workers) Kill(worker);
  EXPECT_EQ(Left(now), 0);
  std::map<std::string, int> told = Told();
  int first = 0;
  for (const auto& [step, times] : told) {
    EXPECT_EQ(times, 1) << step;
    first += absl::EndsWith(step, "/0");
  }
  EXPECT_GE(first, count);
  // Nothing is left for whoever comes next with a clock that is right.
  const size_t before = told.size();
  const time::FakeClock at(now);
  DeadlineTimers timers({deadline_store_, gate_, clocks_, at, ids_, [] {}});
  for (auto did = timers.RunOnce(); did.ok() && *did; did = timers.RunOnce()) {
  }
  EXPECT_EQ(Told().size(), before);
}

}  // namespace
}  // namespace mamori::triage
