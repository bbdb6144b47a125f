#include "common/authn/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/authn/hash.h"
#include "common/authn/test_tokens.h"
#include "common/testing/matchers.h"

namespace mamori::authn {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kSecond = 1'790'000'000;
absl::Time Now() { return absl::FromUnixSeconds(kSecond); }

// Keys are slow to make: once for all tests.
struct Keys {
  TestKey rsa = TestKey::Rsa("rsa");
  TestKey other_rsa = TestKey::Rsa("rsa");  // another key under the same id
  TestKey unknown = TestKey::Rsa("unknown");
  TestKey ec = TestKey::Ec("ec");
  TestKey p384 = TestKey::Ec("p384", CJOSE_JWK_EC_P_384);
  TestKey ps = TestKey::Rsa("ps");
  std::shared_ptr<const KeySet> set =
      KeySet::Parse(JwkSet({rsa.Jwk(), ec.Jwk(), ps.Jwk(R"({"alg":"PS256","use":"sig"})")}))
          .value();
};
const Keys& K() {
  static const auto* const kKeys = new Keys();
  return *kKeys;
}

Expectations Want() {
  Expectations want;
  want.name = "acme";
  want.issuer = kTestIssuer;
  want.audience = kTestAudience;
  want.tenants = {"acme", "other"};
  want.tenant_claim = "tenant";
  return want;
}

absl::StatusOr<Identity> Verified(const std::string& token, absl::Time now = Now()) {
  return Verify(token, *K().set, Want(), now);
}

std::string At(int64_t offset) { return absl::StrCat(kSecond + offset); }

TEST(VerifierTest, SaysWhoThePersonIs) {
  const std::string token =
      MakeToken(K().rsa, Now(), "{}", R"({"roles":["manager","desk","x","desk"]})");
  const auto identity = Verified(token);
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->issuer, kTestIssuer);
  EXPECT_EQ(identity->person, "acme/taro");
  EXPECT_EQ(identity->tenant, "acme");
  EXPECT_THAT(identity->roles, ElementsAre("desk", "manager"));
  EXPECT_EQ(identity->department, "Sales");
  EXPECT_EQ(identity->acr, "high");
  EXPECT_EQ(identity->auth_time, Now() - absl::Seconds(60));
  EXPECT_EQ(identity->expiry, Now() + absl::Seconds(330));
  EXPECT_EQ(identity->token_hash, Sha256(token));
  EXPECT_EQ(identity->key_id, "rsa");
  EXPECT_EQ(identity->bound_to, "");
}

TEST(VerifierTest, BelievesGoodTokens) {
  const struct {
    const char* name;
    const TestKey& key;
    std::string header, claims;
  } rows[] = {
      {"RS256", K().rsa, "{}", "{}"},
      {"PS256", K().rsa, R"({"alg":"PS256"})", "{}"},
      {"PS256 by a key for it", K().ps, R"({"alg":"PS256"})", "{}"},
      {"ES256", K().ec, R"({"alg":"ES256"})", "{}"},
      {"whole media type", K().rsa, R"({"typ":"application/at+jwt"})", "{}"},
      {"typ in capitals", K().rsa, R"({"typ":"AT+JWT"})", "{}"},
      {"x5t", K().rsa, R"({"x5t":"AA"})", "{}"},
      {"a list of the one audience", K().rsa, "{}",
       absl::StrCat(R"({"aud":[")", kTestAudience, "\"]}")},
      {"no optional claim", K().rsa, "{}",
       R"({"roles":null,"department":null,"acr":null,"auth_time":null,"nbf":null,"jti":null})"},
      {"one role as a text", K().rsa, "{}", R"({"roles":"desk"})"},
      {"no role known", K().rsa, "{}", R"({"roles":["a","b"]})"},
      {"just not expired", K().rsa, "{}",
       absl::StrCat("{\"iat\":", At(-329), ",\"exp\":", At(-29), "}")},
      {"clocks apart", K().rsa, "{}",
       absl::StrCat("{\"iat\":", At(30), ",\"nbf\":", At(30), ",\"exp\":", At(300), "}")},
      {"longest life", K().rsa, "{}", absl::StrCat("{\"exp\":", At(900), "}")},
      {"longest person", K().rsa, "{}", absl::StrCat("{\"sub\":\"", std::string(123, 's'), "\"}")},
      {"other tenant of the issuer", K().rsa, "{}", R"({"tenant":"other"})"},
      {"bound", K().rsa, "{}",
       R"({"cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})"},
      {"a department in Japanese", K().rsa, "{}", R"({"department":"営業部"})"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(Verified(MakeToken(row.key, Now(), row.header, row.claims)), IsOk()) << row.name;
  }
}

// Each differs from the good token in one thing alone.
TEST(VerifierTest, RefusesTokensWithAWrongHeaderOrClaim) {
  const std::string many(9000, 'x');
  const struct {
    const char* name;
    std::string header, claims, want;
  } rows[] = {
      // What the key is, or where it comes from.
      {"crit", R"({"crit":["exp"]})", "{}", "header member"},
      {"crit of an extension", R"({"crit":["b64"],"b64":true})", "{}", "header member"},
      {"b64", R"({"b64":true})", "{}", "header member"},
      {"jku", R"({"jku":"https://evil.test/keys"})", "{}", "header member"},
      {"jku of the issuer", R"({"jku":"https://login.acme.test/keys"})", "{}", "header member"},
      {"x5u", R"({"x5u":"https://evil.test/cert"})", "{}", "header member"},
      {"x5c", R"({"x5c":["MIIB"]})", "{}", "header member"},
      {"jwk", absl::StrCat(R"({"jwk":)", K().rsa.Jwk(), "}"), "{}", "header member"},
      {"zip", R"({"zip":"DEF"})", "{}", "header member"},
      {"enc", R"({"enc":"A128GCM"})", "{}", "header member"},
      {"cty JWT", R"({"cty":"JWT"})", "{}", "header member"},
      {"an unknown member", R"({"x":1})", "{}", "header member"},
      {"no kid", R"({"kid":null})", "{}", "kid"},
      {"empty kid", R"({"kid":""})", "{}", "kid"},
      {"kid is a number", R"({"kid":1})", "{}", "kid"},
      {"kid too long", absl::StrCat(R"({"kid":")", std::string(257, 'k'), "\"}"), "{}", "kid"},
      {"kid of another key", R"({"kid":"ps"})", "{}", "algorithm"},
      {"kid of an EC key", R"({"kid":"ec"})", "{}", "algorithm"},
      // What it is.
      {"typ JWT", R"({"typ":"JWT"})", "{}", "typ"},
      {"no typ", R"({"typ":null})", "{}", "typ"},
      {"typ of an ID token", R"({"typ":"id_token+jwt"})", "{}", "typ"},
      {"typ of a logout token", R"({"typ":"logout+jwt"})", "{}", "typ"},
      {"typ of a proof", R"({"typ":"dpop+jwt"})", "{}", "typ"},
      {"typ is a list", R"({"typ":["at+jwt"]})", "{}", "typ"},
      {"typ with a space", R"({"typ":"at+jwt "})", "{}", "typ"},
      {"nonce", "{}", R"({"nonce":"n"})", "ID tokens"},
      {"at_hash", "{}", R"({"at_hash":"n"})", "ID tokens"},
      {"c_hash", "{}", R"({"c_hash":"n"})", "ID tokens"},
      {"s_hash", "{}", R"({"s_hash":"n"})", "ID tokens"},
      // Whose it is, and for whom.
      {"no issuer", "{}", R"({"iss":null})", "iss"},
      {"other issuer", "{}", R"({"iss":"https://evil.test"})", "iss"},
      {"issuer with a slash", "{}", R"({"iss":"https://login.acme.test/"})", "iss"},
      {"issuer in capitals", "{}", R"({"iss":"https://LOGIN.acme.test"})", "iss"},
      {"issuer is a list", "{}", R"({"iss":["https://login.acme.test"]})", "iss"},
      {"no audience", "{}", R"({"aud":null})", "aud"},
      {"wrong audience", "{}", R"({"aud":"https://portal.acme.test"})", "aud"},
      {"audience with a slash", "{}", absl::StrCat(R"({"aud":")", kTestAudience, "/\"}"), "aud"},
      {"no audience in the list", "{}", R"({"aud":[]})", "aud"},
      {"two audiences", "{}", absl::StrCat(R"({"aud":[")", kTestAudience, R"(","x"]})"), "aud"},
      {"the audience twice", "{}",
       absl::StrCat(R"({"aud":[")", kTestAudience, R"(",")", kTestAudience, "\"]}"), "aud"},
      {"audience in a list in a list", "{}", absl::StrCat(R"({"aud":[[")", kTestAudience, "\"]]}"),
       "aud"},
      {"audience is an object", "{}", absl::StrCat(R"({"aud":{"a":")", kTestAudience, "\"}}"),
       "aud"},
      {"no subject", "{}", R"({"sub":null})", "sub"},
      {"empty subject", "{}", R"({"sub":""})", "sub"},
      {"subject with a space", "{}", R"({"sub":"ta ro"})", "sub"},
      {"subject with a new line", "{}", R"({"sub":"taro\n"})", "sub"},
      {"subject not in ASCII", "{}", R"({"sub":"太郎"})", "sub"},
      {"subject too long", "{}", absl::StrCat(R"({"sub":")", std::string(124, 's'), "\"}"), "sub"},
      {"subject is a number", "{}", R"({"sub":7})", "sub"},
      {"subject is a list", "{}", R"({"sub":["taro"]})", "sub"},
      {"no tenant", "{}", R"({"tenant":null})", "tenant"},
      {"tenant of another issuer", "{}", R"({"tenant":"globex"})", "tenant"},
      {"empty tenant", "{}", R"({"tenant":""})", "tenant"},
      {"tenant in capitals", "{}", R"({"tenant":"ACME"})", "tenant"},
      {"tenant is a list", "{}", R"({"tenant":["acme"]})", "tenant"},
      {"two tenants in one", "{}", R"({"tenant":"acme other"})", "tenant"},
      // When.
      {"no exp", "{}", R"({"exp":null})", "exp and iat"},
      {"no iat", "{}", R"({"iat":null})", "exp and iat"},
      {"exp is a text", "{}", absl::StrCat(R"({"exp":")", At(300), "\"}"), "exp and iat"},
      {"exp is a fraction", "{}", absl::StrCat("{\"exp\":", At(300), ".5}"), "exp and iat"},
      {"exp is negative", "{}", R"({"exp":-1})", "exp and iat"},
      {"exp is true", "{}", R"({"exp":true})", "exp and iat"},
      {"exp in milliseconds", "{}", absl::StrCat("{\"exp\":", At(300), "000}"), "exp and iat"},
      {"iat is a text", "{}", R"({"iat":"now"})", "exp and iat"},
      {"expired", "{}", absl::StrCat("{\"iat\":", At(-330), ",\"exp\":", At(-30), "}"), "expired"},
      {"expired long ago", "{}", R"({"iat":1000000,"exp":1000300})", "expired"},
      {"exp before iat", "{}", absl::StrCat("{\"iat\":", At(10), ",\"exp\":", At(9), "}"),
       "lifetime"},
      {"exp at iat", "{}", absl::StrCat("{\"exp\":", At(0), "}"), "lifetime"},
      {"lives too long", "{}", absl::StrCat("{\"exp\":", At(901), "}"), "lifetime"},
      {"lives for years", "{}", R"({"exp":253402300799})", "lifetime"},
      {"lived too long already", "{}", absl::StrCat("{\"iat\":", At(-10'000), "}"), "lifetime"},
      {"issued in the future", "{}", absl::StrCat("{\"iat\":", At(31), ",\"exp\":", At(300), "}"),
       "iat"},
      {"not yet", "{}", absl::StrCat("{\"nbf\":", At(31), "}"), "nbf"},
      {"nbf is a text", "{}", R"({"nbf":"1"})", "nbf"},
      {"authenticated in the future", "{}", absl::StrCat("{\"auth_time\":", At(31), "}"),
       "auth_time"},
      {"auth_time is a text", "{}", R"({"auth_time":"1"})", "auth_time"},
      // What the person may.
      {"roles are a number", "{}", R"({"roles":1})", "roles"},
      {"roles are an object", "{}", R"({"roles":{"desk":true}})", "roles"},
      {"a role is a number", "{}", R"({"roles":["desk",1]})", "roles"},
      {"a role is null", "{}", R"({"roles":[null]})", "roles"},
      {"department is a list", "{}", R"({"department":["Sales"]})", "department"},
      {"department too long", "{}",
       absl::StrCat(R"({"department":")", std::string(129, 'd'), "\"}"), "department"},
      {"department with a new line", "{}", R"({"department":"a\nb"})", "department"},
      {"acr is a number", "{}", R"({"acr":2})", "acr"},
      // What it is bound to.
      {"cnf is a text", "{}", R"({"cnf":"x"})", "cnf"},
      {"cnf is empty", "{}", R"({"cnf":{}})", "cnf"},
      {"bound to a DPoP key", "{}",
       R"({"cnf":{"jkt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})", "cnf"},
      {"bound to both", "{}",
       R"({"cnf":{"jkt":"AA","x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})", "cnf"},
      {"binding too short", "{}", R"({"cnf":{"x5t#S256":"AAAA"}})", "cnf"},
      {"binding in plain base64", "{}",
       R"({"cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+="}})", "cnf"},
      // How large.
      {"huge", "{}", absl::StrCat(R"({"x":")", many, "\"}"), "8 KiB"},
      {"huge header", absl::StrCat(R"({"x5t":")", many, "\"}"), "{}", "8 KiB"},
  };
  EXPECT_GE(std::size(rows), 85u);
  for (const auto& row : rows) {
    const auto identity = Verified(MakeToken(K().rsa, Now(), row.header, row.claims));
    EXPECT_THAT(identity, StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr(row.want)))
        << row.name;
    EXPECT_THAT(identity, HasReason(row.want == "expired" ? v1::ERROR_REASON_TOKEN_EXPIRED
                                                          : v1::ERROR_REASON_TOKEN_INVALID))
        << row.name;
  }
}

std::string Part(std::string_view json) { return ToBase64Url(json); }
std::string HeaderOf(std::string_view changes = "{}") {
  return Part(DumpJson(Changed(DefaultHeader(K().rsa).get(), changes).get()));
}
std::string ClaimsOf() { return Part(DumpJson(DefaultClaims(Now()).get())); }

// Signed, so that nothing but the text is wrong.
std::string SignedText(std::string_view payload) {
  return K().rsa.Sign(DefaultHeader(K().rsa).get(), payload);
}

std::string Flipped(std::string token, size_t at) {
  token[at] = token[at] == 'A' ? 'B' : 'A';
  return token;
}

TEST(VerifierTest, RefusesForgeriesAndWhatIsNoToken) {
  const std::string good = MakeToken(K().rsa, Now());
  const size_t payload = good.find('.') + 1, signature = good.rfind('.') + 1;
  const std::string claims = DumpJson(DefaultClaims(Now()).get());
  const TestKey secret = TestKey::Symmetric("rsa", K().rsa.Jwk());
  const TestKey modulus = TestKey::Symmetric("rsa", *TextOf(ParseObject(K().rsa.Jwk()).get(), "n"));
  const struct {
    const char* name;
    std::string token;
  } rows[] = {
      {"empty", ""},
      {"one dot", "a.b"},
      {"dots alone", ".."},
      {"text", "hello"},
      {"a space before", " " + good},
      {"a new line after", good + "\n"},
      {"Bearer before", "Bearer " + good},
      {"padded", good + "="},
      {"no signature", good.substr(0, signature)},
      {"no header", good.substr(payload - 1)},
      {"no claims", good.substr(0, payload) + good.substr(signature - 1)},
      {"four parts", good + ".AAAA"},
      {"five parts, a JWE", HeaderOf(R"({"alg":"RSA-OAEP","enc":"A256GCM"})") + ".AA.AA.AA.AA"},
      {"JSON serialization", R"({"payload":"e30","signatures":[]})"},
      {"plain base64", Flipped(good, payload + 3).replace(payload + 3, 1, "+")},
      {"NUL in it", std::string(good).replace(5, 1, std::string(1, '\0'))},
      {"header is a list", Part("[]") + good.substr(payload - 1)},
      {"header is no JSON", Part("{alg:RS256}") + good.substr(payload - 1)},
      {"header with something after it",
       Part(R"({"alg":"RS256","typ":"at+jwt","kid":"rsa"}{})") + good.substr(payload - 1)},
      {"alg twice", Part(R"({"alg":"RS256","alg":"none","typ":"at+jwt","kid":"rsa"})") +
                        good.substr(payload - 1)},
      {"claims are a list", SignedText("[]")},
      {"claims are no JSON", SignedText("iss=acme")},
      {"claims are empty", SignedText("{}")},
      {"sub twice",
       SignedText(absl::StrCat(claims.substr(0, claims.size() - 1), R"(,"sub":"x"})"))},
      {"a member twice in cnf",
       SignedText(absl::StrCat(claims.substr(0, claims.size() - 1), R"(,"cnf":{"a":1,"a":1}})"))},
      {"claims with something after them", SignedText(claims + "{}")},
      {"NUL in a claim",
       SignedText(absl::StrCat(claims.substr(0, claims.size() - 1), R"(,"x":"\u0000"})"))},
      {"claims that are no UTF-8",
       SignedText(absl::StrCat(claims.substr(0, claims.size() - 1), ",\"x\":\"\xff\"}"))},
      {"an exp that overflows", SignedText(absl::StrCat(claims.substr(0, claims.size() - 1),
                                                        R"(,"x":99999999999999999999})"))},
      {"none", HeaderOf(R"({"alg":"none"})") + "." + ClaimsOf() + "."},
      {"none with a signature", HeaderOf(R"({"alg":"none"})") + "." + ClaimsOf() + ".AAAA"},
      {"None", HeaderOf(R"({"alg":"None"})") + "." + ClaimsOf() + ".AAAA"},
      {"no alg", HeaderOf(R"({"alg":null})") + "." + ClaimsOf() + ".AAAA"},
      {"alg is a list", HeaderOf(R"({"alg":["RS256"]})") + good.substr(payload - 1)},
      {"rs256", HeaderOf(R"({"alg":"rs256"})") + good.substr(payload - 1)},
      {"HS256 by the public key", MakeToken(secret, Now(), R"({"alg":"HS256"})")},
      {"HS256 by the modulus", MakeToken(modulus, Now(), R"({"alg":"HS256"})")},
      {"HS384", MakeToken(secret, Now(), R"({"alg":"HS384"})")},
      {"HS512", MakeToken(secret, Now(), R"({"alg":"HS512"})")},
      {"RS384", MakeToken(K().rsa, Now(), R"({"alg":"RS384"})")},
      {"RS512", MakeToken(K().rsa, Now(), R"({"alg":"RS512"})")},
      {"PS384", MakeToken(K().rsa, Now(), R"({"alg":"PS384"})")},
      {"RS256 by a key for PS256", MakeToken(K().ps, Now())},
      {"RS256 said, PS256 done", HeaderOf() + MakeToken(K().rsa, Now(), R"({"alg":"PS256"})")
                                                  .substr(HeaderOf(R"({"alg":"PS256"})").size())},
      {"ES256 on another curve", MakeToken(K().p384, Now(), R"({"alg":"ES384","kid":"ec"})")},
      {"another key under the same id", MakeToken(K().other_rsa, Now())},
      {"first bit of the signature", Flipped(good, signature)},
      {"a bit in the signature", Flipped(good, signature + 100)},
      {"a bit of the claims", Flipped(good, payload + 40)},
      {"half a signature", good.substr(0, signature + 100)},
      {"signature of zeros", good.substr(0, signature) + std::string(342, 'A')},
      {"another token's signature",
       good.substr(0, signature) +
           MakeToken(K().rsa, Now(), "{}", R"({"sub":"jiro"})").substr(signature)},
      {"another header over the same claims",
       HeaderOf(R"({"typ":"application/at+jwt"})") + good.substr(payload - 1)},
  };
  EXPECT_GE(std::size(rows), 50u);
  for (const auto& row : rows) {
    const auto identity = Verified(row.token);
    EXPECT_THAT(identity, StatusIs(absl::StatusCode::kUnauthenticated)) << row.name;
    EXPECT_THAT(identity, HasReason(v1::ERROR_REASON_TOKEN_INVALID)) << row.name;
    EXPECT_THAT(identity.status().message(), Not(HasSubstr("taro"))) << row.name;
  }
  ASSERT_THAT(Verified(good), IsOk());
}

TEST(VerifierTest, AnUnknownKeyIsToldApart) {
  EXPECT_THAT(Verified(MakeToken(K().unknown, Now())), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(UnverifiedKeyId(MakeToken(K().unknown, Now())), "unknown");
  EXPECT_EQ(UnverifiedIssuer(MakeToken(K().unknown, Now())), kTestIssuer);
  EXPECT_EQ(UnverifiedIssuer("a.b.c"), "");
  EXPECT_EQ(UnverifiedKeyId("a"), "");
}

TEST(VerifierTest, AnIssuersConfigurationNarrows) {
  Expectations want = Want();
  want.algorithms = {"ES256"};
  EXPECT_THAT(Verify(MakeToken(K().rsa, Now()), *K().set, want, Now()),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("algorithm")));
  want = Want();
  want.require_bound = true;
  EXPECT_THAT(Verify(MakeToken(K().rsa, Now()), *K().set, want, Now()),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("cnf")));
  want = Want();
  want.tenants = {"acme"};
  want.tenant_claim = "";
  EXPECT_EQ(
      Verify(MakeToken(K().rsa, Now(), "{}", R"({"tenant":"x"})"), *K().set, want, Now())->tenant,
      "acme");
  want = Want();
  want.role_of = {{"grp-17", "lawyer"}};
  EXPECT_THAT(Verify(MakeToken(K().rsa, Now(), "{}", R"({"roles":["grp-17","desk"]})"), *K().set,
                     want, Now())
                  ->roles,
              ElementsAre("lawyer"));
}

TEST(VerifierTest, ABoundTokenNeedsItsCertificate) {
  const std::string hash = Sha256("certificate");
  const auto bound = Verified(MakeToken(
      K().rsa, Now(), "{}", absl::StrCat(R"({"cnf":{"x5t#S256":")", ToBase64Url(hash), "\"}}")));
  ASSERT_THAT(bound, IsOk());
  EXPECT_THAT(CheckBinding(*bound, hash), IsOk());
  EXPECT_THAT(CheckBinding(*bound, Sha256("another")), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(CheckBinding(*bound, ""), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(CheckBinding(*Verified(MakeToken(K().rsa, Now())), ""), IsOk());
}

}  // namespace
}  // namespace mamori::authn
