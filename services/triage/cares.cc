#include "services/triage/cares.h"

#include <string>
#include <utility>
#include <vector>

#include "common/authz/access_record.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/care_rules.h"
#include "services/triage/timeline_facts.h"
#include "services/triage/timeline_rules.h"
#include "services/triage/work_name.h"

namespace mamori::triage {

using server::CallContext;

namespace {

bool IsAssessed(const v1::CareFile& file) {
  return file.has_risk() && file.risk().level() != v1::RISK_LEVEL_NOT_ASSESSED;
}

absl::Status CheckCare(const Work& work, const v1::Care& care) {
  status::Violations violations;
  if (time::FromTimestamp(care.care_time()) > work.now()) {
    violations.Add("care.care_time", "is in the future");
  }
  if (care.carer() == care.person()) violations.Add("care.carer", "nobody is their own carer");
  return violations.Status();
}

// A case about what our own people did, whoever that was: the first readers' alone until it is
// known. Nobody of the first case comes along, and everyone kept out of it stays out.
CaseRow Following(const CaseRow& first, const id::Id& case_id, const std::string& reporter,
                  const mamori::v1::AccessPolicy& policy, absl::Time now) {
  CaseRow row;
  row.case_id = case_id;
  row.tenant = first.tenant;
  row.company = first.company;
  row.state = mamori::v1::CASE_STATE_RECEIVED;
  row.kind = mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT;
  row.severity = mamori::v1::SEVERITY_HIGH;
  row.policy_digest = first.policy_digest;
  row.create_time = row.update_time = now;
  row.access_version = 1;
  mamori::v1::CaseAccess& access = row.access;
  access.set_case_name(id::Name("cases", case_id));
  access.set_tenant(row.tenant);
  access.set_version(row.access_version);
  access.set_kind(row.kind);
  access.set_own_people(true);
  mamori::v1::ActorSlot& slot = *access.add_slots();
  slot.set_name(access.case_name() + "/retaliation");
  slot.set_kind(mamori::v1::ACTOR_SLOT_KIND_SUBJECT);
  authz::MergeRecord(first.access, policy, now, access);
  // The complaint may be about how the first case was handled, by whoever has had it.
  authz::AddPastAssignee(first.assignee, access);
  for (const std::string& handler : access.past_assignees()) {
    authz::Exclude(handler, reporter, policy, now, access);
  }
  return row;
}

}  // namespace

absl::StatusOr<v1::Care> Cares::Record(const CallContext& call,
                                       const v1::RecordCareRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<v1::Care>(call, request, case_id, authz::Action::kWork,
                                [&](Work& work) -> absl::StatusOr<v1::Care> {
                                  RETURN_IF_ERROR(work.NeedState(WorkVerb::kCare));
                                  v1::Care care = request.care();
                                  care.clear_name();
                                  if (care.carer().empty()) care.set_carer(call.person);
                                  RETURN_IF_ERROR(CheckCare(work, care));
                                  care.set_recorder(call.person);
                                  const WorkRow row = work.Add(WorkKind::kCare, care);
                                  care.set_name(NameOfWork("care", case_id, row.record_id));
                                  return care;
                                });
}

absl::StatusOr<v1::DetrimentRisk> Cares::AssessRisk(const CallContext& call,
                                                    const v1::AssessDetrimentRiskRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<v1::DetrimentRisk>(
      call, request, case_id, authz::Action::kWork,
      [&](Work& work) -> absl::StatusOr<v1::DetrimentRisk> {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kCare));
        v1::DetrimentRisk risk = request.risk();
        risk.set_name(request.name());
        risk.set_assessor(call.person);
        *risk.mutable_assess_time() = time::ToTimestamp(work.now());
        const auto before = work.view().All(WorkKind::kDetrimentRisk);
        if (before.empty()) {
          work.Add(WorkKind::kDetrimentRisk, risk);
        } else {
          work.Put(*before.front(), risk);
        }
        return risk;
      });
}

absl::StatusOr<v1::CareFile> Cares::Get(const CallContext& call,
                                        const v1::GetCareRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::CareFile>(
      call, case_id, [&](const CaseView& view) -> absl::StatusOr<v1::CareFile> {
        v1::CareFile file;
        file.set_name(request.name());
        ASSIGN_OR_RETURN(const std::vector<v1::Care> all, AllCare(view.file));
        for (const v1::Care& care : all) *file.add_care() = care;
        for (const WorkRow* row : view.All(WorkKind::kDetrimentRisk)) {
          ASSIGN_OR_RETURN(*file.mutable_risk(), BodyOf<v1::DetrimentRisk>(*row));
        }
        for (const WorkRow* row : view.All(WorkKind::kRetaliation)) {
          ASSIGN_OR_RETURN(*file.mutable_retaliation(), BodyOf<v1::RetaliationReport>(*row));
        }
        for (v1::CareGap& gap : GapsOf(all, IsAssessed(file), view.now)) {
          *file.add_gaps() = std::move(gap);
        }
        return file;
      });
}

absl::StatusOr<v1::Timeline> Cares::Timeline(const CallContext& call,
                                             const v1::GetTimelineRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Read<v1::Timeline>(
      call, case_id, [&](const CaseView& view) -> absl::StatusOr<v1::Timeline> {
        ASSIGN_OR_RETURN(const TimelineFacts facts, TimelineFactsOf(view.file, request.person()));
        return TimelineOf(facts, request.audience());
      });
}

absl::StatusOr<v1::RetaliationReceipt> Cares::ReportRetaliation(
    const CallContext& call, const v1::ReportRetaliationRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", request.name()));
  return casework_.Do<v1::RetaliationReceipt>(
      call, request, case_id, authz::Action::kRead,
      [&](Work& work) -> absl::StatusOr<v1::RetaliationReceipt> {
        RETURN_IF_ERROR(work.NeedState(WorkVerb::kCare));
        const CaseView& view = work.view();
        // Who has the first case sees by nothing that there is another.
        work.LeaveUntouched();
        OpenedCase& opened =
            work.Open(Following(work.row(), work.NewId(), call.person, view.access, work.now()));
        // Whoever reports it is known, and watched over as every reporter is.
        opened.builder.TellOpened("", /*reporter_named=*/true);
        v1::RetaliationReport report = request.retaliation();
        report.set_follows(request.name());
        report.set_reporter(call.person);
        *report.mutable_report_time() = time::ToTimestamp(work.now());
        work.AddTo(opened, WorkKind::kRetaliation, report);
        v1::RetaliationReceipt receipt;
        *receipt.mutable_report_time() = report.report_time();
        const CaseRow& row = opened.builder.row();
        if (authz::Decide(ViewerOf(call), row.access, view.access, authz::Action::kRead) ==
            authz::Decision::kAllow) {
          receipt.set_case_name(id::Name("cases", row.case_id));
        }
        return receipt;
      });
}

}  // namespace mamori::triage
