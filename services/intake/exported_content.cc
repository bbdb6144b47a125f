#include "services/intake/exported_content.h"

#include <optional>
#include <utility>

#include "common/audit/entry.h"
#include "common/audit/report_content.h"
#include "common/bundle/documents.h"
#include "common/crypto/aead.h"
#include "common/id/id.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"
#include "mamori/v1/contact.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::intake {
namespace {

using mamori::v1::CommittedContent;

// Supplements that a bundle has of one report.
constexpr int kMaxSupplements = 10000;

CommittedContent Named(const std::string& resource, int64_t sequence,
                       const google::protobuf::Descriptor* type) {
  CommittedContent content;
  content.set_service("intake");
  content.set_resource(resource);
  content.set_sequence(sequence);
  // What it says is told by whoever writes the bundle, so that it travels once.
  content.mutable_told()->set_type_url(bundle::TypeUrlOf(type));
  return content;
}

// Of opened content that begins with its random bytes. Nothing when the audit has it not.
std::optional<CommittedContent> Take(std::string whole, const std::string& resource,
                                     const google::protobuf::Descriptor* type,
                                     bundle::Commitments& open) {
  std::optional<CommittedContent> content;
  if (whole.size() >= sealing::kCommitmentRandomBytes) {
    const std::string_view random =
        std::string_view(whole).substr(0, sealing::kCommitmentRandomBytes);
    const std::string_view text = std::string_view(whole).substr(random.size());
    if (const auto sequence = open.Take(audit::Commit(random, text))) {
      content = Named(resource, *sequence, type);
      content->set_random(std::string(random));
      content->set_content(std::string(text));
    }
  }
  crypto::Wipe(whole);
  return content;
}

absl::Status OpenBody(const sealing::DataKey& key, const std::string& tenant,
                      const StoredReport& row, const std::string& sealed_heading,
                      bundle::Commitments& open, OpenedReport& opened) {
  ASSIGN_OR_RETURN(std::string heading,
                   key.Open(sealing::ReportHeading(tenant, row.report_id), sealed_heading));
  ASSIGN_OR_RETURN(std::string body,
                   key.Open(sealing::ReportBody(tenant, row.report_id), row.body));
  const std::string_view random =
      std::string_view(heading).substr(0, sealing::kCommitmentRandomBytes);
  const std::string name = id::Name("reports", row.report_id);
  if (const auto sequence = open.Take(audit::CommitReport(random, body))) {
    audit::Opening opening = audit::OpeningOf(random, body);
    CommittedContent content =
        Named(name, *sequence, mamori::v1::Report::default_instance().GetDescriptor());
    content.set_random(std::move(opening.random));
    content.set_content(std::move(opening.content));
    content.set_withheld(std::move(opening.withheld));
    opened.contents.emplace(*sequence, std::move(content));
  } else if (const auto whole = open.Take(audit::Commit(random, body))) {
    // From before a part could be left out.
    mamori::v1::WithheldContent& one = opened.kept_back.emplace_back();
    one.set_service("intake");
    one.set_resource(name);
    one.set_sequence(*whole);
    one.set_reason(mamori::v1::WITHHELD_REASON_KEPT_BACK);
  }
  crypto::Wipe(heading);
  crypto::Wipe(body);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OpenedReport> OpenReport(IntakeStore& store, const sealing::Sealer& sealer,
                                        const std::string& tenant, const std::string& report_id,
                                        bundle::Commitments& open, absl::Time deadline) {
  OpenedReport opened;
  ASSIGN_OR_RETURN(const std::vector<StoredReport> rows,
                   store.GetReports(tenant, {report_id}, deadline));
  if (rows.empty()) return opened;
  const auto key = sealer.FetchKey(tenant, rows[0].body, deadline);
  opened.erased = sealing::IsErased(key.status());
  if (opened.erased) return opened;
  RETURN_IF_ERROR(key.status());
  ASSIGN_OR_RETURN(const std::string heading, store.GetHeading(tenant, report_id, deadline));
  RETURN_IF_ERROR(OpenBody(*key, tenant, rows[0], heading, open, opened));
  ASSIGN_OR_RETURN(const std::vector<StoredSupplement> supplements,
                   store.GetSupplements(tenant, report_id, kMaxSupplements, deadline));
  for (const StoredSupplement& row : supplements) {
    ASSIGN_OR_RETURN(std::string whole,
                     key->Open(sealing::SupplementBody(tenant, row.supplement_id), row.body));
    auto content = Take(std::move(whole), id::Name("reports", report_id),
                        mamori::v1::Supplement::default_instance().GetDescriptor(), open);
    if (content) opened.contents.emplace(content->sequence(), *std::move(content));
  }
  return opened;
}

absl::StatusOr<bool> OpenContact(const sealing::DataKey& key, const std::string& tenant,
                                 const StoredContact& row, bundle::Commitments& open,
                                 CommittedContent& content) {
  ASSIGN_OR_RETURN(std::string whole,
                   key.Open(sealing::ContactBody(tenant, row.contact_id), row.body));
  auto taken = Take(std::move(whole), id::Name("contacts", row.contact_id),
                    mamori::v1::Contact::default_instance().GetDescriptor(), open);
  if (!taken) return false;
  content = *std::move(taken);
  return true;
}

}  // namespace mamori::intake
