// What people do with cases: every verb is the same path with its own effect.
#ifndef MAMORI_SERVICES_TRIAGE_CASES_H_
#define MAMORI_SERVICES_TRIAGE_CASES_H_

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/assessors.h"
#include "services/triage/case_change.h"
#include "services/triage/case_state.h"
#include "services/triage/case_store.h"
#include "services/triage/clock_books.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

class Cases {
 public:
  struct Dependencies {
    CaseStore& store;
    WorkStore& work;
    const AccessGate& gate;
    Assessors& assessors;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after events may have been appended to the outbox.
    std::function<void()> committed;
    const idempotency::PageTokens& tokens;
    // Where it is recorded whose case was read; null records nothing, for tests.
    audit::ReadLog* reads = nullptr;
    // Null keeps no clocks, for tests.
    ClockBooks* clocks = nullptr;
  };
  explicit Cases(Dependencies dependencies) : d_(std::move(dependencies)) {}

  using CaseOr = absl::StatusOr<mamori::v1::Case>;
  CaseOr Get(const server::CallContext& call, const v1::GetCaseRequest& request);
  absl::StatusOr<v1::ListCasesResponse> List(const server::CallContext& call,
                                             const v1::ListCasesRequest& request);

  CaseOr Claim(const server::CallContext& call, const v1::ClaimCaseRequest& request);
  CaseOr Assign(const server::CallContext& call, const v1::AssignCaseRequest& request);
  CaseOr Triage(const server::CallContext& call, const v1::TriageCaseRequest& request);
  CaseOr StartInvestigation(const server::CallContext& call,
                            const v1::StartInvestigationRequest& request);
  CaseOr StartDecision(const server::CallContext& call, const v1::StartDecisionRequest& request);
  CaseOr StartAction(const server::CallContext& call, const v1::StartActionRequest& request);
  CaseOr StartMonitoring(const server::CallContext& call,
                         const v1::StartMonitoringRequest& request);
  CaseOr Close(const server::CallContext& call, const v1::CloseCaseRequest& request);
  CaseOr Reopen(const server::CallContext& call, const v1::ReopenCaseRequest& request);
  CaseOr Withdraw(const server::CallContext& call, const v1::WithdrawCaseRequest& request);
  CaseOr OpenConsultation(const server::CallContext& call,
                          const v1::OpenConsultationRequest& request);
  absl::StatusOr<mamori::v1::CaseNote> AddNote(const server::CallContext& call,
                                               const v1::AddNoteRequest& request);
  CaseOr Merge(const server::CallContext& call, const v1::MergeCasesRequest& request);

 private:
  CaseOr Recorded(const server::CallContext& call, CaseOr read);
  using Effect = absl::FunctionRef<absl::Status(const CaseRow& before, ChangeBuilder& builder)>;

  template <typename Request>
  CaseOr Do(const server::CallContext& call, const Request& request, Verb verb, Effect effect);
  // With what has to be there before a case ends.
  template <typename Request>
  CaseOr End(const server::CallContext& call, const Request& request, Verb verb);

  // Whether the caller may, decided before anything that depends on the case is looked at.
  absl::StatusOr<CaseRow> Admit(const server::CallContext& call, const id::Id& case_id,
                                authz::Action action);
  absl::Status Check(const server::CallContext& call, const CaseRow& row,
                     authz::Action action) const;
  // Leaves out what the caller may not see.
  absl::StatusOr<std::vector<CaseRow>> ListReadable(const server::CallContext& call,
                                                    const CaseFilter& filter,
                                                    std::optional<CasePosition> position,
                                                    int limit);
  absl::Status KeepReadable(const server::CallContext& call, std::vector<CaseRow>& rows);
  absl::Status CheckGoesOn(const server::CallContext& call, const CaseRow& row, Verb verb);
  // `row` is the case of the call, for its clocks.
  absl::StatusOr<ChangeContext> ContextOf(const server::CallContext& call,
                                          const CaseRow& row) const;

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASES_H_
