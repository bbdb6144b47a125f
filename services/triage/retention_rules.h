// When the content of a case, or a record that is the tenant's, may be disposed of: pure rules.
#ifndef MAMORI_SERVICES_TRIAGE_RETENTION_RULES_H_
#define MAMORI_SERVICES_TRIAGE_RETENTION_RULES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mamori/v1/case.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::triage {

// The collections of the records that are the tenant's, and that are kept for a time.
inline constexpr char kSubjectRequestNames[] = "subjectRequests";
inline constexpr char kBreachNames[] = "breaches";

struct RecordClass {
  std::string id;
  int months = 0;
};
RecordClass RecordClassOf(const mamori::v1::RetentionPolicy& policy, mamori::v1::ReportKind kind);
RecordClass SubjectRequestClass(const mamori::v1::RetentionPolicy& policy);
RecordClass BreachClass(const mamori::v1::RetentionPolicy& policy);

// Since when what was closed at `close_time` is due: the midnight (UTC) after the day that is so
// many calendar months later, so that nobody's calendar sees it go a day too early. A day that the
// month has not is the next month's first.
absl::Time DueTime(absl::Time close_time, int months);

// What was closed at or after it is due in no class at `now`; of what was closed before, each is
// looked at.
absl::Time ClosedBefore(const mamori::v1::RetentionPolicy& policy, absl::Time now);
// The same of one class.
absl::Time ClosedBefore(const RecordClass& record_class, absl::Time now);

// Whether the retention of a case in this state counts: it is closed, withdrawn or merged.
bool IsRetained(mamori::v1::CaseState state);

struct RetentionFacts {
  mamori::v1::CaseState state = mamori::v1::CASE_STATE_UNSPECIFIED;
  // Of the case that a merged one went into; it goes first.
  mamori::v1::CaseState merged_into = mamori::v1::CASE_STATE_UNSPECIFIED;
  std::optional<absl::Time> close_time;
  mamori::v1::ReportKind kind = mamori::v1::REPORT_KIND_UNSPECIFIED;
  bool held = false;
};
// OK, or FAILED_PRECONDITION with STATE_NOT_ALLOWED, ON_HOLD or RETENTION_NOT_OVER, a hold before
// the time.
absl::Status CheckDisposable(const RetentionFacts& facts, const mamori::v1::RetentionPolicy& policy,
                             absl::Time now);
// The same of a record that is the tenant's; `close_time` is none while it is open.
absl::Status CheckDisposable(std::optional<absl::Time> close_time, bool held,
                             const RecordClass& record_class, absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RETENTION_RULES_H_
