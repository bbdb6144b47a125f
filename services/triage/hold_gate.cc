#include "services/triage/hold_gate.h"

#include <optional>

#include "common/authz/record_rules.h"
#include "common/status/errors.h"
#include "common/status/role_not_allowed.h"

namespace mamori::triage {
namespace {

// To read it or to look after its access: whoever may do neither does not know of it.
bool MayKnow(const AccessGate& gate, const authz::Viewer& viewer,
             const mamori::v1::CaseAccess& access) {
  return !absl::IsNotFound(gate.Check(viewer, access, authz::Action::kRead)) ||
         !absl::IsNotFound(gate.Check(viewer, access, authz::Action::kReadAccess));
}

// One that is gone nobody knows of.
bool MayKnow(const authz::Viewer& viewer, const std::optional<RetainedRecord>& record) {
  return record.has_value() && CheckRecordAccess(viewer, *record->kind, record->person).ok();
}

}  // namespace

absl::Status CheckHoldAccess(const AccessGate& gate, const authz::Viewer& viewer,
                             const v1::LegalHold& hold, const ActResource& meant,
                             const char* what) {
  if (authz::IsAboutOneself(viewer, hold.actor())) return status::NotFound(what);
  for (const CaseRow& row : meant.cases) {
    if (!MayKnow(gate, viewer, row.access)) return status::NotFound(what);
  }
  if (hold.has_record_name() && !MayKnow(viewer, meant.record)) return status::NotFound(what);
  if (authz::MayLookAfterHolds(viewer.roles)) return absl::OkStatus();
  // Whoever knows of the cases may know that there is such a thing; of a hold on no case only the
  // roles do.
  if (meant.cases.empty()) return status::NotFound(what);
  return status::RoleNotAllowed();
}

}  // namespace mamori::triage
