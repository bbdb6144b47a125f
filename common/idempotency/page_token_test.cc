#include "common/idempotency/page_token.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/escaping.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/test_page_tokens.h"
#include "common/status/errors.h"

namespace mamori::idempotency {
namespace {

const char kPosition[] = "0123456789abcdef";

class PageTokenTest : public ::testing::Test {
 protected:
  // Whether it is refused, and with the reason that says so.
  bool Refuses(const TokenBinding& binding, const std::string& token) const {
    const auto position = tokens_.Open(binding, token);
    return status::HasReason(position.status(), v1::ERROR_REASON_PAGE_TOKEN);
  }

  time::FakeClock clock_;
  const PageTokens tokens_ = TestPageTokens(clock_);
  const TokenBinding binding_{.tenant = "t", .person = "p", .filter = "f"};
};

TEST_F(PageTokenTest, CarriesThePosition) {
  EXPECT_EQ(*tokens_.Open(binding_, tokens_.Seal(binding_, kPosition)), kPosition);
  EXPECT_EQ(*tokens_.Open(binding_, tokens_.Seal(binding_, "")), "");
  // Another replica has the same key.
  EXPECT_EQ(*TestPageTokens(clock_).Open(binding_, tokens_.Seal(binding_, kPosition)), kPosition);
}

TEST_F(PageTokenTest, TellsNothing) {
  std::set<std::string> tokens;
  size_t size = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string token = tokens_.Seal(binding_, kPosition);
    EXPECT_TRUE(tokens.insert(token).second);  // not even that two are of one position
    EXPECT_TRUE(size == 0 || size == token.size());
    size = token.size();
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
              std::string::npos);
    std::string bytes;
    ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
    EXPECT_EQ(bytes.find(kPosition), std::string::npos);
  }
}

TEST_F(PageTokenTest, IsGoodForOnePersonAndQueryOfOneTenant) {
  const std::string token = tokens_.Seal(binding_, kPosition);
  EXPECT_TRUE(Refuses({.tenant = "u", .person = "p", .filter = "f"}, token));
  EXPECT_TRUE(Refuses({.tenant = "t", .person = "q", .filter = "f"}, token));
  EXPECT_TRUE(Refuses({.tenant = "t", .person = "p", .filter = "g"}, token));
  EXPECT_TRUE(Refuses({.tenant = "tp", .person = "", .filter = "f"}, token));
  const PageTokens other(*crypto::Key::FromHex(std::string(64, 'd')), clock_);
  EXPECT_FALSE(other.Open(binding_, token).ok());
}

TEST_F(PageTokenTest, Expires) {
  const std::string day = tokens_.Seal(binding_, kPosition);
  const std::string week = tokens_.Seal(binding_, kPosition, absl::Hours(24 * 7));
  clock_.Advance(PageTokens::kLifetime - absl::Seconds(1));
  EXPECT_TRUE(tokens_.Open(binding_, day).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Refuses(binding_, day));
  EXPECT_TRUE(tokens_.Open(binding_, week).ok());
}

TEST_F(PageTokenTest, RefusesWhatItDidNotMake) {
  const std::string token = tokens_.Seal(binding_, kPosition);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string moved = bytes;
    moved[i] ^= 1;
    EXPECT_TRUE(Refuses(binding_, absl::WebSafeBase64Escape(moved))) << i;
  }
  for (const std::string& bad :
       {std::string(), std::string("x"), std::string("!!!!"), token.substr(0, token.size() - 4),
        token + "AAAA", std::string(5000, 'A')}) {
    EXPECT_TRUE(Refuses(binding_, bad)) << bad.size();
  }
}

}  // namespace
}  // namespace mamori::idempotency
