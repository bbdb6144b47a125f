#include "common/idempotency/page_token.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"

namespace mamori::idempotency {
namespace {

const char kPosition[] = "0123456789abcdef";

TEST(PageTokenTest, CarriesThePosition) {
  const std::string filter = Hash({"tenant", "list", "acme"});
  const auto position = DecodePageToken(EncodePageToken(filter, kPosition), filter);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(*position, kPosition);
  EXPECT_EQ(*DecodePageToken(EncodePageToken(filter, ""), filter), "");
}

TEST(PageTokenTest, IsSafeInUrls) {
  for (int i = 0; i < 100; ++i) {
    const std::string token = EncodePageToken(Hash({std::to_string(i)}), kPosition);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
              std::string::npos);
  }
}

TEST(PageTokenTest, RefusesWhatItDidNotMake) {
  const std::string filter = Hash({"a"});
  const std::string token = EncodePageToken(filter, kPosition);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
  bytes.back() ^= 1;
  const std::string moved = absl::WebSafeBase64Escape(bytes);
  for (const std::string& bad :
       {std::string(), std::string("x"), std::string("!!!!"), token.substr(0, token.size() - 4),
        token + "AAAA", moved, std::string(5000, 'A'), EncodePageToken(Hash({"b"}), kPosition)}) {
    const auto position = DecodePageToken(bad, filter);
    ASSERT_FALSE(position.ok());
    EXPECT_TRUE(status::HasReason(position.status(), v1::ERROR_REASON_PAGE_TOKEN));
  }
}

}  // namespace
}  // namespace mamori::idempotency
