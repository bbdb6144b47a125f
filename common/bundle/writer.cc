#include "common/bundle/writer.h"

#include "absl/strings/str_cat.h"
#include "common/bundle/archive.h"
#include "common/bundle/documents.h"
#include "common/bundle/names.h"
#include "common/status/macros.h"

namespace mamori::bundle {
namespace {

constexpr char kPurpose[] = "mamori evidence bundle";

}  // namespace

std::string SignManifest(const crypto::SigningKey& key, std::string_view manifest) {
  return key.Sign(kPurpose, manifest);
}

bool IsManifestSigned(std::string_view public_key, std::string_view manifest,
                      std::string_view signature) {
  return crypto::VerifySignature(public_key, kPurpose, manifest, signature);
}

absl::Status Writer::AddDocument(const std::string& name,
                                 const google::protobuf::Message& document) {
  const std::string json = ToJson(document);
  if (json.empty() || json.size() > kMaxDocumentBytes) {
    return absl::InternalError(absl::StrCat(name, ": cannot be told in one document"));
  }
  RETURN_IF_ERROR(Begin(name, kJson, json.size()));
  return Append(json);
}

absl::Status Writer::Begin(const std::string& name, const std::string& media_type, uint64_t size) {
  RETURN_IF_ERROR(End());
  const int count = written_.entries_size();
  if (!WhatIsWrongWith(name).empty() || size > kMaxEntryBytes ||
      (count > 0 && written_.entries(count - 1).name() >= name)) {
    return absl::InternalError(absl::StrCat(name, ": may not stand here"));
  }
  v1::BundleEntry& entry = *written_.add_entries();
  entry.set_name(name);
  entry.set_media_type(media_type);
  entry.set_size(static_cast<int64_t>(size));
  left_ = size;
  open_ = true;
  crypto_hash_sha256_init(&hash_);
  return out_(Header(name, size));
}

absl::Status Writer::Append(std::string_view bytes) {
  if (bytes.size() > left_) return absl::InternalError("an entry is longer than it was said to be");
  left_ -= bytes.size();
  crypto_hash_sha256_update(&hash_, reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size());
  return out_(bytes);
}

absl::Status Writer::End() {
  if (!open_) return absl::OkStatus();
  if (left_ > 0) return absl::InternalError("an entry is shorter than it was said to be");
  open_ = false;
  v1::BundleEntry& entry = *written_.mutable_entries()->rbegin();
  entry.mutable_sha256()->resize(crypto_hash_sha256_BYTES);
  crypto_hash_sha256_final(&hash_,
                           reinterpret_cast<unsigned char*>(entry.mutable_sha256()->data()));
  return out_(std::string(PaddingAfter(static_cast<uint64_t>(entry.size())), '\0'));
}

absl::Status Writer::Put(const std::string& name, std::string_view bytes) {
  RETURN_IF_ERROR(out_(Header(name, bytes.size())));
  RETURN_IF_ERROR(out_(bytes));
  return out_(std::string(PaddingAfter(bytes.size()), '\0'));
}

absl::Status Writer::Finish(v1::BundleManifest manifest, const Sign& sign) {
  RETURN_IF_ERROR(End());
  manifest.mutable_entries()->Swap(written_.mutable_entries());
  const std::string json = ToJson(manifest);
  if (json.empty()) return absl::InternalError("the manifest cannot be told");
  RETURN_IF_ERROR(Put(kManifest, json));
  RETURN_IF_ERROR(Put(kSignature, sign(json)));
  return out_(bundle::End());
}

}  // namespace mamori::bundle
