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
constexpr int kMessagesPerRead = 200;

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

}  // namespace

std::optional<CommittedContent> TakeContent(std::string whole, const std::string& resource,
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

mamori::v1::WithheldContent KeptBack(const std::string& resource, int64_t sequence,
                                     mamori::v1::WithheldReason reason) {
  mamori::v1::WithheldContent one;
  one.set_service("intake");
  one.set_resource(resource);
  one.set_sequence(sequence);
  one.set_reason(reason);
  return one;
}

absl::Status ReportOpener::OpenBody(const sealing::DataKey& key, const StoredReport& row,
                                    bundle::Commitments& open, OpenedReport& opened) const {
  ASSIGN_OR_RETURN(const ReportFacts facts, store_.GetFacts(tenant_, row.report_id, deadline_));
  ASSIGN_OR_RETURN(std::string heading,
                   key.Open(sealing::ReportHeading(tenant_, row.report_id), facts.heading));
  ASSIGN_OR_RETURN(std::string body,
                   key.Open(sealing::ReportBody(tenant_, row.report_id), row.body));
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
    opened.kept_back.push_back(KeptBack(name, *whole, mamori::v1::WITHHELD_REASON_KEPT_BACK));
  }
  crypto::Wipe(heading);
  crypto::Wipe(body);
  return absl::OkStatus();
}

absl::Status ReportOpener::OpenSupplements(const sealing::DataKey& key,
                                           const std::string& report_id, bundle::Commitments& open,
                                           OpenedReport& opened) const {
  ASSIGN_OR_RETURN(const std::vector<StoredSupplement> supplements,
                   store_.GetSupplements(tenant_, report_id, kMaxSupplements, deadline_));
  for (const StoredSupplement& row : supplements) {
    ASSIGN_OR_RETURN(std::string whole,
                     key.Open(sealing::SupplementBody(tenant_, row.supplement_id), row.body));
    auto content = TakeContent(std::move(whole), id::Name("reports", report_id),
                               mamori::v1::Supplement::descriptor(), open);
    if (content) opened.contents.emplace(content->sequence(), *std::move(content));
  }
  return absl::OkStatus();
}

absl::Status ReportOpener::OpenMessages(const sealing::DataKey& key, const std::string& report_id,
                                        bundle::Commitments& open, OpenedReport& opened) const {
  for (int64_t after = 0;;) {
    ASSIGN_OR_RETURN(const std::vector<MessageRow> rows,
                     messages_.List(tenant_, report_id, after, kMessagesPerRead, deadline_));
    for (const MessageRow& row : rows) {
      ASSIGN_OR_RETURN(std::string whole,
                       key.Open(sealing::MessageBody(tenant_, row.message_id), row.body));
      auto content = TakeContent(std::move(whole), id::Name("reports", report_id),
                                 v1::Message::descriptor(), open);
      if (content) opened.contents.emplace(content->sequence(), *std::move(content));
      after = row.number;
    }
    if (static_cast<int>(rows.size()) < kMessagesPerRead) return absl::OkStatus();
  }
}

absl::StatusOr<OpenedReport> ReportOpener::Open(const std::string& report_id,
                                                bundle::Commitments& open) const {
  OpenedReport opened;
  ASSIGN_OR_RETURN(const std::vector<StoredReport> rows,
                   store_.GetReports(tenant_, {report_id}, deadline_));
  if (rows.empty()) return opened;
  const auto key = sealer_.FetchKey(tenant_, rows[0].body, deadline_);
  if (sealing::IsErased(key.status())) {
    // What nobody decided to erase is missing.
    opened.erased = sealer_.IsErasureDecided(sealing::Owner::kReport, report_id, deadline_);
    return opened;
  }
  RETURN_IF_ERROR(key.status());
  RETURN_IF_ERROR(OpenBody(*key, rows[0], open, opened));
  RETURN_IF_ERROR(OpenSupplements(*key, report_id, open, opened));
  RETURN_IF_ERROR(OpenMessages(*key, report_id, open, opened));
  return opened;
}

absl::StatusOr<bool> OpenContact(const sealing::DataKey& key, const std::string& tenant,
                                 const StoredContact& row, bundle::Commitments& open,
                                 CommittedContent& content) {
  ASSIGN_OR_RETURN(std::string whole,
                   key.Open(sealing::ContactBody(tenant, row.contact_id), row.body));
  auto taken = TakeContent(std::move(whole), id::Name("contacts", row.contact_id),
                           mamori::v1::Contact::descriptor(), open);
  if (!taken) return false;
  content = *std::move(taken);
  return true;
}

}  // namespace mamori::intake
