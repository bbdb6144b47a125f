// Where it is kept how long cases have been closed, and what was disposed of.
#ifndef MAMORI_SERVICES_TRIAGE_RETENTION_STORE_H_
#define MAMORI_SERVICES_TRIAGE_RETENTION_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "services/triage/case_store.h"
#include "services/triage/retention_rules.h"

namespace mamori::triage {

// A closed case with what its retention depends on.
struct RetainedCase {
  CaseRow row;
  RetentionFacts facts;
  int64_t reports = 0;
  int64_t notes = 0;
};

// What a disposal writes.
struct Disposal {
  CaseChange change;
  v1::Disposition certificate;  // without what the store knows: act, approvers, reports, notes
};

// Every method is one transaction.
class RetentionStore {
 public:
  virtual ~RetentionStore() = default;

  // At most `limit` that were closed before `before`, longest closed first, after `position` where
  // there is one. Reads only.
  virtual absl::StatusOr<std::vector<RetainedCase>> ListClosed(
      std::string_view tenant, absl::Time before, const std::optional<CasePosition>& position,
      int limit, absl::Time deadline) = 0;

  // The case with what its retention depends on. NOT_FOUND.
  virtual absl::StatusOr<RetainedCase> Read(std::string_view tenant, const id::Id& case_id,
                                            absl::Time deadline) = 0;

  // Locks the case and the tenant's holds, asks `decide`, uses the act up, and writes: what was
  // written into the case and worked out of its reports goes, its data key is erased, intake is
  // told of the reports, the certificate is kept and the audit commits to it. NOT_FOUND; the errors
  // of UseAct; the key store's, after which the case is disposed of and its key is erased later.
  using Decide = absl::FunctionRef<absl::StatusOr<Disposal>(const RetainedCase& found)>;
  virtual absl::StatusOr<v1::Disposition> Dispose(const CallKey& call, std::string_view tenant,
                                                  const id::Id& case_id, const id::Id& act_id,
                                                  const std::string& person, Decide decide) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<v1::Disposition> GetDisposition(std::string_view tenant,
                                                         const id::Id& case_id,
                                                         absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RETENTION_STORE_H_
