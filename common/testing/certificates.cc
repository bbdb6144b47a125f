#include "common/testing/certificates.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace mamori::testing {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "test certificates: %s failed\n", what.c_str());
  std::abort();
}

void Openssl(const std::string& folder, const std::string& arguments) {
  const std::string command =
      absl::StrCat("cd '", folder, "' && openssl ", arguments, " >>openssl.log 2>&1");
  if (std::system(command.c_str()) != 0) Fail(absl::StrCat("openssl ", arguments));
}

void MakeKey(const std::string& folder, const std::string& file) {
  Openssl(folder,
          absl::StrCat("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ", file));
  fs::permissions(fs::path(folder) / file, fs::perms::owner_read | fs::perms::owner_write);
}

std::string MakeFolder() {
  std::string pattern = (fs::temp_directory_path() / "mamori-tls-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) Fail("mkdtemp");
  return pattern;
}

}  // namespace

CertificateAuthority::CertificateAuthority() : folder_(MakeFolder()) {
  MakeKey(folder_, "ca.key");
  Openssl(folder_,
          "req -x509 -new -key ca.key -sha256 -days 2 -subj '/CN=Mamori test authority' "
          "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign "
          "-out ca.pem");
}

CertificateAuthority::~CertificateAuthority() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

config::v1::Tls CertificateAuthority::Issue(const std::string& name,
                                            const std::vector<std::string>& uris) {
  std::string names = "DNS:localhost,IP:127.0.0.1";
  for (const std::string& uri : uris) absl::StrAppend(&names, ",URI:", uri);
  std::ofstream(fs::path(folder_) / (name + ".ext"))
      << "subjectAltName=" << names << "\nkeyUsage=critical,digitalSignature\n"
      << "extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n";
  MakeKey(folder_, name + ".key");
  Openssl(folder_,
          absl::StrCat("req -new -key ", name, ".key -subj /CN=", name, " -out ", name, ".csr"));
  Openssl(folder_,
          absl::StrCat("x509 -req -in ", name, ".csr -CA ca.pem -CAkey ca.key -CAcreateserial",
                       " -sha256 -days 2 -extfile ", name, ".ext -out ", name, ".pem"));
  config::v1::Tls tls;
  tls.set_cert_file(absl::StrCat(folder_, "/", name, ".pem"));
  tls.set_key_file(absl::StrCat(folder_, "/", name, ".key"));
  tls.set_ca_file(absl::StrCat(folder_, "/ca.pem"));
  return tls;
}

void ReplaceTlsFiles(const config::v1::Tls& from, const config::v1::Tls& to) {
  const auto replace = [](const std::string& source, const std::string& target) {
    const std::string draft = target + ".new";
    fs::copy_file(source, draft, fs::copy_options::overwrite_existing);
    fs::rename(draft, target);
  };
  replace(from.key_file(), to.key_file());
  replace(from.cert_file(), to.cert_file());
  replace(from.ca_file(), to.ca_file());
}

}  // namespace mamori::testing
