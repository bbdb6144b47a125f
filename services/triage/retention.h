// What people do when the retention of cases, and of records that are the tenant's, is over.
#ifndef MAMORI_SERVICES_TRIAGE_RETENTION_H_
#define MAMORI_SERVICES_TRIAGE_RETENTION_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/record_retention_store.h"
#include "services/triage/retention_store.h"

namespace mamori::triage {

class Retention {
 public:
  struct Dependencies {
    RetentionStore& store;
    RecordRetentionStore& records;
    const AccessGate& gate;
    const mamori::v1::RetentionPolicy policy;
    const std::string policy_digest;
    const time::Clock& clock;
    id::IdSource& ids;
    // Called after events may have been written.
    std::function<void()> committed;
    const idempotency::PageTokens& tokens;
  };
  explicit Retention(Dependencies dependencies) : d_(std::move(dependencies)) {}

  absl::StatusOr<v1::DryRunRetentionResponse> DryRun(const server::CallContext& call,
                                                     const v1::DryRunRetentionRequest& request);
  absl::StatusOr<v1::Disposition> Dispose(const server::CallContext& call,
                                          const v1::DisposeCaseRequest& request);
  absl::StatusOr<v1::Disposition> DisposeRecord(const server::CallContext& call,
                                                const v1::DisposeRecordRequest& request);
  absl::StatusOr<v1::Disposition> GetDisposition(const server::CallContext& call,
                                                 const v1::GetDispositionRequest& request);

 private:
  absl::Status Check(const server::CallContext& call, const CaseRow& row) const;
  // Whether there is any case for which Check might be passed.
  bool MayLookAfterAny(const authz::Viewer& viewer) const;
  absl::StatusOr<v1::DryRunRetentionResponse> DryRunCases(
      const server::CallContext& call, const v1::DryRunRetentionRequest& request);
  absl::StatusOr<v1::DryRunRetentionResponse> DryRunRecords(
      const server::CallContext& call, const RecordKind& kind,
      const v1::DryRunRetentionRequest& request);
  // OK for who may know of the record, or of what is left of it.
  absl::Status AdmitToRecord(const server::CallContext& call, const RecordName& name);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RETENTION_H_
