#include "services/intake/reporter_rules.h"

#include <string>

#include "common/receipt/receipt.h"
#include "common/receipt/sealed.h"
#include "services/intake/field_rules.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

constexpr size_t kMaxPersonBytes = 200;
constexpr size_t kMaxWorkBytes = 32;
constexpr int kMaxPeople = 20;

void ReportName(FieldRules& rules, const std::string& name) {
  rules.Name(Path("report"), "reports", name, Presence::kRequired);
}

void Decision(FieldRules& rules, bool set, const v1::Sharing& sharing) {
  const Path path("sharing");
  if (!set) return rules.Add(path, "unset, want a decision");
  rules.Number(Path(path, "version"), sharing.version(), 0, int64_t{1} << 40);
  rules.Enum(Path(path, "scope"), sharing.scope(), v1::SharingScope_IsValid(sharing.scope()),
             Presence::kRequired);
  const bool people = sharing.scope() == v1::SHARING_SCOPE_PEOPLE;
  rules.Count(Path(path, "people"), sharing.people_size(), people ? 1 : 0, people ? kMaxPeople : 0);
  for (int i = 0; i < sharing.people_size() && i < kMaxPeople; ++i) {
    rules.Text(Path(path, "people", i), sharing.people(i), kMaxPersonBytes, Unit::kBytes,
               Presence::kRequired);
  }
}

}  // namespace

void CheckReceipt(FieldRules& rules, const char* field, const std::string& text) {
  if (text.empty()) return rules.Add(Path(field), "empty, want a receipt");
  if (!receipt::Parse(text).ok()) {
    rules.Add(Path(field), "not a receipt, want 30 characters whose last 4 check the rest");
  }
}

void CheckReplyKey(FieldRules& rules, const char* field, const std::string& key) {
  if (key.empty() || receipt::IsSealingKey(key)) return;
  rules.Add(Path(field), "not an X25519 key, want 32 bytes that something can be sealed to");
}

namespace {

// Of a request that has nothing else.
template <typename Request>
absl::Status CheckReceiptAlone(const Request& request) {
  FieldRules rules(absl::InfinitePast());
  CheckReceipt(rules, "receipt", request.receipt());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

template <typename Request>
absl::Status CheckReportAlone(const Request& request) {
  FieldRules rules(absl::InfinitePast());
  ReportName(rules, request.report());
  return rules.Status();
}

}  // namespace

absl::Status Validate(const v1::SetAnonymousSharingRequest& request) {
  FieldRules rules(absl::InfinitePast());
  CheckReceipt(rules, "receipt", request.receipt());
  Decision(rules, request.has_sharing(), request.sharing());
  CheckReplyKey(rules, "reply_key", request.reply_key());
  return rules.Status();
}

absl::Status Validate(const v1::WithdrawAnonymousReportRequest& request) {
  return CheckReceiptAlone(request);
}

absl::Status Validate(const v1::SubmitIdentifiedReportRequest& request, absl::Time now) {
  FieldRules rules(now);
  rules.RequestId(request.request_id());
  if (!request.has_report()) {
    rules.Add(Path("report"), "unset, want a report");
  } else {
    CheckReport(rules, Path("report"), request.report());
  }
  if (request.mode() != mamori::v1::REPORTER_MODE_NAMED &&
      request.mode() != mamori::v1::REPORTER_MODE_CONFIDENTIAL) {
    rules.Add(Path("mode"), "neither named nor confidential, want one of them");
  }
  rules.Text(Path("for_person"), request.for_person(), kMaxPersonBytes, Unit::kBytes,
             Presence::kOptional);
  return rules.Status();
}

absl::Status Validate(const v1::SetSharingRequest& request) {
  FieldRules rules(absl::InfinitePast());
  ReportName(rules, request.report());
  Decision(rules, request.has_sharing(), request.sharing());
  return rules.Status();
}

absl::Status Validate(const v1::GetSharingRequest& request) { return CheckReportAlone(request); }

absl::Status Validate(const v1::WithdrawReportRequest& request) {
  return CheckReportAlone(request);
}

absl::Status Validate(const v1::GiveAnonymousConsentRequest& request) {
  return CheckReceiptAlone(request);
}

absl::Status Validate(const v1::WithdrawAnonymousConsentRequest& request) {
  return CheckReceiptAlone(request);
}

absl::Status Validate(const v1::GiveConsentRequest& request) { return CheckReportAlone(request); }

absl::Status Validate(const v1::WithdrawConsentRequest& request) {
  return CheckReportAlone(request);
}

absl::Status Validate(const v1::GetConsentRequest& request) { return CheckReportAlone(request); }

absl::Status ValidateSubmitAnonymousReport(const v1::SubmitAnonymousReportRequest& request,
                                           absl::Time now) {
  FieldRules rules(now);
  CheckReceipt(rules, "receipt", request.receipt());
  if (request.work().size() > kMaxWorkBytes) rules.Add(Path("work"), "want at most 32 bytes");
  CheckReplyKey(rules, "reply_key", request.reply_key());
  const Path report("report");
  if (!request.has_report()) {
    rules.Add(report, "unset, want a report");
    return rules.Status();
  }
  CheckReport(rules, report, request.report());
  if (request.report().has_reporter()) {
    rules.Add(Path(report, "reporter"), "set, want none in an anonymous report");
  }
  if (!request.report().existing_case().empty()) {
    rules.Add(Path(report, "existing_case"), "set, want none in an anonymous report");
  }
  return rules.Status();
}

absl::Status ValidateRotateReceipt(const v1::RotateReceiptRequest& request) {
  FieldRules rules(absl::InfinitePast());
  CheckReceipt(rules, "receipt", request.receipt());
  CheckReceipt(rules, "new_receipt", request.new_receipt());
  const auto old = receipt::Parse(request.receipt());
  if (old.ok() && receipt::Parse(request.new_receipt()) == old) {
    rules.Add(Path("new_receipt"), "the same, want another one");
  }
  return rules.Status();
}

}  // namespace mamori::intake
