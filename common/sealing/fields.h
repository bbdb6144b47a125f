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
// Of a statement, finding, measure or what else is recorded of a case.
inline Field WorkBody(std::string_view tenant, std::string_view row_id) {
  return {.tenant = tenant, .name = "work.body", .resource = row_id};
}

// Name, size and hash of a file.
inline Field EvidenceBody(std::string_view tenant, std::string_view evidence_id) {
  return {.tenant = tenant, .name = "evidence.body", .resource = evidence_id};
}
// A part of a file; `place` says of which and which one.
inline Field EvidenceChunk(std::string_view tenant, std::string_view place) {
  return {.tenant = tenant, .name = "evidence.chunk", .resource = place};
}
// Why somebody read a file, and what an inspection found.
inline Field EvidenceAccessBody(std::string_view tenant, std::string_view access_id) {
  return {.tenant = tenant, .name = "evidence_access.body", .resource = access_id};
}

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_FIELDS_H_
