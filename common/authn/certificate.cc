#include "common/authn/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "common/authn/hash.h"

namespace mamori::authn {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio Reader(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
}

std::string DerOf(X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(&certificate, &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), size > 0 ? size : 0);
  OPENSSL_free(bytes);
  return der;
}

}  // namespace

std::vector<Certificate> ParseCertificates(std::string_view pem) {
  const Bio reader = Reader(pem);
  std::vector<Certificate> certificates;
  while (X509* certificate = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  ERR_clear_error();  // the end of the text is one
  return certificates;
}

PrivateKey ParsePrivateKey(std::string_view pem) {
  const Bio reader = Reader(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(reader.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return key;
}

std::string CertificateHash(std::string_view pem) {
  const std::vector<Certificate> certificates = ParseCertificates(pem);
  return certificates.empty() ? "" : Sha256(DerOf(*certificates[0]));
}

std::string UriNameOf(X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  std::string uri;
  int found = 0;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    ++found;
    uri.assign(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.uniformResourceIdentifier)),
        ASN1_STRING_length(name->d.uniformResourceIdentifier));
  }
  return found == 1 ? uri : "";
}

absl::Status VerifyClientChain(const std::vector<Certificate>& chain, std::string_view authorities,
                               absl::Time now) {
  const absl::Status refused = absl::UnauthenticatedError("not a client certificate of ours");
  if (chain.empty()) return refused;
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                      X509_STORE_free);
  for (const Certificate& authority : ParseCertificates(authorities)) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(others.get(), chain[i].get());
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), chain[0].get(), others.get());
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  const bool verified = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return verified ? absl::OkStatus() : refused;
}

}  // namespace mamori::authn
