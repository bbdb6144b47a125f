// Where it is kept which records of the tenant's are over, and what was disposed of.
#ifndef MAMORI_SERVICES_TRIAGE_RECORD_RETENTION_STORE_H_
#define MAMORI_SERVICES_TRIAGE_RECORD_RETENTION_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "services/triage/act_store.h"
#include "services/triage/record_row.h"
#include "services/triage/retained_record.h"

namespace mamori::triage {

// Every method is one transaction. A record of another tenant is one that does not exist, and so is
// one whose stored row is not believed.
class RecordRetentionStore {
 public:
  virtual ~RecordRetentionStore() = default;

  // At most `limit` that were created before `before`, oldest first, after `position` where there
  // is one; open ones too. Reads only.
  virtual absl::StatusOr<std::vector<RetainedRecord>> ListRetained(
      const RecordKind& kind, std::string_view tenant, absl::Time before,
      const std::optional<CasePosition>& position, int limit, absl::Time deadline) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<RetainedRecord> Read(const RecordName& name, std::string_view tenant,
                                              absl::Time deadline) = 0;

  // Locks the record and the tenant's holds, asks `decide` for the certificate without what the
  // store knows (act, approvers), uses the act up, and writes: the row goes, its data key is
  // erased, the certificate is kept and the audit commits to it. NOT_FOUND; the errors of UseAct;
  // the key store's, after which it is disposed of and its key is erased later.
  using Decide = absl::FunctionRef<absl::StatusOr<v1::Disposition>(const RetainedRecord& found)>;
  virtual absl::StatusOr<v1::Disposition> Dispose(const CallKey& call, const ActCaller& caller,
                                                  const RecordName& name, std::string_view tenant,
                                                  const id::Id& act_id, const std::string& person,
                                                  Decide decide) = 0;

  // As it is told. NOT_FOUND, for the person whom the record was about too.
  virtual absl::StatusOr<v1::Disposition> GetDisposition(const RecordName& name,
                                                         std::string_view tenant,
                                                         std::string_view person,
                                                         absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_RECORD_RETENTION_STORE_H_
