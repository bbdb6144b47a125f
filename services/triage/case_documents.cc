#include "services/triage/case_documents.h"

#include <google/protobuf/wrappers.pb.h>

#include <map>
#include <string_view>

#include "common/audit/entry.h"
#include "common/bundle/documents.h"
#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"
#include "mamori/triage/v1/retention_service.pb.h"
#include "services/triage/work_text.h"

namespace mamori::triage {
namespace {

using google::protobuf::Descriptor;
using mamori::v1::CommittedContent;

const Descriptor* TypeOf(const CommittedRow& row) {
  switch (row.of) {
    case CommittedRow::Of::kNote:
      return google::protobuf::StringValue::descriptor();
    case CommittedRow::Of::kWork:
      return TypeOfWork(row.kind);
    case CommittedRow::Of::kCertificate:
      return v1::Disposition::descriptor();
  }
  return google::protobuf::StringValue::descriptor();
}

// Random bytes and content, which begins with them where it is sealed. Erased(), DATA_LOSS.
absl::StatusOr<CommittedContent> Open(const sealing::KeyRing& keys, const std::string& tenant,
                                      const CommittedRow& row) {
  CommittedContent content;
  if (row.of == CommittedRow::Of::kCertificate) {
    content.set_random(row.random);
    content.set_content(row.content);
    return content;
  }
  const bool note = row.of == CommittedRow::Of::kNote;
  absl::StatusOr<std::string> opened =
      keys.Open(note ? sealing::NoteText(tenant, row.row_id) : sealing::WorkBody(tenant, row.place),
                row.content);
  if (!note && absl::IsDataLoss(opened.status())) {
    opened = keys.Open(sealing::OldWorkBody(tenant, row.row_id), row.content);
  }
  ASSIGN_OR_RETURN(std::string whole, std::move(opened));
  if (whole.size() < sealing::kCommitmentRandomBytes) {
    return absl::DataLossError("stored content is too short");
  }
  content.set_random(whole.substr(0, sealing::kCommitmentRandomBytes));
  content.set_content(whole.substr(sealing::kCommitmentRandomBytes));
  crypto::Wipe(whole);
  return content;
}

}  // namespace

absl::StatusOr<std::vector<mamori::v1::WithheldContent>> WriteCommitted(
    const sealing::Sealer& sealer, const std::string& tenant, const std::string& case_name,
    const std::vector<CommittedRow>& rows, bundle::Commitments& open, absl::Time deadline,
    const std::function<absl::Status(const CommittedContent&)>& take) {
  std::vector<std::string_view> sealed;
  for (const CommittedRow& row : rows) {
    if (row.of != CommittedRow::Of::kCertificate) sealed.push_back(row.content);
  }
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, sealer.Fetch(sealed, deadline));
  bool erased = false;
  // Which entry commits to which row; opened twice, so that one is open at a time.
  std::map<int64_t, const CommittedRow*> places;
  for (const CommittedRow& row : rows) {
    absl::StatusOr<CommittedContent> content = Open(keys, tenant, row);
    if (sealing::IsErased(content.status())) {
      ASSIGN_OR_RETURN(const id::Id case_id, id::FromName("cases", case_name));
      erased = erased || sealer.IsErasureDecided(sealing::Owner::kCase, case_id, deadline);
      continue;
    }
    RETURN_IF_ERROR(content.status());
    if (row.of == CommittedRow::Of::kWork && row.kind == WorkKind::kLeak) {
      // Members of the case are not told who could have read it (leak_incidents).
      open.Withhold(bundle::CommitmentOf(*content), mamori::v1::WITHHELD_REASON_OTHER_KIND);
    } else if (const auto sequence = open.Take(bundle::CommitmentOf(*content)))
      places[*sequence] = &row;
    crypto::Wipe(*content->mutable_content());
  }
  for (const auto& [sequence, row] : places) {
    ASSIGN_OR_RETURN(CommittedContent content, Open(keys, tenant, *row));
    content.set_service("triage");
    content.set_resource(case_name);
    content.set_sequence(sequence);
    content.mutable_told()->set_type_url(bundle::TypeUrlOf(TypeOf(*row)));
    RETURN_IF_ERROR(bundle::Tell(content));
    RETURN_IF_ERROR(take(content));
  }
  return open.Rest([&](const std::string&) {
    return erased ? mamori::v1::WITHHELD_REASON_ERASED : mamori::v1::WITHHELD_REASON_MISSING;
  });
}

}  // namespace mamori::triage
