#include "common/authn/people.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/authn/test_tokens.h"
#include "common/testing/matchers.h"

namespace mamori::authn {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;

const TestKey& Key() {
  static const auto* const kKey = new TestKey(TestKey::Rsa("one"));
  return *kKey;
}
const TestKey& NextKey() {
  static const auto* const kKey = new TestKey(TestKey::Rsa("two"));
  return *kKey;
}

class PeopleTest : public ::testing::Test {
 protected:
  PeopleTest() { people_.Start(); }
  ~PeopleTest() override { people_.Stop(); }
  void Publish(absl::StatusOr<std::string> answer) {
    std::lock_guard lock(mu_);
    answer_ = std::move(answer);
  }
  // Moves the clock and waits until the worker has looked.
  void Pass(absl::Duration time) {
    const int before = fetches_;
    clock_.Advance(time);
    for (int i = 0; i < 500 && fetches_ == before; ++i) sleeper_.Sleep(absl::Milliseconds(10));
  }
  // The worker keeps what it fetched a moment after it has fetched it.
  void ExpectSoonInvalid(const std::string& token) {
    for (int i = 0; i < 500 && people_.Verify(token).ok(); ++i) {
      sleeper_.Sleep(absl::Milliseconds(10));
    }
    EXPECT_THAT(people_.Verify(token), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  }
  std::string Token(const TestKey& key = Key(), std::string_view claims = "{}") {
    return MakeToken(key, clock_.Now(), "{}", claims);
  }

  time::FakeClock clock_;
  time::SystemSleeper sleeper_;
  id::SeededIdSource ids_{1};
  telemetry::NullTelemetry telemetry_;
  std::mutex mu_;
  absl::StatusOr<std::string> answer_ = JwkSet({Key().Jwk()});
  std::atomic<int> fetches_{0};
  People people_{TestPeople("unused"), clock_, ids_, telemetry_, {[this] {
                   std::lock_guard lock(mu_);
                   ++fetches_;
                   return answer_;
                 }}};
};

TEST_F(PeopleTest, VerifiesATokenOnce) {
  const std::string token = Token();
  const auto first = people_.Verify(token), second = people_.Verify(token);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ((*first)->person, "acme/taro");
  EXPECT_EQ(first->get(), second->get());
}

TEST_F(PeopleTest, AVerifiedTokenExpires) {
  const std::string token = Token();
  const auto identity = people_.Verify(token);
  ASSERT_THAT(identity, IsOk());
  clock_.Advance(absl::Seconds(329));
  EXPECT_THAT(people_.StillHolds(**identity), testing::StatusIs(absl::StatusCode::kUnavailable))
      << "the keys are too old by now";
  Pass(absl::ZeroDuration());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(people_.StillHolds(**identity), HasReason(v1::ERROR_REASON_TOKEN_EXPIRED));
  EXPECT_THAT(people_.Verify(token), HasReason(v1::ERROR_REASON_TOKEN_EXPIRED));
}

TEST_F(PeopleTest, AVerifiedTokenFallsWithItsKey) {
  const std::string token = Token();
  const auto identity = people_.Verify(token);
  ASSERT_THAT(identity, IsOk());
  Publish(JwkSet({NextKey().Jwk()}));
  Pass(absl::Seconds(61));
  ExpectSoonInvalid(token);
  EXPECT_THAT(people_.StillHolds(**identity), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(PeopleTest, AKeyIdThatComesToMeanAnotherKeyIsNoticed) {
  const std::string token = Token();
  ASSERT_THAT(people_.Verify(token), IsOk());
  Publish(JwkSet({NextKey().Jwk(R"({"kid":"one"})")}));
  Pass(absl::Seconds(61));
  ExpectSoonInvalid(token);
}

TEST_F(PeopleTest, ANewKeyIsLearntWhenATokenBringsIt) {
  Publish(JwkSet({Key().Jwk(), NextKey().Jwk()}));
  clock_.Advance(absl::Seconds(11));
  const std::string token = Token(NextKey());
  EXPECT_THAT(people_.Verify(token), StatusIs(absl::StatusCode::kUnavailable));
  clock_.Advance(absl::Milliseconds(1));
  for (int i = 0; i < 500 && !people_.Verify(token).ok(); ++i) {
    sleeper_.Sleep(absl::Milliseconds(10));
  }
  EXPECT_THAT(people_.Verify(token), IsOk());
}

TEST_F(PeopleTest, AnOutageEndsInFiveMinutes) {
  const std::string token = Token();
  ASSERT_THAT(people_.Verify(token), IsOk());
  Publish(absl::UnavailableError("away"));
  Pass(absl::Seconds(299));
  EXPECT_THAT(people_.Verify(token), IsOk());
  Pass(absl::Seconds(10));
  EXPECT_THAT(people_.Verify(token), StatusIs(absl::StatusCode::kUnavailable));
  Publish(JwkSet({Key().Jwk()}));
  Pass(absl::Seconds(10));
  for (int i = 0; i < 500 && !people_.Verify(token).ok(); ++i) {
    sleeper_.Sleep(absl::Milliseconds(10));
  }
  EXPECT_THAT(people_.Verify(Token()), IsOk());
}

TEST_F(PeopleTest, OtherIssuersAndRubbishAreRefused) {
  for (const std::string& token : {Token(Key(), R"({"iss":"https://evil.test"})"),
                                   std::string("rubbish"), std::string(), std::string(9000, 'a')}) {
    EXPECT_THAT(people_.Verify(token), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  }
}

TEST(PeopleConfigTest, SaysWhatIsWrong) {
  const auto no_change = [](config::v1::People&) {};
  const struct {
    const char* want;
    std::function<void(config::v1::People&)> change;
  } rows[] = {
      {"", no_change},
      {"audience: required", [](auto& p) { p.clear_audience(); }},
      {"clock_skew", [](auto& p) { p.mutable_clock_skew()->set_seconds(61); }},
      {"issuers[0].name", [](auto& p) { p.mutable_issuers(0)->set_name("Acme"); }},
      {"issuers[0].name", [](auto& p) { p.mutable_issuers(0)->set_name(std::string(33, 'a')); }},
      {"issuers[0].issuer", [](auto& p) { p.mutable_issuers(0)->clear_issuer(); }},
      {"issuers[1].name: name and issuer", [](auto& p) { *p.add_issuers() = p.issuers(0); }},
      {"algorithms", [](auto& p) { p.mutable_issuers(0)->add_algorithms("HS256"); }},
      {"algorithms", [](auto& p) { p.mutable_issuers(0)->add_algorithms("none"); }},
      {"tenants: empty", [](auto& p) { p.mutable_issuers(0)->clear_tenants(); }},
      {"tenants: want", [](auto& p) { p.mutable_issuers(0)->add_tenants("*"); }},
      {"tenant_claim", [](auto& p) { p.mutable_issuers(0)->clear_tenant_claim(); }},
      {"roles",
       [](auto& p) {
         auto& role = *p.mutable_issuers(0)->add_roles();
         role.set_value("x");
         role.set_role("root");
       }},
      {"jwks_url: want this", [](auto& p) { p.mutable_issuers(0)->clear_jwks_file(); }},
      {"jwks_url: want https",
       [](auto& p) { p.mutable_issuers(0)->set_jwks_url("http://login.acme.test/keys"); }},
      {"refresh_interval",
       [](auto& p) { p.mutable_issuers(0)->mutable_refresh_interval()->set_seconds(241); }},
      {"min_fetch_interval",
       [](auto& p) { p.mutable_issuers(0)->mutable_min_fetch_interval()->set_seconds(61); }},
  };
  for (const auto& row : rows) {
    config::v1::People people = TestPeople("keys.json");
    row.change(people);
    const absl::Status status = People::Check(people);
    EXPECT_EQ(status.ok(), std::string_view(row.want).empty()) << row.want;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.want));
  }
}

}  // namespace
}  // namespace mamori::authn
