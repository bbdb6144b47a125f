#include "services/intake/dialogue_rules.h"

#include <cstdint>

#include "services/intake/field_rules.h"
#include "services/intake/reporter_rules.h"

namespace mamori::intake {
namespace {

constexpr size_t kMaxTextBytes = 16 * 1024;
// Far above the number of messages that any dialogue has.
constexpr int64_t kMostNumber = int64_t{1} << 40;

FieldRules Rules() { return FieldRules(absl::InfinitePast()); }

void Report(FieldRules& rules, const std::string& name) {
  rules.Name(Path("report"), "reports", name, Presence::kRequired);
}

void Words(FieldRules& rules, bool set, const v1::Message& message) {
  const Path path("message");
  if (!set) return rules.Add(path, "unset, want a message");
  rules.Text(Path(path, "text"), message.text(), kMaxTextBytes, Unit::kBytes, Presence::kRequired);
  rules.Language(Path(path, "language"), message.language());
}

void After(FieldRules& rules, int64_t number) {
  rules.Number(Path("after_number"), number, -1, kMostNumber);
}

void PageOf(FieldRules& rules, int page_size) {
  if (page_size < 0) rules.Add(Path("page_size"), "negative, want 0 to 100");
}

void ReadNumber(FieldRules& rules, int64_t number) {
  rules.Number(Path("number"), number, 1, kMostNumber);
}

}  // namespace

absl::Status Validate(const v1::PostAnonymousMessageRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  rules.RequestId(request.request_id());
  Words(rules, request.has_message(), request.message());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::ListAnonymousMessagesRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  After(rules, request.after_number());
  PageOf(rules, request.page_size());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::MarkAnonymousMessagesReadRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  ReadNumber(rules, request.number());
  return rules.Status();
}

absl::Status Validate(const v1::WaitForAnonymousMessagesRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  After(rules, request.after_number());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::PostMessageRequest& request) {
  FieldRules rules = Rules();
  rules.RequestId(request.request_id());
  Report(rules, request.report());
  Words(rules, request.has_message(), request.message());
  return rules.Status();
}

absl::Status Validate(const v1::ListMessagesRequest& request) {
  FieldRules rules = Rules();
  Report(rules, request.report());
  After(rules, request.after_number());
  PageOf(rules, request.page_size());
  return rules.Status();
}

absl::Status Validate(const v1::MarkMessagesReadRequest& request) {
  FieldRules rules = Rules();
  Report(rules, request.report());
  ReadNumber(rules, request.number());
  return rules.Status();
}

absl::Status Validate(const v1::WaitForMessagesRequest& request) {
  FieldRules rules = Rules();
  Report(rules, request.report());
  After(rules, request.after_number());
  return rules.Status();
}

absl::Status Validate(const v1::GetAnonymousTimelineRequest& request) {
  FieldRules rules = Rules();
  CheckReceipt(rules, "receipt", request.receipt());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::GetReportTimelineRequest& request) {
  FieldRules rules = Rules();
  Report(rules, request.report());
  return rules.Status();
}

}  // namespace mamori::intake
