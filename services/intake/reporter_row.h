// Whose a report is and with whom it is shared, as intake keeps it.
#ifndef MAMORI_SERVICES_INTAKE_REPORTER_ROW_H_
#define MAMORI_SERVICES_INTAKE_REPORTER_ROW_H_

#include <cstdint>
#include <string>

namespace mamori::intake {

enum class ReporterRole { kNone = 0, kReporter = 1, kForAnother = 2 };

// One person whose report it is.
struct IdentityRow {
  std::string report_id;
  std::string person_hash;  // 32 bytes
  std::string tenant;
  ReporterRole role = ReporterRole::kReporter;
  std::string identity;  // sealed mamori.v1.ReporterIdentity; empty for none
  std::string tag;       // over all but `identity`, which authenticates itself
};

// A decision with whom a report is shared.
struct SharingRow {
  std::string report_id;
  int64_t version = 0;  // from 1
  std::string tenant;
  int scope = 0;       // v1::SharingScope
  std::string people;  // the person hash of each, one after the other, ascending
  std::string tag;     // over all the rest
};

// A decision about whether a consultation may become a case.
struct ConsentRow {
  std::string report_id;
  int64_t version = 0;  // from 1
  std::string tenant;
  bool given = false;
  std::string tag;  // over all the rest
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_REPORTER_ROW_H_
