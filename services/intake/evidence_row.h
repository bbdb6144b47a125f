// Files of reports and their chains of custody, as intake keeps them.
#ifndef MAMORI_SERVICES_INTAKE_EVIDENCE_ROW_H_
#define MAMORI_SERVICES_INTAKE_EVIDENCE_ROW_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "mamori/intake/v1/evidence_service.pb.h"

namespace mamori::intake {

struct EvidenceRow {
  std::string evidence_id;
  std::string report_id;
  std::string tenant;
  v1::MessageSide side = v1::MESSAGE_SIDE_UNSPECIFIED;
  std::string author;      // of the desk
  bool anonymous = false;  // the report is: told by day
  absl::Time create_time;
  absl::Time complete_time = absl::UnixEpoch();  // before it is complete
  v1::EvidenceState state = v1::EVIDENCE_STATE_UPLOADING;
  int64_t chunk_count = 0;  // of the whole original
  std::string blob_id;
  std::string derivative_id;
  std::string request_key;  // 32 bytes; empty once it was forgotten
  std::string body;         // v1::Evidence of name, size, hash and whether it is identity; sealed
};

struct EvidenceAccessRow {
  std::string evidence_id;
  int64_t number = 0;  // from 1, given by the store
  std::string access_id;
  std::string report_id;
  std::string tenant;
  v1::EvidenceAccessKind kind = v1::EVIDENCE_ACCESS_KIND_UNSPECIFIED;
  std::string person;
  std::string caller;
  absl::Time create_time;
  std::string body;  // v1::EvidenceAccess of purpose and inspection; sealed
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_EVIDENCE_ROW_H_
