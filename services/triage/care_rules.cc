#include "services/triage/care_rules.h"

#include <google/protobuf/util/time_util.h>

#include <map>
#include <string>

#include "services/triage/work_checks.h"

namespace mamori::triage {
namespace {

using google::protobuf::util::TimeUtil;
using status::Violations;

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(timestamp));
}

// How things stand for one person.
struct Standing {
  bool contact = false;
  bool companion = false;
  bool declined = false;
  absl::Time next_contact = absl::InfiniteFuture();  // as the last contact fixed it
};

std::map<std::string, Standing> StandingsOf(const std::vector<v1::Care>& care) {
  std::map<std::string, Standing> standings;
  for (const v1::Care& one : care) {
    Standing& person = standings[one.person()];
    person.declined = one.kind() == v1::CARE_KIND_DECLINED;
    person.companion |= one.kind() == v1::CARE_KIND_COMPANION;
    if (one.kind() == v1::CARE_KIND_CONTACT) {
      person.contact = true;
      person.next_contact = TimeOf(one.next_contact_time());
    }
  }
  return standings;
}

v1::CareGap Gap(v1::CareGapKind kind, const std::string& person = "") {
  v1::CareGap gap;
  gap.set_kind(kind);
  gap.set_person(person);
  return gap;
}

}  // namespace

absl::Status Validate(const v1::RecordCareRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const v1::Care& care = request.care();
  CheckEnum(violations, "care.kind", care.kind(), v1::CareKind_IsValid);
  CheckSize(violations, "care.person", care.person(), 1, kMaxPersonBytes);
  CheckSize(violations, "care.carer", care.carer(), 0, kMaxPersonBytes);
  CheckSize(violations, "care.text", care.text(), 1, kMaxWorkText);
  CheckTime(violations, "care.care_time", care.has_care_time(), care.care_time());
  CheckTime(violations, "care.next_contact_time", care.has_next_contact_time(),
            care.next_contact_time(), care.kind() == v1::CARE_KIND_CONTACT);
  if (care.has_care_time() && care.has_next_contact_time() && violations.empty() &&
      TimeOf(care.next_contact_time()) <= TimeOf(care.care_time())) {
    violations.Add("care.next_contact_time", "is not after the contact");
  }
  if (!care.carer().empty() && care.carer() == care.person()) {
    violations.Add("care.carer", "nobody is their own carer");
  }
  return violations.Status();
}

absl::Status Validate(const v1::AssessDetrimentRiskRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  const v1::DetrimentRisk& risk = request.risk();
  CheckEnum(violations, "risk.level", risk.level(), v1::RiskLevel_IsValid);
  CheckSize(violations, "risk.factors", risk.factors(), 1, kMaxWords);
  CheckSize(violations, "risk.safeguards", risk.safeguards(),
            risk.level() == v1::RISK_LEVEL_MEDIUM || risk.level() == v1::RISK_LEVEL_HIGH ? 1 : 0,
            kMaxWords);
  return violations.Status();
}

absl::Status Validate(const v1::GetCareRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  return violations.Status();
}

absl::Status Validate(const v1::GetTimelineRequest& request) {
  Violations violations;
  CheckWorkName(violations, "", request.name());
  CheckEnum(violations, "audience", request.audience(), v1::TimelineAudience_IsValid);
  CheckSize(violations, "person", request.person(), 0, kMaxPersonBytes);
  return violations.Status();
}

absl::Status Validate(const v1::ReadReporterTimelineRequest& request) {
  constexpr size_t kIdBytes = 16, kMaxTenant = 64;
  Violations violations;
  CheckSize(violations, "tenant", request.tenant(), 1, kMaxTenant);
  CheckSize(violations, "report_id", request.report_id(), kIdBytes, kIdBytes);
  CheckTime(violations, "receive_time", request.has_receive_time(), request.receive_time());
  CheckSize(violations, "person", request.person(), 0, kMaxPersonBytes);
  return violations.Status();
}

absl::Status Validate(const v1::ReportRetaliationRequest& request) {
  Violations violations = CheckWorkVerb(request, "");
  CheckSize(violations, "retaliation.narrative", request.retaliation().narrative(), 1,
            kMaxWorkText);
  CheckSize(violations, "retaliation.affected", request.retaliation().affected(), 1,
            kMaxPersonBytes);
  return violations.Status();
}

std::vector<v1::CareGap> GapsOf(const std::vector<v1::Care>& care, bool risk_assessed,
                                absl::Time now) {
  std::vector<v1::CareGap> gaps;
  if (care.empty()) gaps.push_back(Gap(v1::CARE_GAP_KIND_NOBODY_NAMED));
  for (const auto& [person, standing] : StandingsOf(care)) {
    if (standing.declined) continue;
    if (!standing.contact) gaps.push_back(Gap(v1::CARE_GAP_KIND_NO_CONTACT, person));
    if (!standing.companion) gaps.push_back(Gap(v1::CARE_GAP_KIND_NO_COMPANION, person));
    if (now >= standing.next_contact) {
      gaps.push_back(Gap(v1::CARE_GAP_KIND_CONTACT_OVERDUE, person));
    }
  }
  if (!risk_assessed) gaps.push_back(Gap(v1::CARE_GAP_KIND_RISK_NOT_ASSESSED));
  return gaps;
}

}  // namespace mamori::triage
