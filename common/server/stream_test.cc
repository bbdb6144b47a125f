// Streams through the wrapper: how long they stay, and when they say that there is nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/client/channel.h"
#include "common/server/rpc.h"
#include "common/server/stream_slots.h"
#include "common/server/stream_watch.h"
#include "common/server/test_server.h"
#include "common/status/errors.h"
#include "common/testing/matchers.h"

namespace mamori::server {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::StatusIs;

// One server for all.
class StreamTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer(); }
  static void TearDownTestSuite() { delete server_; }
  void TearDown() override {
    server_->triage().member = true;
    server_->triage().hidden = false;
    server_->triage().size = 0;
  }
  // Waits for the first answer, does something, and says how the stream ended and how soon.
  std::pair<grpc::Status, absl::Duration> Watch(const std::string& token,
                                                const std::function<void()>& then) {
    const auto stub = triage::v1::TriageService::NewStub(server_->ChannelOf({kPortal}));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!token.empty()) client::SetToken(token, context);
    const auto stream = stub->WatchCases(&context, {});
    triage::v1::WatchCasesResponse response;
    EXPECT_TRUE(stream->Read(&response));
    then();
    const absl::Time begin = absl::Now();
    EXPECT_FALSE(stream->Read(&response));
    return {stream->Finish(), absl::Now() - begin};
  }

  static TestServer* server_;
};
TestServer* StreamTest::server_ = nullptr;

// A client that says nothing holds a handler for a minute and no longer.
TEST(StreamWatchTest, EndsAWaitThatLastsTooLong) {
  time::FakeClock clock;
  std::promise<void> cancelled;
  std::atomic_flag once;
  StreamWatch watch(
      clock, [] { return absl::OkStatus(); },
      [&] {
        if (!once.test_and_set()) cancelled.set_value();
      });
  std::future<void> done = cancelled.get_future();
  EXPECT_TRUE(watch.Await(absl::Seconds(60), [&] {
    clock.Advance(absl::Seconds(59));
    return done.wait_for(std::chrono::milliseconds(1500)) == std::future_status::timeout;
  }));
  EXPECT_FALSE(watch.Await(absl::Seconds(60), [&] {
    clock.Advance(absl::Seconds(61));
    return done.wait_for(std::chrono::seconds(30)) == std::future_status::timeout;
  }));
  EXPECT_THAT(watch.lost(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(watch.Await(absl::Seconds(60), [] { return true; })) << "nothing is read any more";
}

class StreamSlotsTest : public ::testing::Test {
 protected:
  using PlaceOr = absl::StatusOr<std::shared_ptr<StreamSlots::Place>>;
  time::FakeClock clock_;
  StreamSlots slots_{clock_, {.most = 3, .most_per_holder = 2}};
  const std::function<void()> never_ = [] { ADD_FAILURE() << "had to give way"; };
};

TEST_F(StreamSlotsTest, NobodyHasMoreThanTheShareOfOneAndItIsFreeAgainAfterwards) {
  PlaceOr first = slots_.Enter("a", "1", never_);
  PlaceOr second = slots_.Enter("a", "2", never_);
  EXPECT_THAT(slots_.Enter("a", "3"), StatusIs(absl::StatusCode::kResourceExhausted));
  const PlaceOr other = slots_.Enter("b", "1", never_);
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(slots_.Enter("c", "1"), StatusIs(absl::StatusCode::kResourceExhausted));
  (*first)->Leave();
  (*first)->Leave();
  second->reset();
  EXPECT_TRUE(slots_.Enter("c", "1").ok());
  EXPECT_TRUE((*other)->Holds().ok());
}

TEST_F(StreamSlotsTest, WhoHasHadItsTimeGivesWayTheOldestFirst) {
  const PlaceOr oldest = slots_.Enter("a", "1");
  clock_.Advance(absl::Seconds(1));
  const PlaceOr next = slots_.Enter("b", "1");
  const PlaceOr last = slots_.Enter("c", "1", never_);
  clock_.Advance(absl::Seconds(9) - absl::Nanoseconds(1));
  EXPECT_FALSE(slots_.Enter("d", "1").ok());
  clock_.Advance(absl::Nanoseconds(1));
  const PlaceOr fourth = slots_.Enter("d", "1", never_);
  ASSERT_TRUE(fourth.ok());
  EXPECT_THAT((*oldest)->Holds(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE((*next)->Holds().ok());
  EXPECT_FALSE(slots_.Enter("e", "1").ok()) << "the next has not had its time";
  const PlaceOr second = slots_.Enter("d", "2", never_);
  EXPECT_FALSE(second.ok());
}

TEST_F(StreamSlotsTest, TheSameAgainTakesThePlaceAtOnceAndGainsNoTimeByIt) {
  const PlaceOr first = slots_.Enter("a", "1");
  bool told = false;
  clock_.Advance(absl::Seconds(6));
  PlaceOr again = slots_.Enter("a", "1", [&] { told = true; });
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE((*first)->Holds().ok());
  const PlaceOr b = slots_.Enter("b", "1", never_), c = slots_.Enter("c", "1", never_);
  ASSERT_TRUE(b.ok() && c.ok());
  clock_.Advance(absl::Seconds(4));
  EXPECT_TRUE(slots_.Enter("d", "1").ok());
  EXPECT_TRUE(told);
  EXPECT_FALSE((*again)->Holds().ok());
}

// What had to give way holds a thread until it notices.
TEST_F(StreamSlotsTest, NoMoreGiveWayThanMayBeLeavingAtOnce) {
  std::vector<PlaceOr> places;
  for (int i = 0; i < 3; ++i) places.push_back(slots_.Enter("a", "1"));
  ASSERT_TRUE(places.back().ok());
  EXPECT_FALSE(slots_.Enter("a", "1").ok());
  places[0]->reset();
  EXPECT_TRUE(slots_.Enter("a", "1").ok());
}

TEST_F(StreamSlotsTest, NothingIsLikeWhatHasNoName) {
  const PlaceOr first = slots_.Enter("a", "", never_), second = slots_.Enter("a", "", never_);
  EXPECT_TRUE(second.ok());
  EXPECT_FALSE(slots_.Enter("a", "").ok());
}

// What a stream of either direction answers about what is hidden; the shortest of five times.
template <typename Ask>
absl::Duration LeastOf(const Ask& ask) {
  absl::Duration least = absl::InfiniteDuration();
  for (int i = 0; i < 5; ++i) {
    const absl::Time begin = absl::Now();
    EXPECT_THAT(ask(), StatusIs(absl::StatusCode::kNotFound));
    least = std::min(least, absl::Now() - begin);
  }
  return least;
}

TEST_F(StreamTest, NotFoundOfAServersStreamLeavesAtTheNextQuantum) {
  server_->triage().hidden = true;
  const auto stub = triage::v1::TriageService::NewStub(server_->ChannelOf({kPortal}));
  EXPECT_GE(LeastOf([&] {
              grpc::ClientContext context;
              const auto stream = stub->WatchCases(&context, {});
              triage::v1::WatchCasesResponse response;
              EXPECT_FALSE(stream->Read(&response));
              return stream->Finish();
            }),
            kTestQuantum);
}

TEST_F(StreamTest, NotFoundOfAClientsStreamLeavesAtTheNextQuantum) {
  const auto stub = intake::v1::EvidenceService::NewStub(server_->ChannelOf({kPortal}));
  EXPECT_GE(LeastOf([&] {
              grpc::ClientContext context;
              intake::v1::Upload response;
              const auto stream = stub->UploadEvidence(&context, &response);
              stream->Write({});
              stream->WritesDone();
              return stream->Finish();
            }),
            kTestQuantum);
}

// They hold threads before anybody knows what they are about.
TEST_F(StreamTest, ClientStreamsThatSayNothingGiveWayToThoseThatCome) {
  const auto stub = intake::v1::EvidenceService::NewStub(server_->ChannelOf({kPortal}));
  struct Stream {
    grpc::ClientContext context;
    intake::v1::Upload response;
    std::unique_ptr<grpc::ClientWriter<intake::v1::UploadEvidenceRequest>> writer;
  };
  constexpr StreamSlots::Options kMost = Rpc::kUnspoken;
  std::vector<std::unique_ptr<Stream>> silent;
  for (int i = 0; i < 2 * (kMost.most + kMost.most_leaving); ++i) {
    Stream& one = *silent.emplace_back(std::make_unique<Stream>());
    one.writer = stub->UploadEvidence(&one.context, &one.response);
  }
  // One that speaks is heard, at the latest when those that have to end have ended.
  absl::Status heard;
  for (int i = 0; i < 200; ++i) {
    Stream speaking;
    speaking.writer = stub->UploadEvidence(&speaking.context, &speaking.response);
    speaking.writer->Write({});
    speaking.writer->WritesDone();
    heard = status::FromGrpcStatus(speaking.writer->Finish());
    if (!absl::IsResourceExhausted(heard)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_THAT(heard, StatusIs(absl::StatusCode::kNotFound));
  for (const auto& one : silent) {
    one->context.TryCancel();
    EXPECT_FALSE(one->writer->Finish().ok());
  }
  // And the one that spoke.
  EXPECT_LE(server_->evidence().most_at_once, kMost.most_per_holder + kMost.most_leaving + 1);
}

// Its handler waits in the midst of a message.
TEST_F(StreamTest, EndsThoughItsClientTakesNothing) {
  server_->triage().size = 1 << 20;
  const int ended = server_->triage().ended;
  const auto stub = triage::v1::TriageService::NewStub(server_->ChannelOf({kPortal}));
  grpc::ClientContext context;
  const auto stream = stub->WatchCases(&context, {});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // it waits by now
  server_->triage().member = false;
  for (int i = 0; i < 3000 && server_->triage().ended == ended; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(server_->triage().ended, ended + 1);
  context.TryCancel();  // so that it ends, whatever happened
}

TEST_F(StreamTest, EndsWhenTheTokenExpires) {
  // With the clock skew it is believed for another second or two.
  const int64_t expiry = absl::ToUnixSeconds(absl::Now()) - 28;
  const std::string token = server_->Token(
      absl::StrCat("{\"nbf\":null,\"iat\":", expiry - 300, ",\"exp\":", expiry, "}"));
  const auto [status, took] = Watch(token, [] {});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_TOKEN_EXPIRED));
  EXPECT_LT(took, absl::Seconds(5));
}

TEST_F(StreamTest, EndsWhenItsCheckNoLongerHolds) {
  for (const std::string& token : {server_->Token(), std::string()}) {
    server_->triage().member = true;
    const auto [status, took] = Watch(token, [] { server_->triage().member = false; });
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_LT(took, absl::Seconds(5));
  }
}

}  // namespace
}  // namespace mamori::server
