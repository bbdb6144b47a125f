// Records that are the tenant's, as far as their retention, their holds and who may know of them
// go.
#ifndef MAMORI_SERVICES_TRIAGE_RETAINED_RECORD_H_
#define MAMORI_SERVICES_TRIAGE_RETAINED_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/authz/access_rules.h"
#include "common/id/id.h"
#include "services/triage/retention_rules.h"

namespace mamori::triage {

struct RecordKind;
struct TenantRecord;

struct RetainedRecord {
  const RecordKind* kind = nullptr;
  id::Id record_id;
  int64_t version = 0;
  absl::Time create_time;
  std::string person;                    // whom it is about, who is kept from it
  std::vector<id::Id> cases;             // in which it found something, or has an incident
  std::optional<absl::Time> close_time;  // none while it is open
  // What only a transaction knows that asked for it.
  bool held = false;
  std::string key_id;  // of its data key
};

// DATA_LOSS when it cannot be read.
absl::StatusOr<RetainedRecord> RetainedOf(const RecordKind& kind, const TenantRecord& record);

struct RecordName {
  const RecordKind* kind = nullptr;
  id::Id record_id;
};
std::string NameOf(const RecordName& name);
inline std::string NameOf(const RetainedRecord& record) {
  return NameOf(RecordName{record.kind, record.record_id});
}
// INVALID_ARGUMENT for any other name.
absl::StatusOr<RecordName> ParseRecordName(std::string_view name);
// Null for a collection of anything else.
const RecordKind* RecordKindOf(std::string_view collection);

RecordClass RecordClassOf(const mamori::v1::RetentionPolicy& policy, const RecordKind& kind);

// Whether records of the kind are this viewer's to know of, by the roles alone.
bool MayKnowRecords(const authz::Viewer& viewer, const RecordKind& kind);
// NOT_FOUND, as for one that does not exist, for all others and for the person whom it is about.
absl::Status CheckRecordAccess(const authz::Viewer& viewer, const RecordKind& kind,
                               const std::string& person);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RETAINED_RECORD_H_
