// What the contact log tells, as people may see it, and what they decide about it.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_SIGNALS_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_SIGNALS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/contact_signal_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/assessors.h"
#include "services/triage/case_change.h"
#include "services/triage/case_store.h"
#include "services/triage/clock_books.h"
#include "services/triage/contact_signal_store.h"

namespace mamori::triage {

class ContactSignals {
 public:
  struct Dependencies {
    ContactSignalStore& store;
    CaseStore& cases;
    const AccessGate& gate;
    Assessors& assessors;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after a case may have been opened.
    std::function<void()> committed;
    const idempotency::PageTokens& tokens;
    // Null where no clock is kept.
    ClockBooks* clocks = nullptr;
  };
  explicit ContactSignals(Dependencies dependencies) : d_(std::move(dependencies)) {}

  absl::StatusOr<v1::ListContactSignalsResponse> List(const server::CallContext& call,
                                                      const v1::ListContactSignalsRequest& request);
  absl::StatusOr<v1::ListCaseProposalsResponse> ListProposals(
      const server::CallContext& call, const v1::ListCaseProposalsRequest& request);
  absl::StatusOr<mamori::v1::Case> Accept(const server::CallContext& call,
                                          const v1::AcceptCaseProposalRequest& request);
  absl::StatusOr<v1::ContactSignal> Dismiss(const server::CallContext& call,
                                            const v1::DismissCaseProposalRequest& request);
  absl::StatusOr<v1::ListUnseenSignalsResponse> ListUnseen(
      const server::CallContext& call, const v1::ListUnseenSignalsRequest& request);

 private:
  struct Page {
    std::vector<v1::ContactSignal> signals;
    std::string next_page_token;
  };
  // OK for those whom the policy makes members of customer harassment cases.
  absl::Status RequireDesk(const server::CallContext& call) const;
  absl::StatusOr<v1::ContactSignal> ToSignal(const CrossingRow& row);
  absl::StatusOr<mamori::v1::ContactThreshold> ThresholdOf(const CrossingRow& row);
  template <typename Request>
  absl::StatusOr<Page> ReadPage(const server::CallContext& call, const Request& request,
                                const ContactSignalStore::Filter& filter);
  ContactSignalStore::Decision Decided(const server::CallContext& call, const CrossingRow& before,
                                       v1::ContactSignalState state, absl::Time now) const;
  CaseChange OpenCase(const server::CallContext& call, const CrossingRow& row,
                      const mamori::v1::ContactThreshold& threshold, const std::string& digest,
                      std::shared_ptr<const ClockBook> clocks, absl::Time now);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_SIGNALS_H_
