// LeakSource on this service's own tables and intake's audit, which is asked for the person.
#ifndef MAMORI_SERVICES_TRIAGE_AUDIT_LEAK_SOURCE_H_
#define MAMORI_SERVICES_TRIAGE_AUDIT_LEAK_SOURCE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "common/client/on_behalf.h"
#include "common/db/transaction.h"
#include "mamori/intake/v1/identity_service.grpc.pb.h"
#include "services/triage/access_seal.h"
#include "services/triage/leak_source.h"

namespace mamori::triage {

class AuditLeakSource final : public LeakSource {
 public:
  AuditLeakSource(db::Transactor& transactor, const AccessSeal& seal,
                  const std::shared_ptr<grpc::Channel>& intake, client::OnBehalf on_behalf)
      : transactor_(transactor),
        seal_(seal),
        intake_(intake::v1::IdentityService::NewStub(intake)),
        on_behalf_(std::move(on_behalf)) {}

  absl::StatusOr<LeakEvidence> Find(const server::CallContext& call, const CaseRow& row,
                                    const std::vector<id::Id>& reports, absl::Time from,
                                    absl::Time to) override;

  absl::StatusOr<ReadBy> FindReadBy(const server::CallContext& call, const std::string& person,
                                    absl::Time from, absl::Time to) override;

 private:
  absl::Status AddCaseReads(const server::CallContext& call, const CaseRow& row, absl::Time from,
                            absl::Time to, LeakEvidence& evidence);
  absl::Status AddReportReads(const server::CallContext& call, const std::vector<id::Id>& reports,
                              absl::Time from, absl::Time to, LeakEvidence& evidence);

  db::Transactor& transactor_;
  const AccessSeal& seal_;
  const std::unique_ptr<intake::v1::IdentityService::Stub> intake_;
  const client::OnBehalf on_behalf_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_AUDIT_LEAK_SOURCE_H_
