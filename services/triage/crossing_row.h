// A threshold that contacts crossed, as the stores keep it.
#ifndef MAMORI_SERVICES_TRIAGE_CROSSING_ROW_H_
#define MAMORI_SERVICES_TRIAGE_CROSSING_ROW_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/audit/journal.h"
#include "common/id/id.h"
#include "mamori/triage/v1/contact_signal_service.pb.h"

namespace mamori::triage {

// To whom it may be told. Numbers are stored.
enum class CrossingAudience {
  kOpen = 0,          // whoever sees customer harassment cases
  kCase = 1,          // whoever sees the case that it stands on
  kFirstReaders = 2,  // it counts contacts of several cases that are not for the same people
};

struct CrossingRow {
  id::Id crossing_id;
  std::string tenant;
  std::string company;
  id::Id actor;
  std::string threshold;
  std::string policy_digest;
  int64_t value = 0;
  id::Id demand;  // empty for none
  absl::Time window_end;
  id::Id contact_id;
  CrossingAudience audience = CrossingAudience::kOpen;
  v1::ContactSignalState state = v1::CONTACT_SIGNAL_STATE_UNSPECIFIED;
  id::Id case_id;  // empty for none
  absl::Time create_time;
  std::string decided_by;
  std::optional<absl::Time> decide_time;
  v1::DismissalCause dismissal = v1::DISMISSAL_CAUSE_UNSPECIFIED;
  std::string audit_first;
};

// For the audit: it happened, or was decided.
audit::Entry EntryOf(const audit::Authenticator& authenticator, const CrossingRow& row,
                     audit::Who who, std::string action);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CROSSING_ROW_H_
