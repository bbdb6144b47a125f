#include "common/authn/key_set.h"

#include <optional>
#include <utility>

#include "common/authn/hash.h"
#include "common/authn/json.h"

namespace mamori::authn {
namespace {

constexpr size_t kMinModulusBytes = 256;
constexpr size_t kMaxModulusBytes = 1024;
constexpr size_t kCoordinateBytes = 32;

bool ForSignatures(const json_t* jwk) {
  if (Has(jwk, "use") && TextOf(jwk, "use") != "sig") return false;
  const json_t* operations = json_object_get(jwk, "key_ops");
  if (operations == nullptr) return true;
  size_t i = 0;
  const json_t* operation = nullptr;
  json_array_foreach(operations, i, operation) {
    const char* text = json_string_value(operation);
    if (text != nullptr && std::string_view(text) == "verify") return true;
  }
  return false;
}

// The bytes of a member in base64url, without leading zeros.
std::optional<std::string> NumberOf(const json_t* jwk, const char* member) {
  const auto text = TextOf(jwk, member);
  auto bytes = text ? FromBase64Url(*text) : std::nullopt;
  if (!bytes) return std::nullopt;
  bytes->erase(0, std::min(bytes->find_first_not_of('\0'), bytes->size()));
  return bytes;
}

uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

std::optional<Key> ReadRsa(const json_t* jwk) {
  auto modulus = NumberOf(jwk, "n"), exponent = NumberOf(jwk, "e");
  if (!modulus || !exponent || modulus->size() < kMinModulusBytes ||
      modulus->size() > kMaxModulusBytes || exponent->empty() || exponent->size() > 4 ||
      (exponent->back() & 1) == 0 || *exponent == "\x01") {
    return std::nullopt;
  }
  cjose_jwk_rsa_keyspec spec = {};
  spec.n = Bytes(*modulus);
  spec.nlen = modulus->size();
  spec.e = Bytes(*exponent);
  spec.elen = exponent->size();
  Key key;
  key.jwk.reset(cjose_jwk_create_RSA_spec(&spec, nullptr));
  key.rsa = true;
  key.fingerprint = Sha256("rsa:" + *modulus + *exponent);
  return key;
}

std::optional<Key> ReadEc(const json_t* jwk) {
  const auto x_text = TextOf(jwk, "x"), y_text = TextOf(jwk, "y");
  if (TextOf(jwk, "crv") != "P-256" || !x_text || !y_text) return std::nullopt;
  auto x = FromBase64Url(*x_text), y = FromBase64Url(*y_text);
  if (!x || !y || x->size() != kCoordinateBytes || y->size() != kCoordinateBytes) {
    return std::nullopt;
  }
  cjose_jwk_ec_keyspec spec = {};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.x = Bytes(*x);
  spec.xlen = x->size();
  spec.y = Bytes(*y);
  spec.ylen = y->size();
  Key key;
  key.jwk.reset(cjose_jwk_create_EC_spec(&spec, nullptr));  // null for a point off the curve
  key.fingerprint = Sha256("ec:" + *x + *y);
  return key;
}

std::optional<Key> ReadKey(const json_t* jwk) {
  // A private part that was published is everybody's: such a key proves nothing.
  if (!json_is_object(jwk) || !ForSignatures(jwk) || Has(jwk, "d") || Has(jwk, "k")) {
    return std::nullopt;
  }
  const auto kind = TextOf(jwk, "kty");
  std::optional<Key> key = kind == "RSA" ? ReadRsa(jwk) : kind == "EC" ? ReadEc(jwk) : std::nullopt;
  if (!key || key->jwk == nullptr) return std::nullopt;
  if (Has(jwk, "alg")) {
    key->algorithm = TextOf(jwk, "alg").value_or("");
    if (!key->Serves(key->algorithm)) return std::nullopt;
  }
  return key;
}

}  // namespace

bool Key::Serves(std::string_view wanted) const {
  if (!algorithm.empty() && algorithm != wanted) return false;
  return rsa ? wanted == "RS256" || wanted == "PS256" : wanted == "ES256";
}

absl::StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(std::string_view text) {
  if (text.size() > kMaxKeySetBytes)
    return absl::InvalidArgumentError("a key set of more than 256 KiB");
  const Json json = ParseObject(text);
  const json_t* keys = json_object_get(json.get(), "keys");
  if (!json_is_array(keys)) return absl::InvalidArgumentError("no JWK Set");
  std::shared_ptr<KeySet> set(new KeySet());
  size_t i = 0;
  const json_t* jwk = nullptr;
  json_array_foreach(keys, i, jwk) {
    std::optional<Key> key = ReadKey(jwk);
    const auto id = TextOf(jwk, "kid");
    if (!key || !id || id->empty() || id->size() > kMaxKeyIdBytes) continue;
    if (!set->keys_.emplace(*id, *std::move(key)).second) {
      return absl::InvalidArgumentError("a key id names two keys");
    }
  }
  return set;
}

const Key* KeySet::Find(std::string_view key_id) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace mamori::authn
