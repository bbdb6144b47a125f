#include "common/authn/key_source.h"

#include <gtest/gtest.h>

#include "common/authn/test_tokens.h"
#include "common/testing/matchers.h"

namespace mamori::authn {
namespace {

using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;

class KeySourceTest : public ::testing::Test {
 protected:
  static std::string SetOf(const std::vector<const char*>& ids) {
    static const auto* const kKey = new TestKey(TestKey::Ec("key"));
    std::vector<std::string> jwks;
    for (const char* id : ids) jwks.push_back(kKey->Jwk("{\"kid\":\"" + std::string(id) + "\"}"));
    return JwkSet(jwks);
  }
  // The worker looks every second, for this long.
  void Pass(absl::Duration time) {
    for (absl::Duration t; t < time; t += absl::Seconds(1)) {
      clock_.Advance(absl::Seconds(1));
      source_.RunOnce().status().IgnoreError();
    }
  }
  bool Knows(const char* id) {
    const auto keys = source_.Current();
    return keys != nullptr && keys->Find(id) != nullptr;
  }

  time::FakeClock clock_;
  absl::StatusOr<std::string> answer_ = SetOf({"a"});
  int fetches_ = 0;
  int wakes_ = 0;
  KeySource source_{[this] {
                      ++fetches_;
                      return answer_;
                    },
                    clock_,
                    {},
                    [this] { ++wakes_; }};
};

TEST_F(KeySourceTest, FetchesOnceAMinute) {
  EXPECT_EQ(source_.Current(), nullptr);
  EXPECT_THAT(source_.RunOnce(), IsOk());
  EXPECT_TRUE(Knows("a"));
  EXPECT_EQ(fetches_, 1);
  Pass(absl::Minutes(10));
  EXPECT_EQ(fetches_, 11);
}

TEST_F(KeySourceTest, AWithdrawnKeyStopsWorkingWithinFiveMinutes) {
  source_.RunOnce().status().IgnoreError();
  answer_ = SetOf({"b"});
  Pass(absl::Minutes(1));
  EXPECT_FALSE(Knows("a"));
  EXPECT_TRUE(Knows("b"));
  answer_ = SetOf({});
  Pass(absl::Minutes(1));
  EXPECT_FALSE(Knows("b"));
  EXPECT_NE(source_.Current(), nullptr) << "an empty set is an answer";
}

TEST_F(KeySourceTest, AnIssuerThatCannotBeReachedNeverExtendsAKey) {
  source_.RunOnce().status().IgnoreError();
  answer_ = absl::UnavailableError("away");
  Pass(absl::Seconds(299));
  EXPECT_TRUE(Knows("a"));
  Pass(absl::Seconds(1));
  EXPECT_EQ(source_.Current(), nullptr);
  EXPECT_THAT(source_.RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  Pass(absl::Hours(1));
  EXPECT_EQ(source_.Current(), nullptr);
  answer_ = SetOf({"a"});
  Pass(absl::Seconds(10));
  EXPECT_TRUE(Knows("a"));
}

TEST_F(KeySourceTest, AnAnswerThatIsNoKeySetIsAFailure) {
  source_.RunOnce().status().IgnoreError();
  answer_ = "<html>maintenance</html>";
  Pass(absl::Minutes(2));
  EXPECT_TRUE(Knows("a"));
  Pass(absl::Minutes(3));
  EXPECT_FALSE(Knows("a"));
}

TEST_F(KeySourceTest, UnknownKeyIdsCauseOneFetchPerInterval) {
  source_.RunOnce().status().IgnoreError();
  Pass(absl::Seconds(20));
  ASSERT_EQ(fetches_, 1);
  for (int i = 0; i < 1000; ++i) source_.MayBeNew("made-up-" + std::to_string(i));
  EXPECT_GT(wakes_, 0);
  source_.RunOnce().status().IgnoreError();
  EXPECT_EQ(fetches_, 2);
  const int wakes = wakes_;
  for (int i = 0; i < 1000; ++i) source_.MayBeNew("made-up-" + std::to_string(i));
  EXPECT_EQ(wakes_, wakes) << "not before the interval has passed";
  Pass(absl::Seconds(9));
  EXPECT_EQ(fetches_, 2);
  Pass(absl::Seconds(1));
  EXPECT_EQ(fetches_, 3);
}

TEST_F(KeySourceTest, ANewKeyIsFoundAndAMadeUpOneIsRefused) {
  source_.RunOnce().status().IgnoreError();
  Pass(absl::Seconds(20));
  answer_ = SetOf({"a", "b"});
  EXPECT_TRUE(source_.MayBeNew("b"));
  EXPECT_TRUE(source_.MayBeNew("made-up"));
  clock_.Advance(absl::Milliseconds(1));
  source_.RunOnce().status().IgnoreError();
  EXPECT_TRUE(Knows("b"));
  EXPECT_FALSE(source_.MayBeNew("made-up"));
}

TEST_F(KeySourceTest, AFailureIsTriedAgainAfterTheShortInterval) {
  answer_ = absl::UnavailableError("away");
  EXPECT_THAT(source_.RunOnce(), StatusIs(absl::StatusCode::kUnavailable));
  Pass(absl::Minutes(1));
  EXPECT_EQ(fetches_, 7);
}

TEST(FetchTest, FilesAndAddresses) {
  EXPECT_THAT(FileFetch("/nonexistent")(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(HttpsFetch("https://127.0.0.1:1/keys", "")(),
              StatusIs(absl::StatusCode::kUnavailable));
  // Nothing but HTTPS is spoken, whatever the address says.
  EXPECT_THAT(HttpsFetch("file:///etc/hostname", "")(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(HttpsFetch("http://127.0.0.1:1/", "")(), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace mamori::authn
