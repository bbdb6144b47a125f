// Where the cases are kept, as the people's work on them needs it.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_STORE_H_
#define MAMORI_SERVICES_TRIAGE_CASE_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/two_person_service.pb.h"
#include "services/triage/case_row.h"
#include "services/triage/list_viewer.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// A call that takes effect once (common/idempotency).
struct CallKey {
  std::string key;     // idempotency::RequestKey
  std::string digest;  // idempotency::BodyDigest
  absl::Time deadline;
};

// Which cases are listed. Empty and unspecified ask nothing, but MERGED and DISPOSED are listed
// only when they are named.
struct CaseFilter {
  std::string tenant;
  std::vector<mamori::v1::CaseState> states;
  mamori::v1::Severity min_severity = mamori::v1::SEVERITY_UNSPECIFIED;
  std::string category;
  std::string assignee;
  std::string company;
  // What the person is kept out of is not in the list, and nothing is that neither roles nor
  // memberships let in.
  ListViewer viewer;
};

// Where a page ends: the list goes on with what is older.
struct CasePosition {
  int64_t create_micros = 0;
  id::Id case_id;
};

// Every method is one transaction. A case of another tenant is one that does not exist.
class CaseStore {
 public:
  virtual ~CaseStore() = default;

  // Reads a case, locks it, asks `decide` for the change and writes it with its events and the
  // answer. `decide` may be called several times and changes nothing; its errors are returned
  // unchanged. NOT_FOUND.
  using Decide = absl::FunctionRef<absl::StatusOr<CaseChange>(const CaseRow& row)>;
  virtual absl::StatusOr<mamori::v1::Case> Change(const CallKey& call, std::string_view tenant,
                                                  const id::Id& case_id, Decide decide) = 0;
  // The same, answered with the note of the change.
  virtual absl::StatusOr<mamori::v1::CaseNote> ChangeWithNote(const CallKey& call,
                                                              std::string_view tenant,
                                                              const id::Id& case_id,
                                                              Decide decide) = 0;
  // The same, answered with who may see the case afterwards.
  virtual absl::StatusOr<mamori::v1::CaseAccess> ChangeAccess(const CallKey& call,
                                                              std::string_view tenant,
                                                              const id::Id& case_id,
                                                              Decide decide) = 0;

  // The same for two cases at once, looked at with all that is on file of them; the reports and the
  // open deadlines of `from` move to `into`. Answered with `into`.
  struct MergeFacts {
    const CaseFile& from;
    const CaseFile& into;
    // The acts of two persons on `from` that are neither done nor withdrawn.
    const std::vector<v1::TwoPersonAct>& acts;
  };
  struct Merge {
    CaseChange from;
    CaseChange into;
    std::vector<WorkRow> carried;  // records of `into`
  };
  using DecideMerge = absl::FunctionRef<absl::StatusOr<Merge>(const MergeFacts& facts)>;
  virtual absl::StatusOr<mamori::v1::Case> MergeCases(const CallKey& call, std::string_view tenant,
                                                      const id::Id& from, const id::Id& into,
                                                      DecideMerge decide) = 0;

  // The case with everything, unless `admit` refuses it, whose error is returned: asked of the case
  // before more is read, and of the one that it was merged into. NOT_FOUND.
  using Admit = absl::FunctionRef<absl::Status(const CaseRow& row)>;
  virtual absl::StatusOr<mamori::v1::Case> Get(std::string_view tenant, const id::Id& case_id,
                                               Admit admit, absl::Time deadline) = 0;
  virtual absl::StatusOr<mamori::v1::Case> GetByReport(std::string_view tenant,
                                                       const id::Id& report_id, Admit admit,
                                                       absl::Time deadline) = 0;
  // The case alone. NOT_FOUND.
  virtual absl::StatusOr<CaseRow> GetRow(std::string_view tenant, const id::Id& case_id,
                                         absl::Time deadline) = 0;

  // At most `limit` cases, newest first, after `position` where there is one. Found through an
  // index: the record of each decides whether it is shown.
  virtual absl::StatusOr<std::vector<CaseRow>> List(const CaseFilter& filter,
                                                    const std::optional<CasePosition>& position,
                                                    int limit, absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_STORE_H_
