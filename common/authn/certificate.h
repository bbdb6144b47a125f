// Client certificates, as far as tokens and statements are bound to them.
#ifndef MAMORI_COMMON_AUTHN_CERTIFICATE_H_
#define MAMORI_COMMON_AUTHN_CERTIFICATE_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mamori::authn {

struct X509Release {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, X509Release>;
struct PkeyRelease {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, PkeyRelease>;

// The certificates of a PEM text, in its order; empty when it has none or something is wrong.
std::vector<Certificate> ParseCertificates(std::string_view pem);
// Null when it is no key.
PrivateKey ParsePrivateKey(std::string_view pem);

// SHA-256 of the first certificate's DER form (`x5t#S256`, RFC 8705); empty when there is none.
std::string CertificateHash(std::string_view pem);

// The one URI name of a certificate; empty when it has none or several.
std::string UriNameOf(X509& certificate);

// Whether the first of `chain` is a client's certificate of one of the `authorities` (PEM) at
// `now`. UNAUTHENTICATED otherwise.
absl::Status VerifyClientChain(const std::vector<Certificate>& chain, std::string_view authorities,
                               absl::Time now);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_CERTIFICATE_H_
