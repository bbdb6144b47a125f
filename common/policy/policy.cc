#include "common/policy/policy.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <sodium.h>

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/policy/check.h"
#include "common/policy/policy_files.h"
#include "common/status/macros.h"

namespace mamori::policy {
namespace {

constexpr size_t kMaxLines = 20;
constexpr size_t kDigestBytes = 32;

std::string Serialise(const v1::Policy& policy) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  policy.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

std::string Digest(std::string_view bytes) {
  std::string digest(kDigestBytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  return absl::BytesToHexString({digest.data(), digest.size()});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PolicyVersion>> LoadPolicyFile(const std::string& file) {
  auto version = std::make_shared<PolicyVersion>();
  PolicyFiles files;
  RETURN_IF_ERROR(files.Read(file, &version->policy));
  const std::vector<Problem> problems = Check(version->policy);
  if (!problems.empty()) {
    std::vector<std::string> lines;
    for (const Problem& problem : problems) {
      if (lines.size() == kMaxLines) break;
      lines.push_back(absl::StrCat(files.Where(problem.path), ": ", problem.what));
    }
    return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
  }
  version->bytes = Serialise(version->policy);
  version->digest = Digest(version->bytes);
  return std::shared_ptr<const PolicyVersion>(std::move(version));
}

absl::StatusOr<std::shared_ptr<const PolicyVersion>> FromBytes(std::string bytes,
                                                               std::string_view digest) {
  auto version = std::make_shared<PolicyVersion>();
  version->digest = Digest(bytes);
  if (version->digest != digest || !version->policy.ParseFromString(bytes)) {
    return absl::DataLossError("the stored policy version does not match its digest");
  }
  version->bytes = std::move(bytes);
  return std::shared_ptr<const PolicyVersion>(std::move(version));
}

}  // namespace mamori::policy
