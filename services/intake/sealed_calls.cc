#include "services/intake/sealed_calls.h"

namespace mamori::intake {

absl::Status RequireReplyKey(const char* field, const std::string& reply_key) {
  if (!reply_key.empty()) return absl::OkStatus();
  status::Violations violations;
  violations.Add(field, "empty, want a key to seal the answer to");
  return violations.Status();
}

absl::Status TooLargeToSeal() {
  status::Violations violations;
  violations.Add("reply_key", "the answer is larger than what can be sealed, want less of it");
  return violations.Status();
}

absl::Status SealedStream::OpenFirst(Message& message) {
  sealed_ = message.has_sealed();
  if (!sealed_) return absl::OkStatus();
  ASSIGN_OR_RETURN(message, OpenSealed<Message>(keys_, tenant_, message.sealed()));
  if (!message.has_target()) return absl::OkStatus();  // refused as it is in the open
  return RequireReplyKey("target.reply_key", message.target().reply_key());
}

absl::Status SealedStream::OpenNext(Message& message) {
  if (!sealed_) return absl::OkStatus();
  ++count_;
  smaller_ = smaller_ || message.sealed().size() != receipt::kMostSealedBytes;
  ASSIGN_OR_RETURN(message, OpenSealed<Message>(keys_, tenant_, message.sealed()));
  return absl::OkStatus();
}

absl::Status SealedStream::CheckFilled() const {
  if (!sealed_) return absl::OkStatus();
  const bool power = count_ > 0 && (count_ & (count_ - 1)) == 0;
  return power && (count_ == 1 || !smaller_) ? absl::OkStatus() : NotSealed();
}

}  // namespace mamori::intake
