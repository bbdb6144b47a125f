#include "services/triage/watch.h"

#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "services/triage/housekeeping.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

class WatchTest : public TriageFixture {
 protected:
  // Reads the stream until it has `want` events or `stop` says so; keeps the last token handled.
  absl::Status Read(Watch& watch, std::string& token, size_t want,
                    std::vector<mamori::v1::Event>& events) {
    v1::WatchCasesRequest request;
    request.set_resume_token(token);
    return watch.Run(
        Call("Watch"), request, [&] { return events.size() >= want; },
        [&](const v1::WatchCasesResponse& response) {
          token = response.resume_token();
          if (response.has_event()) events.push_back(response.event());
          return events.size() < want;
        });
  }

  // Where a client begins.
  std::string FirstToken(Watch& watch) {
    std::string token;
    v1::WatchCasesRequest request;
    EXPECT_THAT(watch.Run(
                    Call("Watch"), request, [] { return false; },
                    [&](const v1::WatchCasesResponse& response) {
                      token = response.resume_token();
                      return false;
                    }),
                StatusIs(absl::StatusCode::kCancelled));
    return token;
  }
};

TEST_F(WatchTest, MissesNothingThoughWritersRaceTwoSequencersRunAndTheStreamBreaks) {
  constexpr int kWriters = 4;
  constexpr int kCases = 25;
  Watch watch(watch_store_, hub_, {access_store_, gate_}, tokens_, clock_, {});
  std::string token = FirstToken(watch);
  std::atomic<bool> done{false};
  WatchHub other_hub(watch_store_, clock_);
  std::vector<std::thread> sequencers;
  for (WatchHub* hub : {&hub_, &other_hub}) {
    sequencers.emplace_back([&, hub] {
      while (!done) {
        const auto result = hub->RunOnce();
        // Two that make the first row at once: the next look finds it.
        EXPECT_TRUE(result.ok() || absl::IsAlreadyExists(result.status())) << result.status();
        if (!result.ok() || !*result) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
  }
  std::vector<std::vector<mamori::v1::Event>> batches(kWriters);
  for (auto& batch : batches) {
    for (int i = 0; i < kCases; ++i) batch.push_back(Receive("x"));
  }
  std::vector<std::thread> writers;
  for (auto& batch : batches) {
    writers.emplace_back([&] {
      for (const mamori::v1::Event& event : batch) {
        ASSERT_THAT(Apply({event})[0], IsOk());
        v1::ClaimCaseRequest claim;
        claim.set_name(Get(id::Name("reports", event.subject_id())).name());
        claim.set_request_id(claim.name().substr(6));
        ASSERT_THAT(cases_.Claim(Call("Claim"), claim), IsOk());
      }
    });
  }
  constexpr size_t kAll = 2 * kWriters * kCases;
  std::vector<mamori::v1::Event> seen;
  while (seen.size() < kAll) {
    std::vector<mamori::v1::Event> part;
    // Broken off again and again, and taken up with the last token.
    EXPECT_THAT(Read(watch, token, std::min<size_t>(7, kAll - seen.size()), part),
                StatusIs(absl::StatusCode::kCancelled));
    seen.insert(seen.end(), part.begin(), part.end());
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  for (std::thread& sequencer : sequencers) sequencer.join();

  std::map<std::string, std::vector<mamori::v1::Event>> by_case;
  std::set<std::string> ids;
  for (const mamori::v1::Event& event : seen) {
    by_case[event.subject_id()].push_back(event);
    ids.insert(event.event_id());
  }
  EXPECT_EQ(ids.size(), kAll);
  EXPECT_EQ(by_case.size(), kAll / 2);
  for (const auto& [id, events] : by_case) {
    ASSERT_EQ(events.size(), 2u);
    EXPECT_TRUE(events[0].has_case_opened());
    EXPECT_TRUE(events[1].has_case_assigned());
  }
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM watch_event"), 0);
}

TEST_F(WatchTest, ShowsATenantItsOwnAlone) {
  Watch watch(watch_store_, hub_, {access_store_, gate_}, tokens_, clock_, {});
  std::string token = FirstToken(watch);
  const auto kind = mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT;
  ASSERT_THAT(Apply({Receive("x", kind, "", "other"), Receive("y")}), ::testing::Each(IsOk()));
  ASSERT_THAT(hub_.RunOnce(), IsOk());
  std::vector<mamori::v1::Event> events;
  Read(watch, token, 1, events).IgnoreError();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].tenant(), "t");
  v1::WatchCasesRequest request;
  request.set_resume_token(token);
  const auto never = [](const v1::WatchCasesResponse&) { return false; };
  EXPECT_THAT(watch.Run(
                  Call("Watch", "", "other"), request, [] { return false; }, never),
              HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
}

TEST_F(WatchTest, RefusesTokensThatAreTooOldOrNotItsOwn) {
  Watch watch(watch_store_, hub_, {access_store_, gate_}, tokens_, clock_, {});
  std::string token = FirstToken(watch);
  Open("x");
  ASSERT_THAT(hub_.RunOnce(), IsOk());
  std::vector<mamori::v1::Event> events;
  std::string fresh = token;
  Read(watch, fresh, 1, events).IgnoreError();
  time::FakeClock late(clock_.Now() + kWatchRetention + absl::Hours(1));
  time::FakeSleeper sleeper(late);
  Housekeeping housekeeping(watch_store_, late, sleeper, {});
  // The deadline of the store's calls is by the same clock as the transactions': far away here.
  ASSERT_THAT(housekeeping.RunOnce(), IsOk());
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM watch_log"), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM request_id"), 0);
  std::vector<mamori::v1::Event> none;
  EXPECT_THAT(Read(watch, token, 1, none), HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  std::string nonsense = "nonsense";
  EXPECT_THAT(Read(watch, nonsense, 1, none), HasReason(mamori::v1::ERROR_REASON_PAGE_TOKEN));
  Open("y");
  ASSERT_THAT(hub_.RunOnce(), IsOk());
  EXPECT_THAT(Read(watch, fresh, 1, none), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(none.size(), 1u);
}

TEST_F(WatchTest, BeatsWhileNothingHappensAndEndsWhenTheServiceStops) {
  Watch watch(
      watch_store_, hub_, {access_store_, gate_}, tokens_, clock_,
      {.max_streams = 1, .heartbeat = absl::Milliseconds(20), .poll = absl::Milliseconds(5)});
  std::atomic<int> beats{0};
  absl::Status ended;
  const auto count = [&](const v1::WatchCasesResponse& response) {
    EXPECT_FALSE(response.has_event());
    ++beats;
    return true;
  };
  std::thread stream([&] {
    ended = watch.Run(
        Call("Watch"), {}, [] { return false; }, count);
  });
  while (beats < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_THAT(watch.Run(
                  Call("Watch"), {}, [] { return false; }, count),
              StatusIs(absl::StatusCode::kResourceExhausted));
  hub_.Stop();
  stream.join();
  EXPECT_THAT(ended, StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace mamori::triage
