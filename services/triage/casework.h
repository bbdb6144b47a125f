// The one path of every verb on the work of a case: admit, lock, read the file, decide, write and
// answer. Who may see the case is decided before anything that depends on it is looked at.
#ifndef MAMORI_SERVICES_TRIAGE_CASEWORK_H_
#define MAMORI_SERVICES_TRIAGE_CASEWORK_H_

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/audit/reads.h"
#include "common/authz/access_record.h"
#include "common/id/id.h"
#include "common/idempotency/page_token.h"
#include "common/server/caller.h"
#include "common/status/errors.h"
#include "common/time/clock.h"
#include "services/triage/access_gate.h"
#include "services/triage/assessors.h"
#include "services/triage/call_key.h"
#include "services/triage/case_change.h"
#include "services/triage/clock_books.h"
#include "services/triage/work_state_rules.h"
#include "services/triage/work_store.h"

namespace mamori::triage {

// What a decision looks at.
struct CaseView {
  const CaseFile& file;
  const mamori::v1::Policy& policy;        // of the version that the case keeps
  const mamori::v1::AccessPolicy& access;  // in force
  absl::Time now;

  // NOT_FOUND for a record that the case has not, of this kind.
  absl::StatusOr<const WorkRow*> Find(WorkKind kind, const id::Id& record_id) const;
  // The newest version of each, oldest record first.
  std::vector<const WorkRow*> All(WorkKind kind) const;
};

// The message in a row's body. DATA_LOSS.
template <typename Message>
absl::StatusOr<Message> BodyOf(const WorkRow& row) {
  Message message;
  if (message.ParseFromString(row.body)) return message;
  return absl::DataLossError("a stored record cannot be read");
}

std::string EtagOf(const WorkRow& row);

// A case being opened beside the one that is worked on.
struct OpenedCase {
  OpenedCase(const CaseRow& row, const ChangeContext& context) : builder(row, context) {}
  ChangeBuilder builder;
  std::vector<WorkRow> rows;
  id::Id moved_report;
};

// A decision being made: what is to be written.
class Work {
 public:
  Work(const CaseView& view, const server::CallContext& call, id::IdSource& ids,
       const ChangeContext& context)
      : view_(view), call_(call), ids_(ids), context_(context), change_(view.file.row, context) {}

  const CaseView& view() const { return view_; }
  const CaseRow& row() const { return view_.file.row; }
  const server::CallContext& call() const { return call_; }
  absl::Time now() const { return view_.now; }
  // Whether it may be the person's to do.
  bool MayBeGiven(std::string_view person) const {
    return authz::MayBeGiven(person, row().access, view_.access);
  }
  // Of the case itself: its events and who may see it.
  ChangeBuilder& change() { return change_; }

  // FAILED_PRECONDITION.
  absl::Status NeedState(WorkVerb verb) const;
  // A new record; the row as it will be.
  WorkRow Add(WorkKind kind, const google::protobuf::Message& body);
  // The next version of one.
  WorkRow Put(const WorkRow& before, const google::protobuf::Message& body);

  id::Id NewId() { return ids_.NewId(); }
  // Opens another case, at most one. `row` is it before its first change.
  OpenedCase& Open(const CaseRow& row) { return opened_.emplace(row, context_); }
  void AddTo(OpenedCase& opened, WorkKind kind, const google::protobuf::Message& body);
  // The time of this decision counts against clocks that are set back.
  void LeaveMark() { leaves_mark_ = true; }
  // Nobody can see by the case itself that something was done.
  void LeaveUntouched() { untouched_ = true; }

  WorkChange Finish(std::string answer) &&;

 private:
  WorkRow Append(std::vector<WorkRow>& rows, WorkRow row, const google::protobuf::Message& body);

  const CaseView& view_;
  const server::CallContext& call_;
  id::IdSource& ids_;
  const ChangeContext& context_;
  ChangeBuilder change_;
  std::vector<WorkRow> rows_;
  std::optional<OpenedCase> opened_;
  bool untouched_ = false;
  bool leaves_mark_ = false;
};

class Casework {
 public:
  struct Dependencies {
    WorkStore& store;
    CaseStore& cases;
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
  explicit Casework(Dependencies dependencies) : d_(std::move(dependencies)) {}

  const idempotency::PageTokens& tokens() const { return d_.tokens; }

  // A verb. `effect` may run several times. `action` is asked of the access record before anything
  // else and again under the lock.
  template <typename Response, typename Request, typename Effect>
  absl::StatusOr<Response> Do(const server::CallContext& call, const Request& request,
                              const id::Id& case_id, authz::Action action, Effect effect) {
    auto bytes = Run(call, KeyOf(call, request), case_id, action,
                     [&](Work& work) -> absl::StatusOr<std::string> {
                       absl::StatusOr<Response> response = effect(work);
                       if (!response.ok()) return response.status();
                       return response->SerializeAsString();
                     });
    if (!bytes.ok()) return bytes.status();
    Response response;
    if (response.ParseFromString(*bytes)) return response;
    return absl::InternalError("a stored answer cannot be parsed");
  }

  // A reading; recorded before it leaves.
  template <typename Response, typename Show>
  absl::StatusOr<Response> Read(const server::CallContext& call, const id::Id& case_id, Show show,
                                authz::Action action = authz::Action::kRead) {
    absl::StatusOr<Response> response;
    const absl::Status status = RunRead(call, case_id, action, [&](const CaseView& view) {
      response = show(view);
      return response.status();
    });
    if (!status.ok()) return status;
    return response;
  }

 private:
  using Decide = absl::FunctionRef<absl::StatusOr<std::string>(Work& work)>;
  absl::StatusOr<std::string> Run(const server::CallContext& call, const CallKey& key,
                                  const id::Id& case_id, authz::Action action, Decide decide);
  using Show = absl::FunctionRef<absl::Status(const CaseView& view)>;
  absl::Status RunRead(const server::CallContext& call, const id::Id& case_id, authz::Action action,
                       Show show);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASEWORK_H_
