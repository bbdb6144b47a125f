// Makes evidence bundles.
#ifndef MAMORI_SERVICES_TRIAGE_BUNDLES_H_
#define MAMORI_SERVICES_TRIAGE_BUNDLES_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "common/crypto/signing_key.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/sealing/sealer.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/triage/v1/bundle_service.pb.h"
#include "services/triage/access_gate.h"
#include "services/triage/bundle_store.h"
#include "services/triage/case_store.h"
#include "services/triage/report_exporter.h"

namespace mamori::triage {

class Bundles {
 public:
  struct Dependencies {
    BundleStore& store;
    CaseStore& cases;
    ReportExporter& reports;
    const AccessGate& gate;
    const sealing::Sealer& sealer;
    const crypto::SigningKey& key;  // of the audit
    // For the audit's own tables.
    db::Transactor& transactor;
    const time::Clock& clock;
    time::Sleeper& sleeper;
    id::IdSource& ids;
  };
  explicit Bundles(Dependencies dependencies) : d_(dependencies) {}

  // False when nobody reads any more.
  using Write = std::function<bool(const v1::ExportEvidenceBundleResponse&)>;
  absl::Status Export(const server::CallContext& call,
                      const v1::ExportEvidenceBundleRequest& request, const Write& write);

 private:
  absl::Status Check(const server::CallContext& call, const CaseRow& row) const;

  const Dependencies d_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_BUNDLES_H_
