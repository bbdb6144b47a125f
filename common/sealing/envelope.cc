#include "common/sealing/envelope.h"

namespace mamori::sealing {
namespace {

// No message that protobuf writes begins with it, and no text that the services take.
constexpr char kFormat = 1;
constexpr char kErased[] = "the content was erased";

void PutNumber(uint64_t number, std::string& out) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

void PutText(std::string_view text, std::string& out) {
  PutNumber(text.size(), out);
  out.append(text);
}

}  // namespace

std::string AssociatedData(const Field& field) {
  std::string bytes;
  bytes.reserve(32 + field.tenant.size() + field.name.size() + field.resource.size());
  PutText(field.tenant, bytes);
  PutText(field.name, bytes);
  PutText(field.resource, bytes);
  PutNumber(static_cast<uint64_t>(field.version), bytes);
  return bytes;
}

void AppendHeader(const Header& header, std::string& out) {
  out.push_back(kFormat);
  out.append(header.key_id);
  out.append(header.nonce);
}

absl::StatusOr<Header> HeaderOf(std::string_view sealed) {
  if (sealed.size() < kOverheadBytes || sealed[0] != kFormat) {
    return absl::DataLossError("stored content is not sealed");
  }
  return Header{.key_id = sealed.substr(1, kKeyIdBytes),
                .nonce = sealed.substr(1 + kKeyIdBytes, kNonceBytes)};
}

absl::Status Erased() { return absl::NotFoundError(kErased); }

bool IsErased(const absl::Status& status) {
  return absl::IsNotFound(status) && status.message() == kErased;
}

}  // namespace mamori::sealing
