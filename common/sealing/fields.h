// The sealed fields of the services' tables, by their names: the service that owns a table and the
// audit's verifier say the same. Pure.
#ifndef MAMORI_COMMON_SEALING_FIELDS_H_
#define MAMORI_COMMON_SEALING_FIELDS_H_

#include <cstdint>
#include <string>
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
// Where a statement, finding, measure or what else is recorded of a case stands.
struct WorkPlace {
  std::string_view row_id;
  std::string_view case_id;
  int64_t sequence = 0;
  std::string_view record_id;
  int64_t kind = 0;
  int64_t version = 0;
  int64_t create_micros = 0;
  std::string_view author;
};
// All of it in bytes: a body opens only where it was written, as what it was, in its order.
inline std::string ResourceOf(const WorkPlace& place) {
  std::string bytes;
  for (const std::string_view id : {place.row_id, place.case_id, place.record_id}) bytes += id;
  for (const int64_t number : {place.sequence, place.kind, place.version, place.create_micros}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(static_cast<uint64_t>(number) >> shift);
    }
  }
  return bytes.append(place.author);
}
inline Field WorkBody(std::string_view tenant, std::string_view resource) {
  return {.tenant = tenant, .name = "work.row", .resource = resource};
}
// As bodies were sealed before their place was: by the row alone.
inline Field OldWorkBody(std::string_view tenant, std::string_view row_id) {
  return {.tenant = tenant, .name = "work.body", .resource = row_id};
}
// What the rules say of a report, under its case's key; once more for each time that it is assessed
// anew, as the audit counts them.
inline Field AssessmentBody(std::string_view tenant, std::string_view report_id, int64_t version) {
  return {.tenant = tenant, .name = "assessment.body", .resource = report_id, .version = version};
}
// An act of two persons, at each of its versions: under its case's key, or one of its own.
inline Field ActRecord(std::string_view tenant, std::string_view act_id, int64_t version) {
  return {.tenant = tenant, .name = "act.record", .resource = act_id, .version = version};
}
// A legal hold, at each of its versions, under a key of its own.
inline Field HoldRecord(std::string_view tenant, std::string_view hold_id, int64_t version) {
  return {.tenant = tenant, .name = "hold.record", .resource = hold_id, .version = version};
}
// What belongs to the tenant and no case, such as what a data subject asks: at each of its
// versions, under a key of its own.
inline Field TenantRecord(std::string_view tenant, std::string_view record_id, int64_t version) {
  return {.tenant = tenant, .name = "tenant.record", .resource = record_id, .version = version};
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
