// What of intake's rows is content, and how each is sealed: only this leaves the thread of a call.
#ifndef MAMORI_SERVICES_INTAKE_CONTENT_SEAL_H_
#define MAMORI_SERVICES_INTAKE_CONTENT_SEAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sealing/sealer.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

// The keys of what `content` of the rows holds, read at once.
template <typename Row>
absl::StatusOr<sealing::KeyRing> FetchKeys(const sealing::Sealer& sealer,
                                           const std::vector<Row>& rows, std::string Row::*content,
                                           absl::Time deadline) {
  std::vector<std::string_view> sealed;
  sealed.reserve(rows.size());
  for (const Row& row : rows) {
    // What is not sealed is met when it is opened.
    if (sealing::HeaderOf(row.*content).ok()) sealed.push_back(row.*content);
  }
  return sealer.Fetch(sealed, deadline);
}

// A report, its supplements and the contacts that belong to it have one data key, which is erased
// with the report. A contact without a report has its own. Each carries the random bytes of its
// commitment in the audit, a report in its heading. Thread safe.
class ContentSeal {
 public:
  explicit ContentSeal(const sealing::Sealer& sealer) : sealer_(sealer) {}

  const sealing::Sealer& sealer() const { return sealer_; }

  // Sets key, heading, body and digest of `report`, whose id and tenant are there; `body` and
  // `summary` are wiped. Never blocks.
  absl::Status SealReport(sealing::KeyUse use, std::string body, std::optional<std::string> summary,
                          NewReport& report) const;
  // Before any of them is written.
  absl::Status MakeDurable(const std::vector<const NewReport*>& reports, absl::Time deadline) const;
  // Whether the answer that is stored under the report's request id is to the same request.
  absl::StatusOr<bool> IsSame(const StoredAnswer& stored, const NewReport& report,
                              absl::Time deadline) const;

  // Content that is one text, with its commitment.
  struct Sealed {
    std::string body;
    std::string commitment;
  };
  static Sealed SealBody(const sealing::DataKey& key, const sealing::Field& field,
                         std::string_view body);
  static absl::StatusOr<std::string> OpenBody(const sealing::DataKey& key,
                                              const sealing::Field& field, std::string_view sealed);

  // What the audit is told of it.
  static absl::StatusOr<std::string> CommitmentOf(const sealing::DataKey& key,
                                                  const sealing::Field& field,
                                                  std::string_view sealed);

  static absl::StatusOr<std::string> OpenReport(const sealing::DataKey& key,
                                                std::string_view tenant, const StoredReport& row);
  // None when it was too large to be kept beside the body.
  static absl::StatusOr<std::optional<std::string>> OpenSummary(const sealing::DataKey& key,
                                                                std::string_view tenant,
                                                                const StoredHeading& row);

 private:
  const sealing::Sealer& sealer_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONTENT_SEAL_H_
