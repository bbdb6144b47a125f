#include "services/triage/case_content.h"

#include <utility>
#include <vector>

#include "common/audit/entry.h"
#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr char kSelectKey[] = "SELECT key_id FROM case_key WHERE case_id = ? AND tenant = ?";
constexpr char kInsertKey[] = "INSERT INTO case_key (case_id, tenant, key_id) VALUES (?, ?, ?)";

std::string NoteIdOf(const mamori::v1::CaseNote& note) {
  return id::FromName("notes", note.name()).value_or("");
}

}  // namespace

absl::StatusOr<sealing::DataKey> CaseContent::KeyOf(db::Tx& tx, const CaseRow& row,
                                                    absl::Time deadline) const {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectKey, db::Params().Add(row.case_id).Add(row.tenant)));
  if (!rows.empty()) {
    auto key = sealer_.FetchKeyById(row.tenant, rows[0].GetBytes(0), deadline);
    if (sealing::IsErased(key.status())) return status::NotFound("case");
    return key;
  }
  ASSIGN_OR_RETURN(const sealing::FreshKey fresh, sealer_.Take(row.tenant));
  RETURN_IF_ERROR(sealer_.MakeDurable({&fresh}, deadline));
  RETURN_IF_ERROR(tx.ExecuteExpecting(
      1, kInsertKey, db::Params().Add(row.case_id).Add(row.tenant).Add(fresh.id())));
  return sealer_.Open(fresh);
}

void CaseContent::SealNote(const sealing::DataKey& key, CaseChange& change) {
  if (!change.note.has_value()) return;
  std::string text = audit::NewRandom();
  change.note->commitment = audit::Commit(text, change.note->text);
  text.append(change.note->text);
  change.note->sealed = key.Seal(sealing::NoteText(change.row.tenant, change.note->note_id), text);
  crypto::Wipe(text);
}

absl::Status CaseContent::SealNote(db::Tx& tx, const CaseRow& row, absl::Time deadline,
                                   CaseChange& change) const {
  if (!change.note.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOf(tx, row, deadline));
  SealNote(key, change);
  return absl::OkStatus();
}

absl::Status CaseContent::OpenNotes(std::string_view tenant, absl::Time deadline,
                                    mamori::v1::Case& proto) const {
  if (proto.notes().empty()) return absl::OkStatus();
  std::vector<std::string_view> sealed;
  for (const mamori::v1::CaseNote& note : proto.notes()) sealed.push_back(note.text());
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, sealer_.Fetch(sealed, deadline));
  google::protobuf::RepeatedPtrField<mamori::v1::CaseNote> opened;
  for (mamori::v1::CaseNote& note : *proto.mutable_notes()) {
    absl::StatusOr<std::string> text =
        keys.Open(sealing::NoteText(tenant, NoteIdOf(note)), note.text());
    if (sealing::IsErased(text.status())) continue;
    RETURN_IF_ERROR(text.status());
    if (text->size() < sealing::kCommitmentRandomBytes) {
      return absl::DataLossError("a stored note is too short");
    }
    note.set_text(text->substr(sealing::kCommitmentRandomBytes));
    opened.Add(std::move(note));
    crypto::Wipe(*text);
  }
  proto.mutable_notes()->Swap(&opened);
  return absl::OkStatus();
}

}  // namespace mamori::triage
