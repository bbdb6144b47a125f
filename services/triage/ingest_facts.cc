#include "services/triage/ingest_facts.h"

#include <algorithm>

#include "common/time/timestamp.h"

namespace mamori::triage {

bool HasMaterial(const mamori::v1::Event& event) {
  return event.has_report_received() || event.has_report_supplemented() ||
         event.has_contact_recorded();
}

bool IsTold(const mamori::v1::Event& event) {
  return event.has_reporter_wrote() || event.has_report_withdrawn() ||
         event.has_consent_decided() || event.has_evidence_added() ||
         event.has_evidence_inspected();
}

mamori::v1::Report Counted(mamori::v1::Report report, const ContactCount& count) {
  static constexpr int64_t kMax = 1'000'000;
  const auto most = [](int64_t told, int64_t recorded) {
    return static_cast<int32_t>(std::min(kMax, std::max(told, recorded)));
  };
  report.set_contact_count(most(report.contact_count(), count.contacts));
  report.set_total_minutes(most(report.total_minutes(), count.minutes));
  return report;
}

std::vector<std::string> CategoriesOf(const mamori::v1::Assessment& assessment) {
  std::vector<std::string> categories;
  for (const auto& finding : assessment.findings()) categories.push_back(finding.category());
  return categories;
}

DeliveryRow OutcomeOf(const mamori::v1::Event& event) {
  DeliveryRow row{.event_id = event.event_id(), .tenant = event.tenant()};
  row.outcome_time = time::FromTimestamp(event.event_time());
  if (event.has_delivery_sent()) {
    row.outcome = Outcome::kSent;
    row.case_id = event.delivery_sent().case_id();
    row.subject_id = event.delivery_sent().delivery_id();
  } else if (event.has_delivery_failed()) {
    row.outcome = Outcome::kFailed;
    row.case_id = event.delivery_failed().case_id();
    row.subject_id = event.delivery_failed().delivery_id();
  } else {
    row.outcome = Outcome::kAcknowledged;
    row.case_id = event.notification_acknowledged().case_id();
    row.subject_id = event.subject_id();
  }
  return row;
}

}  // namespace mamori::triage
