// Streams through the wrapper: how long they stay, and when they say that there is nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>

#include "absl/strings/str_cat.h"
#include "common/client/channel.h"
#include "common/server/rpc.h"
#include "common/server/stream_watch.h"
#include "common/server/test_server.h"
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
      },
      absl::Seconds(60));
  std::future<void> done = cancelled.get_future();
  EXPECT_TRUE(watch.Await([&] {
    clock.Advance(absl::Seconds(59));
    return done.wait_for(std::chrono::milliseconds(1500)) == std::future_status::timeout;
  }));
  EXPECT_FALSE(watch.Await([&] {
    clock.Advance(absl::Seconds(61));
    return done.wait_for(std::chrono::seconds(5)) == std::future_status::timeout;
  }));
  EXPECT_THAT(watch.lost(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(watch.Await([] { return true; })) << "nothing is read any more";
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
