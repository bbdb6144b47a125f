// The deployed table against the contract: no method without a row, no row without a method.
#include <gtest/gtest.h>

#include <set>

#include "common/config/textproto.h"
#include "common/server/authorizer.h"
#include "common/testing/matchers.h"
#include "mamori/intake/v1/bundle_service.pb.h"
#include "mamori/intake/v1/contact_service.pb.h"
#include "mamori/intake/v1/dialogue_service.pb.h"
#include "mamori/intake/v1/evidence_service.pb.h"
#include "mamori/intake/v1/identity_service.pb.h"
#include "mamori/intake/v1/intake_event_service.pb.h"
#include "mamori/intake/v1/intake_service.pb.h"
#include "mamori/intake/v1/reporter_service.pb.h"
#include "mamori/intake/v1/search_service.pb.h"
#include "mamori/intake/v1/timeline_service.pb.h"
#include "mamori/notification/v1/notification_service.pb.h"
#include "mamori/triage/v1/actor_service.pb.h"
#include "mamori/triage/v1/affected_timeline_service.pb.h"
#include "mamori/triage/v1/breach_service.pb.h"
#include "mamori/triage/v1/bundle_service.pb.h"
#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/contact_signal_service.pb.h"
#include "mamori/triage/v1/deadline_service.pb.h"
#include "mamori/triage/v1/designated_handler_service.pb.h"
#include "mamori/triage/v1/desk_service.pb.h"
#include "mamori/triage/v1/disclosure_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/hearing_service.pb.h"
#include "mamori/triage/v1/hold_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/triage/v1/leak_incident_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "mamori/triage/v1/opinion_service.pb.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "mamori/triage/v1/reporter_timeline_service.pb.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "mamori/triage/v1/search_service.pb.h"
#include "mamori/triage/v1/similarity_service.pb.h"
#include "mamori/triage/v1/statistics_service.pb.h"
#include "mamori/triage/v1/subject_request_service.pb.h"
#include "mamori/triage/v1/task_service.pb.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "mamori/triage/v1/two_person_service.pb.h"

namespace mamori::server {
namespace {

std::set<std::string> AllMethods() {
  std::set<std::string> methods;
  for (const auto* file : {intake::v1::SubmitReportRequest::descriptor()->file(),
                           triage::v1::GetCaseRequest::descriptor()->file(),
                           triage::v1::ListDeadlinesRequest::descriptor()->file(),
                           triage::v1::GetStatisticsRequest::descriptor()->file(),
                           triage::v1::GetFactFindingRequest::descriptor()->file(),
                           triage::v1::GetMeasureRequest::descriptor()->file(),
                           triage::v1::GetActRequest::descriptor()->file(),
                           triage::v1::PlaceHoldRequest::descriptor()->file(),
                           triage::v1::DisposeCaseRequest::descriptor()->file(),
                           intake::v1::IngestEventsRequest::descriptor()->file(),
                           intake::v1::RotateReceiptRequest::descriptor()->file(),
                           intake::v1::ListMessagesRequest::descriptor()->file(),
                           triage::v1::ListActorsRequest::descriptor()->file(),
                           triage::v1::GetCareRequest::descriptor()->file(),
                           triage::v1::GetJudgementRequest::descriptor()->file(),
                           triage::v1::ListPreventionRequest::descriptor()->file(),
                           triage::v1::ListTasksRequest::descriptor()->file(),
                           triage::v1::ListContactSignalsRequest::descriptor()->file(),
                           triage::v1::ListSimilarReportsRequest::descriptor()->file(),
                           intake::v1::BatchGetContactsRequest::descriptor()->file(),
                           notification::v1::ListDeliveriesRequest::descriptor()->file(),
                           intake::v1::ExportReportsRequest::descriptor()->file(),
                           intake::v1::StartUploadRequest::descriptor()->file(),
                           intake::v1::UnsealIdentityRequest::descriptor()->file(),
                           intake::v1::GetAnonymousTimelineRequest::descriptor()->file(),
                           triage::v1::ExportEvidenceBundleRequest::descriptor()->file(),
                           triage::v1::DesignateHandlerRequest::descriptor()->file(),
                           triage::v1::ListOpenTasksRequest::descriptor()->file(),
                           triage::v1::DisclosureRequest::descriptor()->file(),
                           triage::v1::NotifyAccusedRequest::descriptor()->file(),
                           triage::v1::OpenLeakIncidentRequest::descriptor()->file(),
                           triage::v1::TrainOpinionRequest::descriptor()->file(),
                           triage::v1::ReadReporterTimelineRequest::descriptor()->file(),
                           triage::v1::GetAffectedTimelineRequest::descriptor()->file(),
                           triage::v1::GetSubjectRequestRequest::descriptor()->file(),
                           triage::v1::GetBreachRequest::descriptor()->file(),
                           intake::v1::SearchReportsRequest::descriptor()->file(),
                           triage::v1::SearchCasesRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.insert("/" + file->service(s)->full_name() + "/" +
                       file->service(s)->method(m)->name());
      }
    }
  }
  return methods;
}

TEST(AuthorizationTableTest, HasExactlyOneRowForEveryMethod) {
  config::v1::Authorization table;
  ASSERT_THAT(config::ReadTextProto(MAMORI_AUTHORIZATION_FILE, &table), testing::IsOk());
  const std::set<std::string> methods = AllMethods();
  ASSERT_THAT(Authorizer::Create(table, {methods.begin(), methods.end()}), testing::IsOk());
  std::set<std::string> rows;
  for (const auto& row : table.methods()) {
    rows.insert(row.method());
    EXPECT_GT(row.callers_size(), 0) << row.method();
    for (const auto& caller : row.callers()) {
      EXPECT_TRUE(caller.id().starts_with("spiffe://mamori.internal/")) << row.method();
    }
  }
  EXPECT_EQ(rows, methods);
}

}  // namespace
}  // namespace mamori::server
