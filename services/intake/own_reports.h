// What reporters do with their own report: submit it as themselves, share it, withdraw it.
// Blocking.
#ifndef MAMORI_SERVICES_INTAKE_OWN_REPORTS_H_
#define MAMORI_SERVICES_INTAKE_OWN_REPORTS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/id/id.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/intake/v1/reporter_service.pb.h"
#include "services/intake/backlog_gate.h"
#include "services/intake/content_box.h"
#include "services/intake/dialogue_parties.h"
#include "services/intake/group_commit.h"
#include "services/intake/message_store.h"
#include "services/intake/reporter_keys.h"
#include "services/intake/reporter_store.h"

namespace mamori::intake {

class OwnReports {
 public:
  struct Dependencies {
    GroupCommit& writer;
    const ContentSeal& seal;
    const BacklogGate& gate;
    ReporterStore& store;
    MessageStore& messages;
    const ReporterKeys& keys;
    const ContentBox& box;
    const time::Clock& clock;
    id::IdSource& ids;
    std::function<void()> committed;  // there may be new events
  };
  explicit OwnReports(Dependencies dependencies) : d_(std::move(dependencies)) {}

  // PERMISSION_DENIED for who reports for somebody else without a role that may.
  absl::StatusOr<v1::SubmitReportResponse> Submit(const server::CallContext& call,
                                                  const v1::SubmitIdentifiedReportRequest& request);
  absl::StatusOr<v1::Sharing> Share(const server::CallContext& call, const Party& party,
                                    const v1::Sharing& sharing);
  absl::StatusOr<v1::Sharing> GetSharing(const server::CallContext& call, const Party& party);
  absl::StatusOr<v1::WithdrawReportResponse> Withdraw(const server::CallContext& call,
                                                      const Party& party);

 private:
  absl::StatusOr<NewReport> Prepare(const server::CallContext& call,
                                    const v1::SubmitIdentifiedReportRequest& request);

  const Dependencies d_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_OWN_REPORTS_H_
