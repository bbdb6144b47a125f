#include "common/authn/statement.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/authn/certificate.h"
#include "common/authn/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "mamori/v1/statement.pb.h"

namespace mamori::authn {
namespace {

// A key for TLS signs here too: what it signs must never be taken for something of TLS.
constexpr std::string_view kDomain("mamori-statement-v1\0", 20);
constexpr size_t kMaxResourceBytes = 8 << 10;

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

absl::Status Invalid(const char* what) {
  return status::Error(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_INVALID,
                       absl::StrCat("statement of the calling service: ", what));
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Ed25519 brings its own digest.
const EVP_MD* DigestFor(EVP_PKEY* key) {
  return EVP_PKEY_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

absl::StatusOr<std::string> Sign(EVP_PKEY* key, const std::string& message) {
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  size_t size = 0;
  std::string signature;
  if (EVP_DigestSignInit(context.get(), nullptr, DigestFor(key), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, Bytes(message), message.size()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("a key that cannot sign");
  }
  signature.resize(size);
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Bytes(message), message.size()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("a key that cannot sign");
  }
  signature.resize(size);
  return signature;
}

bool Holds(EVP_PKEY* key, const std::string& message, const std::string& signature) {
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool holds =
      key != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, DigestFor(key), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                       message.size()) == 1;
  ERR_clear_error();
  return holds;
}

}  // namespace

std::string ResourceOf(const std::vector<std::string>& names) {
  std::string resource = absl::StrJoin(names, " ");
  if (resource.size() <= kMaxResourceBytes) return resource;
  const std::string hash = Sha256(resource);
  return absl::BytesToHexString(hash);
}

absl::StatusOr<std::string> SignStatement(const Hop& hop, absl::Time now,
                                          std::string_view certificate, std::string_view key) {
  const PrivateKey private_key = ParsePrivateKey(key);
  if (private_key == nullptr) return absl::InvalidArgumentError("no private key");
  v1::Statement statement;
  statement.set_token_hash(hop.token_hash);
  statement.set_method(hop.method);
  statement.set_resource(hop.resource);
  statement.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(now + kStatementLifetime));
  v1::SignedStatement signed_statement;
  signed_statement.set_statement(statement.SerializeAsString());
  signed_statement.set_certificate(std::string(certificate));
  ASSIGN_OR_RETURN(*signed_statement.mutable_signature(),
                   Sign(private_key.get(), std::string(kDomain) + signed_statement.statement()));
  return signed_statement.SerializeAsString();
}

absl::StatusOr<std::string> VerifyStatement(std::string_view signed_statement,
                                            std::string_view token_hash, std::string_view method,
                                            std::string_view caller, std::string_view authorities,
                                            absl::Duration clock_skew, absl::Time now) {
  v1::SignedStatement outer;
  v1::Statement statement;
  if (signed_statement.size() > kMaxStatementBytes ||
      !outer.ParseFromArray(signed_statement.data(), static_cast<int>(signed_statement.size())) ||
      !statement.ParseFromString(outer.statement())) {
    return Invalid("malformed");
  }
  const std::vector<Certificate> chain = ParseCertificates(outer.certificate());
  if (!VerifyClientChain(chain, authorities, now).ok() || UriNameOf(*chain[0]) != caller) {
    return Invalid("not signed by the caller");
  }
  if (!Holds(X509_get0_pubkey(chain[0].get()), std::string(kDomain) + outer.statement(),
             outer.signature())) {
    return Invalid("signature");
  }
  if (statement.token_hash() != token_hash) return Invalid("for another token");
  if (statement.method() != method) return Invalid("for another method");
  const absl::Time expiry = absl::FromUnixSeconds(statement.expire_time().seconds());
  // No skew here: what a clock may be off comes out of the thirty seconds, and does not double
  // them.
  if (now >= expiry) return Invalid("expired");
  if (expiry > now + kStatementLifetime + clock_skew) return Invalid("valid for too long");
  if (statement.resource().empty()) return Invalid("without a resource");
  return statement.resource();
}

}  // namespace mamori::authn
