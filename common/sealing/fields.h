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

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_FIELDS_H_
