#include "common/bundle/verify.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bundle/contents.h"
#include "common/bundle/documents.h"
#include "common/bundle/names.h"
#include "common/bundle/writer.h"
#include "common/status/macros.h"

namespace mamori::bundle {
namespace {

constexpr size_t kPiece = 64 * 1024;
constexpr int kFormat = 1;
constexpr char kSigner[] = "triage";

std::string Text(const absl::Status& status) { return std::string(status.message()); }

class Verification {
 public:
  Verification(Source& source, const Outside& outside) : source_(source), outside_(outside) {}

  absl::StatusOr<Verdict> Run() &&;

 private:
  // False when nothing more of it is worth looking at.
  absl::StatusOr<bool> ReadManifest(const std::vector<Archived>& archived);
  bool CheckList(const std::vector<Archived>& archived);
  absl::Status ReadEntry(const Archived& archived, const v1::BundleEntry& entry,
                         Contents& contents);
  Source& source_;
  const Outside& outside_;
  Verdict verdict_;
};

absl::StatusOr<Verdict> Verification::Run() && {
  const absl::StatusOr<std::vector<Archived>> archived = Scan(source_);
  if (absl::IsInvalidArgument(archived.status())) {
    verdict_.Find("archive", Text(archived.status()));
    return std::move(verdict_);
  }
  RETURN_IF_ERROR(archived.status());
  ASSIGN_OR_RETURN(const bool believed, ReadManifest(*archived));
  if (!believed || !CheckList(*archived)) return std::move(verdict_);
  Contents contents(outside_, verdict_);
  for (int i = 0; i < verdict_.manifest.entries_size(); ++i) {
    RETURN_IF_ERROR(ReadEntry((*archived)[i], verdict_.manifest.entries(i), contents));
  }
  contents.Finish();
  return std::move(verdict_);
}

absl::StatusOr<bool> Verification::ReadManifest(const std::vector<Archived>& archived) {
  const Archived& text = archived[archived.size() - 2];
  const Archived& signature = archived.back();
  if (text.size > kMaxDocumentBytes || signature.size != crypto::kSignatureBytes) {
    verdict_.Find(kManifest, "too large, or its signature has another length");
    return false;
  }
  ASSIGN_OR_RETURN(const std::string json, source_.Read(text.offset, text.size));
  ASSIGN_OR_RETURN(const std::string signed_by, source_.Read(signature.offset, signature.size));
  const auto key = outside_.public_keys.find(kSigner);
  if (key == outside_.public_keys.end()) {
    verdict_.Find(kManifest,
                  "no public key of triage was given: what a bundle says of itself proves "
                  "nothing");
    return false;
  }
  if (!IsManifestSigned(key->second, json, signed_by)) {
    verdict_.Find(kManifest, "it was not signed with the public key that was given");
    return false;
  }
  if (const absl::Status read = FromJson(json, verdict_.manifest); !read.ok()) {
    verdict_.manifest.Clear();
    verdict_.Find(kManifest, Text(read));
    return false;
  }
  if (verdict_.manifest.format() != kFormat) {
    verdict_.Find(kManifest, "this program does not know its format; use a newer one");
    return false;
  }
  return true;
}

bool Verification::CheckList(const std::vector<Archived>& archived) {
  const auto& entries = verdict_.manifest.entries();
  const size_t count = archived.size() - 2;
  for (size_t i = 0; i < std::max<size_t>(count, entries.size()); ++i) {
    const std::string there = i < count ? archived[i].name : "";
    const std::string named =
        i < static_cast<size_t>(entries.size()) ? entries[static_cast<int>(i)].name() : "";
    if (there != named) {
      const bool extra = named.empty() || (!there.empty() && there < named);
      verdict_.Find(extra ? there : named,
                    extra ? "it is in the archive, but the manifest does not name it"
                          : "the manifest names it, but it is not in the archive");
      return false;
    }
    const v1::BundleEntry& entry = entries[static_cast<int>(i)];
    const Kind kind = KindOf(named);
    if (entry.size() < 0 || static_cast<uint64_t>(entry.size()) != archived[i].size) {
      verdict_.Find(named, "it has another size than the manifest says");
    } else if (kind == Kind::kUnknown) {
      verdict_.Find(named, "no bundle holds such a thing");
    } else if (kind != Kind::kFile &&
               (entry.media_type() != kJson || archived[i].size > kMaxDocumentBytes)) {
      verdict_.Find(named, "it is no document, or too large for one");
    } else {
      continue;
    }
    return false;
  }
  return true;
}

absl::Status Verification::ReadEntry(const Archived& archived, const v1::BundleEntry& entry,
                                     Contents& contents) {
  const bool is_file = KindOf(entry.name()) == Kind::kFile;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::string document;
  for (uint64_t at = 0; at < archived.size;) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(kPiece, archived.size - at));
    ASSIGN_OR_RETURN(const std::string piece, source_.Read(archived.offset + at, count));
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(piece.data()),
                              piece.size());
    if (!is_file) document += piece;
    at += count;
  }
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(hash.data()));
  if (hash != entry.sha256()) {
    verdict_.Find(entry.name(), "it is not what the manifest says: its SHA-256 is another");
  } else if (is_file) {
    ++verdict_.files;
    contents.ReadFile(entry.name(), archived.size, hash);
  } else {
    ++verdict_.documents;
    contents.Read(entry.name(), document);
  }
  return absl::OkStatus();
}

}  // namespace

void Verdict::Find(std::string_view where, std::string_view what) {
  if (problems.size() == kMaxProblems) return;
  problems.push_back(absl::StrCat(absl::string_view(where.data(), where.size()), ": ",
                                  absl::string_view(what.data(), what.size())));
}

absl::StatusOr<Verdict> Verify(Source& source, const Outside& outside) {
  return Verification(source, outside).Run();
}

}  // namespace mamori::bundle
