// Takes the events of intake and notification: reads and assesses what they are about, then has the
// store apply them in one transaction.
#ifndef MAMORI_SERVICES_TRIAGE_INGEST_H_
#define MAMORI_SERVICES_TRIAGE_INGEST_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "mamori/v1/event.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/assessors.h"
#include "services/triage/case_change.h"
#include "services/triage/clock_books.h"
#include "services/triage/contact_source.h"
#include "services/triage/ingest_store.h"
#include "services/triage/memory_keys.h"
#include "services/triage/opinions.h"
#include "services/triage/report_source.h"

namespace mamori::triage {

class Ingest {
 public:
  struct Dependencies {
    IngestStore& store;
    const AccessGate& gate;
    ReportSource& reports;
    ContactSource& contacts;
    Assessors& assessors;
    const MemoryKeys& memory;
    const time::Clock& clock;
    id::IdSource& ids;
    mamori::v1::AnonymousNotices notices;  // the policy's
    // Called after events may have been appended to the outbox.
    std::function<void()> committed;
    // Null keeps no clocks, for tests.
    ClockBooks* clocks = nullptr;
    // Null asks the policy's own model, for tests.
    Opinions* opinions = nullptr;
  };
  explicit Ingest(Dependencies dependencies) : d_(std::move(dependencies)) {}

  // A status per event. `source` is the service that the caller is; empty when it is none. An event
  // that says another source is INVALID_ARGUMENT.
  std::vector<absl::Status> Apply(const std::vector<const mamori::v1::Event*>& events,
                                  const std::string& source, absl::Time deadline);

 private:
  // A tenant's reports and the policy versions of the cases that they belong to.
  struct Material {
    absl::Status status;
    std::map<id::Id, mamori::v1::Report> reports;
    std::map<id::Id, std::string> digests;  // by case and by report
    std::map<id::Id, mamori::v1::Contact> contacts;
    std::map<id::Id, ContactCount> counts;  // by report, of those that were supplemented
    std::map<id::Id, std::string> models;   // by report, of those that were assessed before
  };
  // What has to be read for a tenant's events.
  struct Wanted {
    std::set<id::Id> reports;
    std::vector<id::Id> known;  // reports that have a case, or should
    std::vector<id::Id> supplemented;
    std::vector<id::Id> contacts;
  };
  using Materials = std::map<std::string, Material>;

  Materials ReadMaterials(const std::vector<const mamori::v1::Event*>& events,
                          const std::vector<absl::Status>& statuses, absl::Time deadline);
  absl::Status ReadMaterial(const std::string& tenant, const Wanted& wanted, absl::Time deadline,
                            Material& material);
  absl::StatusOr<IngestItem> Prepare(const mamori::v1::Event& event, const Materials& materials);
  absl::StatusOr<IngestItem> PrepareReceived(const mamori::v1::Event& event,
                                             const Material& material);
  absl::StatusOr<IngestItem> PrepareSupplemented(const mamori::v1::Event& event,
                                                 const Material& material);
  absl::StatusOr<IngestItem> PrepareContact(const mamori::v1::Event& event,
                                            const Material& material);
  IngestItem PrepareTold(const mamori::v1::Event& event);
  void HoldBack(ChangeBuilder& builder);
  absl::StatusOr<std::shared_ptr<const Assessor>> AssessorOf(const Material& material,
                                                             const id::Id& id);

  // A report that was assessed before keeps its model.
  Opinions::OpinionOr OpinionOf(const Material& material, const mamori::v1::Event& event,
                                const id::Id& report_id,
                                const std::shared_ptr<const Assessor>& assessor);

  absl::StatusOr<std::shared_ptr<const ClockBook>> ClocksOf(const std::string& digest);
  ChangeContext ContextOf(const mamori::v1::Event& event, absl::Time now,
                          std::shared_ptr<const ClockBook> clocks);

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_INGEST_H_
