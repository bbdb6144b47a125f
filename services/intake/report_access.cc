#include "services/intake/report_access.h"

#include <algorithm>

#include "common/authz/access_rules.h"
#include "common/id/id.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/records.h"
#include "services/intake/uncased_access.h"

namespace mamori::intake {
namespace {

// Bodies read at once: most have a few KiB, none has more than 4 MiB.
constexpr size_t kBodiesPerRead = 32;

authz::Viewer ViewerOf(const server::CallContext& call) {
  return {.tenant = call.tenant,
          .person = call.person,
          .roles = authz::RolesOf(call.roles),
          .department = call.department};
}

}  // namespace

absl::StatusOr<std::set<std::string>> ReportAccess::Admitted(const server::CallContext& call,
                                                             Use use,
                                                             const std::vector<std::string>& ids,
                                                             bool names) const {
  std::set<std::string> admitted;
  if (call.person.empty() || ids.empty()) return admitted;
  std::vector<triage::v1::AccessQuestion> questions;
  for (const std::string& id : ids) {
    questions.push_back(client::QuestionOf(call, id::Name("reports", id)));
    questions.back().set_action(use == Use::kRead ? triage::v1::ACCESS_ACTION_READ
                                                  : triage::v1::ACCESS_ACTION_SUPPLEMENT);
  }
  ASSIGN_OR_RETURN(const std::vector<client::Access> answers,
                   checker_.Check(questions, call.deadline));
  std::vector<std::string> read;
  std::set<std::string> uncased;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (answers[i] == client::Access::kAllowed) admitted.insert(ids[i]);
    if (answers[i] == client::Access::kNoCase) uncased.insert(ids[i]);
    if (answers[i] == client::Access::kNoCase || (names && answers[i] == client::Access::kDenied)) {
      read.push_back(ids[i]);
    }
  }
  RETURN_IF_ERROR(AddUncased(call, use, read, uncased, admitted));
  return admitted;
}

absl::Status ReportAccess::AddUncased(const server::CallContext& call, Use use,
                                      const std::vector<std::string>& ids,
                                      const std::set<std::string>& uncased,
                                      std::set<std::string>& admitted) const {
  const authz::Viewer viewer = ViewerOf(call);
  const authz::Action action =
      use == Use::kRead ? authz::Action::kRead : authz::Action::kSupplement;
  for (size_t from = 0; from < ids.size(); from += kBodiesPerRead) {
    const size_t to = std::min(from + kBodiesPerRead, ids.size());
    ASSIGN_OR_RETURN(
        const std::vector<StoredReport> rows,
        store_.GetReports(call.tenant, {ids.begin() + from, ids.begin() + to}, call.deadline));
    ASSIGN_OR_RETURN(const sealing::KeyRing keys,
                     FetchKeys(sealer_, rows, &StoredReport::body, call.deadline));
    for (const StoredReport& row : rows) {
      const auto key = keys.KeyOf(call.tenant, row.body);
      if (sealing::IsErased(key.status())) {
        sealer_.IsErasureDecided(sealing::Owner::kReport, row.report_id, call.deadline);
        continue;
      }
      RETURN_IF_ERROR(key.status());
      ASSIGN_OR_RETURN(const mamori::v1::Report report, ToReport(*key, call.tenant, row));
      const bool may = MayUseUncased(viewer, action, call.tenant, report);
      if (may && uncased.contains(row.report_id)) admitted.insert(row.report_id);
    }
  }
  return absl::OkStatus();
}

absl::Status ReportAccess::Check(const server::CallContext& call, Use use,
                                 const std::string& id) const {
  ASSIGN_OR_RETURN(const std::set<std::string> admitted, Admitted(call, use, {id}, true));
  return admitted.empty() ? status::NotFound("report") : absl::OkStatus();
}

}  // namespace mamori::intake
