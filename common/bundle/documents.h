// The JSON documents of a bundle, and what opens a commitment. Pure.
#ifndef MAMORI_COMMON_BUNDLE_DOCUMENTS_H_
#define MAMORI_COMMON_BUNDLE_DOCUMENTS_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/audit/entry.h"
#include "mamori/v1/bundle.pb.h"

namespace mamori::bundle {

// A larger document is none of a bundle.
inline constexpr uint64_t kMaxDocumentBytes = uint64_t{64} << 20;

std::string ToJson(const google::protobuf::Message& message);
// INVALID_ARGUMENT for anything but what such a message says.
absl::Status FromJson(std::string_view json, google::protobuf::Message& message);

// SHA-256, 32 bytes.
std::string Sha256(std::string_view bytes);

// What `content` has to be the commitment of.
std::string CommitmentOf(const v1::CommittedContent& content);
// What `told.type_url` is of content that is such a message; of plain text it is that of a
// google.protobuf.StringValue.
std::string TypeUrlOf(const google::protobuf::Descriptor* type);
// Sets what it says, as `told.type_url` wants it. DATA_LOSS when the bytes are none such.
absl::Status Tell(v1::CommittedContent& content);
// INVALID_ARGUMENT unless `told` says what the bytes do.
absl::Status CheckTold(const v1::CommittedContent& content);

// What an entry says.
v1::ToldEntry Told(const audit::Entry& entry);

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_DOCUMENTS_H_
