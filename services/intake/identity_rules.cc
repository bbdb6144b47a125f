#include "services/intake/identity_rules.h"

#include "common/time/timestamp.h"
#include "services/intake/field_rules.h"

namespace mamori::intake {
namespace {

constexpr int kMaxReports = 500;
constexpr size_t kMaxPersonBytes = 200;

}  // namespace

absl::Status Validate(const v1::UnsealIdentityRequest& request) {
  FieldRules rules(absl::InfinitePast());
  rules.RequestId(request.request_id());
  rules.Name(Path("report"), "reports", request.report(), Presence::kRequired);
  rules.Name(Path("act"), "acts", request.act(), Presence::kRequired);
  return rules.Status();
}

absl::Status Validate(const v1::ListReportReadsRequest& request) {
  FieldRules rules(absl::InfinitePast());
  const bool named = !request.person().empty();
  rules.Count(Path("reports"), request.reports_size(), named ? 0 : 1, named ? 0 : kMaxReports);
  rules.Text(Path("person"), request.person(), kMaxPersonBytes, Unit::kBytes, Presence::kOptional);
  for (int i = 0; i < request.reports_size() && i < kMaxReports; ++i) {
    rules.Name(Path("reports", i), "reports", request.reports(i), Presence::kRequired);
  }
  const bool from = rules.Time(Path("from_time"), request.from_time());
  const bool to = rules.Time(Path("to_time"), request.to_time());
  if (from && to &&
      time::FromTimestamp(request.to_time()) <= time::FromTimestamp(request.from_time())) {
    rules.Add(Path("to_time"), "not after from_time");
  }
  return rules.Status();
}

}  // namespace mamori::intake
