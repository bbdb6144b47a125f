#include "common/authn/key_set.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/authn/test_tokens.h"
#include "common/testing/matchers.h"

namespace mamori::authn {
namespace {

using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;

TEST(KeySetTest, LeavesOutWhatProvesNothing) {
  const TestKey rsa = TestKey::Rsa("rsa"), ec = TestKey::Ec("ec");
  const TestKey p384 = TestKey::Ec("p384", CJOSE_JWK_EC_P_384);
  const struct {
    const char* name;
    std::string jwk;
  } rows[] = {
      {"no kid", rsa.Jwk(R"({"kid":null})")},
      {"for encryption", rsa.Jwk(R"({"use":"enc"})")},
      {"use is a list", rsa.Jwk(R"({"use":["sig"]})")},
      {"to sign, not to verify", rsa.Jwk(R"({"key_ops":["sign"]})")},
      {"private part published", rsa.Jwk("{}", true)},
      {"private part of an EC key published", ec.Jwk("{}", true)},
      {"symmetric", TestKey::Symmetric("s", "0123456789abcdef0123456789abcdef").Jwk("{}", true)},
      {"RSA of 1,024 bits", TestKey::Rsa("small", 1024).Jwk()},
      {"exponent 1", rsa.Jwk(R"({"e":"AQ"})")},
      {"exponent even", rsa.Jwk(R"({"e":"Ag"})")},
      {"no exponent", rsa.Jwk(R"({"e":null})")},
      {"modulus is no base64url", rsa.Jwk(R"({"n":"???"})")},
      {"P-384", p384.Jwk()},
      {"a point off the curve", ec.Jwk(absl::StrCat(R"({"x":")", std::string(43, 'A'), "\"}"))},
      {"x too short", ec.Jwk(R"({"x":"AAAA"})")},
      {"kind unknown", rsa.Jwk(R"({"kty":"OKP"})")},
      {"algorithm of another kind", rsa.Jwk(R"({"alg":"ES256"})")},
      {"algorithm not accepted", rsa.Jwk(R"({"alg":"RS512"})")},
      {"symmetric algorithm", rsa.Jwk(R"({"alg":"HS256"})")},
      {"no object", "7"},
  };
  for (const auto& row : rows) {
    const auto set = KeySet::Parse(JwkSet({row.jwk}));
    ASSERT_THAT(set, IsOk()) << row.name;
    EXPECT_EQ((*set)->size(), 0u) << row.name;
  }
  EXPECT_EQ((*KeySet::Parse(JwkSet({rsa.Jwk(R"({"use":"sig","key_ops":["verify"]})")})))->size(),
            1u);
}

TEST(KeySetTest, RefusesWhatIsNoSet) {
  const TestKey one = TestKey::Ec("one"), other = TestKey::Ec("one");
  const std::vector<std::string> texts = {"{}",
                                          "[]",
                                          "{\"keys\":{}}",
                                          "<html>",
                                          "{\"keys\":[],\"keys\":[]}",
                                          JwkSet({one.Jwk(), other.Jwk()}),
                                          absl::StrCat(std::string(300 << 10, ' '), JwkSet({}))};
  for (const std::string& text : texts) {
    EXPECT_THAT(KeySet::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace mamori::authn
