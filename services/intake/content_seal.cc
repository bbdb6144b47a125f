#include "services/intake/content_seal.h"

#include <utility>

#include "common/audit/entry.h"
#include "common/audit/report_content.h"
#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr size_t kRandomBytes = sealing::kCommitmentRandomBytes;
// After the random bytes of a heading: whether a summary follows.
constexpr char kSummary = 1;
constexpr char kNoSummary = 0;

absl::Status TooShort() { return absl::DataLossError("stored content is too short"); }

}  // namespace

absl::Status ContentSeal::SealReport(sealing::KeyUse use, std::string body,
                                     std::optional<std::string> summary, NewReport& report) const {
  ASSIGN_OR_RETURN(report.key, sealer_.Take(report.tenant, use));
  ASSIGN_OR_RETURN(const sealing::DataKey key, sealer_.Open(*report.key));
  std::string heading(kRandomBytes, '\0');
  crypto::FillRandom(heading.data(), heading.size());
  report.answer.digest = audit::CommitReport(heading, body);
  heading.reserve(kRandomBytes + 1 + (summary ? summary->size() : 0));
  heading.push_back(summary ? kSummary : kNoSummary);
  if (summary) heading.append(*summary);
  report.heading = key.Seal(sealing::ReportHeading(report.tenant, report.report_id), heading);
  report.body = key.Seal(sealing::ReportBody(report.tenant, report.report_id), body);
  crypto::Wipe(heading);
  crypto::Wipe(body);
  if (summary) crypto::Wipe(*summary);
  return absl::OkStatus();
}

absl::Status ContentSeal::MakeDurable(const std::vector<const NewReport*>& reports,
                                      absl::Time deadline) const {
  std::vector<const sealing::FreshKey*> keys;
  keys.reserve(reports.size());
  for (const NewReport* report : reports) keys.push_back(&*report->key);
  return sealer_.MakeDurable(keys, deadline);
}

absl::StatusOr<bool> ContentSeal::IsSame(const StoredAnswer& stored, const NewReport& report,
                                         absl::Time deadline) const {
  // Its own row, after a COMMIT of unknown outcome.
  if (stored.report_id == report.report_id) return true;
  const absl::StatusOr<sealing::DataKey> key =
      sealer_.FetchKey(report.tenant, stored.heading, deadline);
  if (sealing::IsErased(key.status())) return false;
  RETURN_IF_ERROR(key.status());
  ASSIGN_OR_RETURN(
      std::string heading,
      key->Open(sealing::ReportHeading(report.tenant, stored.report_id), stored.heading));
  if (heading.size() < kRandomBytes) return TooShort();
  ASSIGN_OR_RETURN(const sealing::DataKey own, sealer_.Open(*report.key));
  ASSIGN_OR_RETURN(std::string body,
                   own.Open(sealing::ReportBody(report.tenant, report.report_id), report.body));
  const bool same =
      audit::IsCommitted(std::string_view(heading).substr(0, kRandomBytes), body, stored.digest);
  crypto::Wipe(heading);
  crypto::Wipe(body);
  return same;
}

ContentSeal::Sealed ContentSeal::SealBody(const sealing::DataKey& key, const sealing::Field& field,
                                          std::string_view body) {
  std::string text = audit::NewRandom();
  Sealed sealed{.commitment = audit::Commit(text, body)};
  text.reserve(text.size() + body.size());
  text.append(body);
  sealed.body = key.Seal(field, text);
  crypto::Wipe(text);
  return sealed;
}

absl::StatusOr<std::string> ContentSeal::OpenBody(const sealing::DataKey& key,
                                                  const sealing::Field& field,
                                                  std::string_view sealed) {
  ASSIGN_OR_RETURN(std::string text, key.Open(field, sealed));
  if (text.size() < kRandomBytes) return TooShort();
  text.erase(0, kRandomBytes);
  return text;
}

absl::StatusOr<std::string> ContentSeal::CommitmentOf(const sealing::DataKey& key,
                                                      const sealing::Field& field,
                                                      std::string_view sealed) {
  ASSIGN_OR_RETURN(std::string text, key.Open(field, sealed));
  if (text.size() < kRandomBytes) return TooShort();
  const std::string_view all(text);
  std::string commitment = audit::Commit(all.substr(0, kRandomBytes), all.substr(kRandomBytes));
  crypto::Wipe(text);
  return commitment;
}

absl::StatusOr<std::string> ContentSeal::OpenReport(const sealing::DataKey& key,
                                                    std::string_view tenant,
                                                    const StoredReport& row) {
  return key.Open(sealing::ReportBody(tenant, row.report_id), row.body);
}

absl::StatusOr<std::optional<std::string>> ContentSeal::OpenSummary(const sealing::DataKey& key,
                                                                    std::string_view tenant,
                                                                    const StoredHeading& row) {
  ASSIGN_OR_RETURN(std::string heading,
                   key.Open(sealing::ReportHeading(tenant, row.report_id), row.heading));
  if (heading.size() <= kRandomBytes) return TooShort();
  if (heading[kRandomBytes] == kNoSummary) return std::optional<std::string>();
  return std::optional<std::string>(heading.substr(kRandomBytes + 1));
}

}  // namespace mamori::intake
