// Where the work on cases is kept.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_STORE_H_
#define MAMORI_SERVICES_TRIAGE_WORK_STORE_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/triage/case_store.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// Rows that a case may have: whoever reads its file reads all of them.
inline constexpr int kMaxWorkRows = 5000;

// Every method is one transaction. A case of another tenant is one that does not exist.
class WorkStore {
 public:
  virtual ~WorkStore() = default;

  // Locks the case, reads its file, asks `decide` and writes what it says, with the answer, in one:
  // decisions about one case stand one after the other. `decide` may be called several times and
  // changes nothing; its errors are returned unchanged. NOT_FOUND; FAILED_PRECONDITION when the
  // case has kMaxWorkRows.
  using Decide = absl::FunctionRef<absl::StatusOr<WorkChange>(const CaseFile& file)>;
  virtual absl::StatusOr<std::string> Change(const CallKey& call, std::string_view tenant,
                                             const id::Id& case_id, Decide decide) = 0;

  // The file, unless `admit` refuses the case, whose error is returned before more is read.
  // NOT_FOUND.
  using Admit = absl::FunctionRef<absl::Status(const CaseRow& row)>;
  virtual absl::StatusOr<CaseFile> Read(std::string_view tenant, const id::Id& case_id, Admit admit,
                                        absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_STORE_H_
