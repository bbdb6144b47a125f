#include "services/triage/case_row.h"

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"

namespace mamori::triage {
std::string EtagOf(const CaseRow& row) { return absl::StrCat("v", row.version); }

mamori::v1::Case ToProto(const CaseRow& row) {
  mamori::v1::Case proto;
  proto.set_name(id::Name("cases", row.case_id));
  proto.set_company(row.company);
  proto.set_state(row.state);
  proto.set_report_kind(row.kind);
  proto.set_severity(row.severity);
  for (const std::string& category : row.categories) proto.add_categories(category);
  proto.set_assignee(row.assignee);
  if (!row.merged_into.empty()) proto.set_merged_into(id::Name("cases", row.merged_into));
  proto.set_policy_digest(row.policy_digest);
  *proto.mutable_create_time() = time::ToTimestamp(row.create_time);
  proto.set_anonymous(row.anonymous);
  *proto.mutable_update_time() = time::ToTimestamp(row.update_time);
  proto.set_etag(EtagOf(row));
  return proto;
}

mamori::v1::CaseAccess ToProto(const mamori::v1::CaseAccess& stored) {
  mamori::v1::CaseAccess proto = stored;
  proto.clear_tenant();
  proto.clear_kept_since();
  proto.clear_past_assignees();
  proto.set_etag(absl::StrCat("a", stored.version()));
  return proto;
}

mamori::v1::CaseNote ToProto(const NoteRow& note) {
  mamori::v1::CaseNote proto;
  proto.set_name(id::Name("notes", note.note_id));
  proto.set_text(note.text);
  proto.set_author(note.author);
  *proto.mutable_create_time() = time::ToTimestamp(note.create_time);
  return proto;
}

mamori::v1::CaseDelivery ToProto(const DeliveryRow& delivery) {
  mamori::v1::CaseDelivery proto;
  switch (delivery.outcome) {
    case Outcome::kSent:
      proto.set_outcome("SENT");
      break;
    case Outcome::kFailed:
      proto.set_outcome("FAILED");
      break;
    case Outcome::kAcknowledged:
      proto.set_outcome("ACKNOWLEDGED");
      break;
  }
  // A person acknowledges a notification, whatever deliveries it had.
  const bool acknowledged = delivery.outcome == Outcome::kAcknowledged;
  proto.set_delivery(id::Name(acknowledged ? "notifications" : "deliveries", delivery.subject_id));
  *proto.mutable_outcome_time() = time::ToTimestamp(delivery.outcome_time);
  return proto;
}

}  // namespace mamori::triage
