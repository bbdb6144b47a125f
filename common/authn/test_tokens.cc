#include "common/authn/test_tokens.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mamori::authn {
namespace {

void Need(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "test tokens: %s\n", what);
  std::abort();
}

std::string Taken(char* text) {
  Need(text != nullptr, "no JSON");
  std::string copy(text);
  std::free(text);
  return copy;
}

}  // namespace

std::string DumpJson(const json_t* json) { return Taken(json_dumps(json, JSON_COMPACT)); }

Json Changed(const json_t* object, std::string_view changes) {
  Json changed(json_deep_copy(object));
  const Json with = ParseObject(changes);
  Need(with != nullptr, "changes that are no JSON object");
  json_object_update(changed.get(), with.get());
  const char* member = nullptr;
  json_t* value = nullptr;
  void* next = nullptr;
  json_object_foreach_safe(changed.get(), next, member, value) {
    if (json_is_null(value)) json_object_del(changed.get(), member);
  }
  return changed;
}

TestKey::TestKey(std::string id, cjose_jwk_t* jwk)
    : id_(std::move(id)), jwk_(jwk, [](cjose_jwk_t* owned) { cjose_jwk_release(owned); }) {
  Need(jwk != nullptr && cjose_jwk_set_kid(jwk, id_.data(), id_.size(), nullptr), "no key");
}

TestKey TestKey::Rsa(const std::string& id, int bits) {
  uint8_t exponent[] = {1, 0, 1};
  return TestKey(id, cjose_jwk_create_RSA_random(bits, exponent, sizeof(exponent), nullptr));
}

TestKey TestKey::Ec(const std::string& id, cjose_jwk_ec_curve curve) {
  return TestKey(id, cjose_jwk_create_EC_random(curve, nullptr));
}

TestKey TestKey::Symmetric(const std::string& id, std::string_view secret) {
  return TestKey(id, cjose_jwk_create_oct_spec(reinterpret_cast<const uint8_t*>(secret.data()),
                                               secret.size(), nullptr));
}

std::string TestKey::Jwk(std::string_view changes, bool with_private) const {
  const Json jwk = ParseObject(Taken(cjose_jwk_to_json(jwk_.get(), with_private, nullptr)));
  Need(jwk != nullptr, "no JWK");
  return DumpJson(Changed(jwk.get(), changes).get());
}

std::string TestKey::Sign(const json_t* header, std::string_view payload) const {
  // The library adds what it needs to the header that it is given.
  const Json own(json_deep_copy(header));
  cjose_err error = {};
  cjose_jws_t* jws =
      cjose_jws_sign(jwk_.get(), reinterpret_cast<cjose_header_t*>(own.get()),
                     reinterpret_cast<const uint8_t*>(payload.data()), payload.size(), &error);
  Need(jws != nullptr, error.message);
  const char* text = nullptr;
  Need(cjose_jws_export(jws, &text, nullptr), "no token");
  std::string token(text);
  cjose_jws_release(jws);
  return token;
}

std::string JwkSet(const std::vector<std::string>& jwks) {
  return absl::StrCat("{\"keys\":[", absl::StrJoin(jwks, ","), "]}");
}

Json DefaultHeader(const TestKey& key) {
  return ParseObject(absl::StrCat(R"({"alg":"RS256","typ":"at+jwt","kid":")", key.id(), "\"}"));
}

Json DefaultClaims(absl::Time now) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  return ParseObject(absl::StrCat(
      R"({"iss":")", kTestIssuer, R"(","aud":")", kTestAudience,
      R"(","sub":"taro","client_id":"portal","jti":"1","tenant":"acme","roles":["desk","staff"],)",
      R"("department":"Sales","acr":"high","auth_time":)", seconds - 60, R"(,"iat":)", seconds,
      R"(,"nbf":)", seconds, R"(,"exp":)", seconds + 300, "}"));
}

std::string MakeToken(const TestKey& key, absl::Time now, std::string_view header_changes,
                      std::string_view claim_changes) {
  return key.Sign(Changed(DefaultHeader(key).get(), header_changes).get(),
                  DumpJson(Changed(DefaultClaims(now).get(), claim_changes).get()));
}

config::v1::People TestPeople(const std::string& jwks_file) {
  config::v1::People people;
  people.set_audience(kTestAudience);
  people.add_step_up_acr("high");
  config::v1::Issuer& issuer = *people.add_issuers();
  issuer.set_name("acme");
  issuer.set_issuer(kTestIssuer);
  issuer.set_jwks_file(jwks_file);
  issuer.add_tenants("acme");
  issuer.add_tenants("other");
  issuer.set_tenant_claim("tenant");
  return people;
}

}  // namespace mamori::authn
