// An issuer for tests: real keys, real tokens, good and bad.
#ifndef MAMORI_COMMON_AUTHN_TEST_TOKENS_H_
#define MAMORI_COMMON_AUTHN_TEST_TOKENS_H_

#include <cjose/cjose.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/authn/json.h"
#include "common/authn/key_set.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::authn {

inline constexpr char kTestIssuer[] = "https://login.acme.test";
inline constexpr char kTestAudience[] = "https://mamori.acme.test";

// Members of `changes` in the place of those of `object`; a null takes its member away.
Json Changed(const json_t* object, std::string_view changes);
std::string DumpJson(const json_t* json);

// A signing key, private part and all.
class TestKey {
 public:
  static TestKey Rsa(const std::string& id, int bits = 2048);
  static TestKey Ec(const std::string& id, cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256);
  static TestKey Symmetric(const std::string& id, std::string_view secret);

  const std::string& id() const { return id_; }
  // As it stands in a JWK Set, with `changes` applied; the private part too when that is asked for.
  std::string Jwk(std::string_view changes = "{}", bool with_private = false) const;
  // Compact JWS. Aborts when the library does not sign so.
  std::string Sign(const json_t* header, std::string_view payload) const;

 private:
  TestKey(std::string id, cjose_jwk_t* jwk);
  std::string id_;
  std::shared_ptr<cjose_jwk_t> jwk_;
};

// `{"keys": [...]}`.
std::string JwkSet(const std::vector<std::string>& jwks);

// A token by which `kTestIssuer` says that "taro" of tenant "acme" is on the desk, issued at `now`
// for five minutes, with changes to header and claims.
std::string MakeToken(const TestKey& key, absl::Time now, std::string_view header_changes = "{}",
                      std::string_view claim_changes = "{}");
Json DefaultHeader(const TestKey& key);
Json DefaultClaims(absl::Time now);

// A configuration in which that token is good: issuer "acme", tenants "acme" and "other", keys in
// `jwks_file`.
config::v1::People TestPeople(const std::string& jwks_file);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_TEST_TOKENS_H_
