// Writes a bundle from its first byte to its last, and keeps nothing of it but the list of what it
// holds.
#ifndef MAMORI_COMMON_BUNDLE_WRITER_H_
#define MAMORI_COMMON_BUNDLE_WRITER_H_

#include <google/protobuf/message.h>
#include <sodium.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/crypto/signing_key.h"
#include "mamori/v1/bundle.pb.h"

namespace mamori::bundle {

// Over a manifest's bytes.
std::string SignManifest(const crypto::SigningKey& key, std::string_view manifest);
bool IsManifestSigned(std::string_view public_key, std::string_view manifest,
                      std::string_view signature);

// One entry after the other, in the order of their names.
class Writer {
 public:
  // Takes the next bytes; an error ends the bundle.
  using Out = std::function<absl::Status(std::string_view bytes)>;
  explicit Writer(Out out) : out_(std::move(out)) {}

  // INTERNAL for a name that may not stand here, and for a document that is too large.
  absl::Status AddDocument(const std::string& name, const google::protobuf::Message& document);
  // A file: so many bytes, which Append gives.
  absl::Status Begin(const std::string& name, const std::string& media_type, uint64_t size);
  absl::Status Append(std::string_view bytes);

  // Sets what it holds in `manifest`, and writes that, its signature and the end.
  using Sign = std::function<std::string(std::string_view manifest)>;
  absl::Status Finish(v1::BundleManifest manifest, const Sign& sign);

 private:
  absl::Status Put(const std::string& name, std::string_view bytes);
  absl::Status End();

  const Out out_;
  v1::BundleManifest written_;
  uint64_t left_ = 0;  // of the entry that is being written
  bool open_ = false;
  crypto_hash_sha256_state hash_;
};

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_WRITER_H_
