// A throwaway certificate authority for tests, made by the openssl command in a temporary folder.
#ifndef MAMORI_COMMON_TESTING_CERTIFICATES_H_
#define MAMORI_COMMON_TESTING_CERTIFICATES_H_

#include <string>
#include <vector>

#include "mamori/config/v1/config.pb.h"

namespace mamori::testing {

// Every certificate is EC P-256, valid for two days, for "localhost" and 127.0.0.1 besides its URI
// names. A command that fails ends the test program: no test can go on without its certificates.
class CertificateAuthority {
 public:
  // With a key of its own: certificates of one authority are not accepted under another.
  CertificateAuthority();
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // Certificate and key files named after `name`, and the authority's. `uris` are its URI SANs;
  // none, one or several.
  config::v1::Tls Issue(const std::string& name, const std::vector<std::string>& uris);

  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

// Puts the content of `from`'s three files in the place of `to`'s, as a rotation would.
void ReplaceTlsFiles(const config::v1::Tls& from, const config::v1::Tls& to);

}  // namespace mamori::testing

#endif  // MAMORI_COMMON_TESTING_CERTIFICATES_H_
