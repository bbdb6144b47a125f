// What data subjects ask over all cases: one request of the tenant, and a disclosure in each case
// that tells of the person.
#ifndef MAMORI_SERVICES_TRIAGE_SUBJECT_REQUESTS_H_
#define MAMORI_SERVICES_TRIAGE_SUBJECT_REQUESTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/reads.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/subject_request_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/case_store.h"
#include "services/triage/disclosures.h"
#include "services/triage/report_reader.h"
#include "services/triage/tenant_record_store.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class SubjectRequests {
 public:
  struct Dependencies {
    TenantRecordStore& store;
    Disclosures& disclosures;
    CaseStore& cases;
    WorkStore& work;
    ReportReader& reports;
    const AccessGate& gate;
    const time::Clock& clock;
    id::IdSource& ids;
    const idempotency::PageTokens& tokens;
    audit::ReadLog* reads = nullptr;  // null records nothing, for tests
  };
  // What one call looks through at most, whichever is reached first; the page ends there.
  struct Options {
    size_t bytes = 8 << 20;
    absl::Duration time = absl::Seconds(2);
  };
  SubjectRequests(Dependencies dependencies, Options options)
      : d_(dependencies), options_(options) {}

  using RequestOr = absl::StatusOr<v1::SubjectRequest>;
  RequestOr Receive(const server::CallContext& call,
                    const v1::ReceiveSubjectRequestRequest& request);
  RequestOr Check(const server::CallContext& call, const v1::CheckSubjectRequesterRequest& request);
  absl::StatusOr<v1::GatherSubjectRequestResponse> Gather(
      const server::CallContext& call, const v1::GatherSubjectRequestRequest& request);
  RequestOr Get(const server::CallContext& call, const v1::GetSubjectRequestRequest& request);
  absl::StatusOr<v1::ListSubjectRequestsResponse> List(
      const server::CallContext& call, const v1::ListSubjectRequestsRequest& request);
  absl::StatusOr<v1::SubjectAnswer> Compose(const server::CallContext& call,
                                            const v1::ComposeSubjectAnswerRequest& request);
  RequestOr Answer(const server::CallContext& call, const v1::AnswerSubjectRequestRequest& request);

 private:
  // A request as one caller sees it.
  struct Seen {
    v1::SubjectRequest request;
    std::vector<v1::DisclosureRequest> found;
  };
  // As it is stored, for those who may know of it; as one that does not exist otherwise.
  RequestOr Admit(const server::CallContext& call, const std::string& name) const;
  absl::StatusOr<Seen> See(const server::CallContext& call, const std::string& name);
  // Whether the case tells of the person, and how much there was to look through.
  absl::StatusOr<bool> TellsOf(const server::CallContext& call, const v1::SubjectRequest& asked,
                               const CaseRow& row, size_t& bytes);
  absl::StatusOr<v1::SubjectFinding> Record(const server::CallContext& call,
                                            const v1::SubjectRequest& asked, const id::Id& case_id);

  const Dependencies d_;
  const Options options_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SUBJECT_REQUESTS_H_
