// The sealed fields of the services' tables, by their names: the service that owns a table and the
// audit's verifier say the same. Pure.
#ifndef MAMORI_COMMON_SEALING_FIELDS_H_
#define MAMORI_COMMON_SEALING_FIELDS_H_

#include <string_view>

#include "common/sealing/envelope.h"

namespace mamori::sealing {

// Content that the audit has a commitment to begins with the random bytes of it; a report's stand
// in its heading.
inline constexpr size_t kCommitmentRandomBytes = 32;

inline Field ReportBody(std::string_view tenant, std::string_view report_id) {
  return {.tenant = tenant, .name = "report.body", .resource = report_id};
}
inline Field ReportHeading(std::string_view tenant, std::string_view report_id) {
  return {.tenant = tenant, .name = "report.heading", .resource = report_id};
}
inline Field SupplementBody(std::string_view tenant, std::string_view supplement_id) {
  return {.tenant = tenant, .name = "supplement.body", .resource = supplement_id};
}
inline Field ContactBody(std::string_view tenant, std::string_view contact_id) {
  return {.tenant = tenant, .name = "contact.body", .resource = contact_id};
}
inline Field NoteText(std::string_view tenant, std::string_view note_id) {
  return {.tenant = tenant, .name = "note.text", .resource = note_id};
}
// Of a dialogue about a report, under the report's key.
inline Field MessageBody(std::string_view tenant, std::string_view message_id) {
  return {.tenant = tenant, .name = "message.body", .resource = message_id};
}
// What a confidential reporter said of themselves, under the report's key and inside that under
// intake's own one for identities.
inline Field ReporterIdentity(std::string_view tenant, std::string_view report_id) {
  return {.tenant = tenant, .name = "reporter.identity", .resource = report_id};
}
// Of a statement, finding, measure or what else is recorded of a case.
inline Field WorkBody(std::string_view tenant, std::string_view row_id) {
  return {.tenant = tenant, .name = "work.body", .resource = row_id};
}
// What the rules say of a report, under its case's key.
inline Field AssessmentBody(std::string_view tenant, std::string_view report_id) {
  return {.tenant = tenant, .name = "assessment.body", .resource = report_id};
}
// An act of two persons, at each of its versions: under its case's key, or one of its own.
inline Field ActRecord(std::string_view tenant, std::string_view act_id, int64_t version) {
  return {.tenant = tenant, .name = "act.record", .resource = act_id, .version = version};
}
// A legal hold, at each of its versions, under a key of its own.
inline Field HoldRecord(std::string_view tenant, std::string_view hold_id, int64_t version) {
  return {.tenant = tenant, .name = "hold.record", .resource = hold_id, .version = version};
}

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_FIELDS_H_
