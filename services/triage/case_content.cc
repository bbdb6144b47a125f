#include "services/triage/case_content.h"

#include <algorithm>
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
constexpr char kInsertKeys[] = "INSERT INTO case_key (case_id, tenant, key_id) VALUES ";

sealing::KeyUse UseOf(const CaseRow& row) {
  return row.anonymous ? sealing::KeyUse::kAnonymous : sealing::KeyUse::kNamed;
}

std::string NoteIdOf(const mamori::v1::CaseNote& note) {
  return id::FromName("notes", note.name()).value_or("");
}

// Of a disposed case it is empty. Erased().
absl::Status OpenAssessment(const sealing::KeyRing& keys, std::string_view tenant,
                            const id::Id& report_id, const SealedAssessment& sealed,
                            mamori::v1::Assessment& assessment) {
  if (sealed.body.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> bytes =
      keys.Open(sealing::AssessmentBody(tenant, report_id, sealed.version), sealed.body);
  RETURN_IF_ERROR(bytes.status());
  return assessment.ParseFromString(*bytes)
             ? absl::OkStatus()
             : absl::DataLossError("a stored assessment cannot be read");
}

}  // namespace

absl::StatusOr<sealing::DataKey> CaseContent::KeyOf(db::Tx& tx, const CaseRow& row,
                                                    absl::Time deadline) const {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectKey, db::Params().Add(row.case_id).Add(row.tenant)));
  if (!rows.empty()) {
    auto key = sealer_.FetchKeyById(row.tenant, rows[0].GetBytes(0), deadline);
    if (sealing::IsErased(key.status())) {
      if (row.state != mamori::v1::CASE_STATE_DISPOSED) Gone(row.case_id, deadline);
      return status::NotFound("case");
    }
    return key;
  }
  ASSIGN_OR_RETURN(const sealing::FreshKey fresh, sealer_.Take(row.tenant, UseOf(row)));
  RETURN_IF_ERROR(sealer_.MakeDurable({&fresh}, deadline));
  RETURN_IF_ERROR(tx.ExecuteExpecting(
      1, kInsertKey, db::Params().Add(row.case_id).Add(row.tenant).Add(fresh.id())));
  return sealer_.Open(fresh);
}

void CaseContent::Gone(const id::Id& case_id, absl::Time deadline) const {
  sealer_.IsErasureDecided(sealing::Owner::kCase, case_id, deadline);
}

absl::StatusOr<sealing::DataKey> CaseContent::KeyBeside(db::Tx& tx, const CaseRow& row,
                                                        absl::Time deadline) const {
  return row.state == mamori::v1::CASE_STATE_DISPOSED ? NewKey(row.tenant, deadline)
                                                      : KeyOf(tx, row, deadline);
}

absl::StatusOr<std::vector<sealing::FreshKey>> CaseContent::NewKeys(
    db::Tx& tx, const std::vector<const CaseRow*>& cases, absl::Time deadline) const {
  std::vector<sealing::FreshKey> keys;
  if (cases.empty()) return keys;
  for (const CaseRow* row : cases) {
    ASSIGN_OR_RETURN(sealing::FreshKey fresh, sealer_.Take(row->tenant, UseOf(*row)));
    keys.push_back(std::move(fresh));
  }
  std::vector<const sealing::FreshKey*> all;
  for (const sealing::FreshKey& key : keys) all.push_back(&key);
  RETURN_IF_ERROR(sealer_.MakeDurable(all, deadline));
  RETURN_IF_ERROR(tx.InsertRows(kInsertKeys, cases.size(), [&](size_t i, db::Params& params) {
    params.Add(cases[i]->case_id).Add(cases[i]->tenant).Add(keys[i].id());
  }));
  return keys;
}

absl::StatusOr<sealing::DataKey> CaseContent::NewKey(std::string_view tenant,
                                                     absl::Time deadline) const {
  ASSIGN_OR_RETURN(const sealing::FreshKey fresh, sealer_.Take(tenant, sealing::KeyUse::kNamed));
  RETURN_IF_ERROR(sealer_.MakeDurable({&fresh}, deadline));
  return sealer_.Open(fresh);
}

CaseContent::Sealed CaseContent::Seal(const sealing::DataKey& key, const sealing::Field& field,
                                      std::string_view text) {
  std::string whole = audit::NewRandom();
  Sealed sealed{.commitment = audit::Commit(whole, text)};
  whole.append(text);
  sealed.text = key.Seal(field, whole);
  crypto::Wipe(whole);
  return sealed;
}

std::string CaseContent::PlaceOf(const WorkRow& row) {
  return sealing::ResourceOf({.row_id = row.row_id,
                              .case_id = row.case_id,
                              .sequence = row.sequence,
                              .record_id = row.record_id,
                              .kind = static_cast<int64_t>(row.kind),
                              .version = row.version,
                              .create_micros = absl::ToUnixMicros(row.create_time),
                              .author = row.author});
}

absl::StatusOr<std::string> CaseContent::Open(const sealing::KeyRing& keys,
                                              const sealing::Field& field,
                                              std::string_view sealed) {
  ASSIGN_OR_RETURN(std::string whole, keys.Open(field, sealed));
  if (whole.size() < sealing::kCommitmentRandomBytes) {
    return absl::DataLossError("stored content is too short");
  }
  std::string text = whole.substr(sealing::kCommitmentRandomBytes);
  crypto::Wipe(whole);
  return text;
}

void CaseContent::SealNote(const sealing::DataKey& key, CaseChange& change) {
  if (!change.note.has_value()) return;
  Sealed sealed =
      Seal(key, sealing::NoteText(change.row.tenant, change.note->note_id), change.note->text);
  change.note->sealed = std::move(sealed.text);
  change.note->commitment = std::move(sealed.commitment);
}

absl::Status CaseContent::SealNote(db::Tx& tx, const CaseRow& row, absl::Time deadline,
                                   CaseChange& change) const {
  if (!change.note.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOf(tx, row, deadline));
  SealNote(key, change);
  return absl::OkStatus();
}

absl::StatusOr<std::string> CaseContent::AnswerOnce(
    db::Transactor& transactor, const time::Clock& clock, const CallKey& call,
    std::string_view tenant,
    const std::function<absl::StatusOr<Answered<std::string>>(db::Tx&)>& body) const {
  const sealing::AnswerPlace place{.tenant = tenant, .request_key = call.key};
  std::string sealed;
  std::string answer;
  ASSIGN_OR_RETURN(
      const std::string stored,
      idempotency::AnswerOnce(transactor, clock, call.deadline, call.key, sealing::NoDigest(),
                              [&](db::Tx& tx) -> absl::StatusOr<std::string> {
                                ASSIGN_OR_RETURN(Answered<std::string> answered, body(tx));
                                sealed = sealing::SealAnswer(answered.key, place, call.digest,
                                                             answered.response);
                                answer = std::move(answered.response);
                                return sealed;
                              }));
  if (stored == sealed) return answer;
  return sealing::OpenAnswer(sealer_, place, call.digest, stored, call.deadline);
}

absl::Status CaseContent::OpenEach(std::string_view tenant, absl::Time deadline,
                                   const std::vector<WorkRow*>& work) const {
  if (work.empty()) return absl::OkStatus();
  std::vector<std::string_view> sealed;
  for (const WorkRow* one : work) sealed.push_back(one->body);
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, sealer_.Fetch(sealed, deadline));
  for (WorkRow* one : work) {
    absl::StatusOr<std::string> body =
        Open(keys, sealing::WorkBody(tenant, PlaceOf(*one)), one->body);
    // Nobody can make an old row of a new one: it opens in one way alone.
    if (absl::IsDataLoss(body.status())) {
      body = Open(keys, sealing::OldWorkBody(tenant, one->row_id), one->body);
    }
    if (sealing::IsErased(body.status())) {
      Gone(one->case_id, deadline);
      body = std::string();
    }
    RETURN_IF_ERROR(body.status());
    one->body = *std::move(body);
  }
  return absl::OkStatus();
}

absl::Status CaseContent::OpenWork(const CaseRow& row, absl::Time deadline,
                                   std::vector<WorkRow>& work) const {
  std::vector<WorkRow*> each;
  for (WorkRow& one : work) each.push_back(&one);
  RETURN_IF_ERROR(OpenEach(row.tenant, deadline, each));
  const bool erased =
      std::any_of(work.begin(), work.end(), [](const WorkRow& one) { return one.body.empty(); });
  return erased ? status::NotFound("case") : absl::OkStatus();
}

absl::StatusOr<mamori::v1::Case> CaseContent::OpenCase(std::string_view tenant, absl::Time deadline,
                                                       SealedCase stored) const {
  mamori::v1::Case& proto = stored.proto;
  std::vector<std::string_view> sealed;
  for (const SealedAssessment& one : stored.assessments) sealed.push_back(one.body);
  for (const mamori::v1::CaseNote& note : proto.notes()) sealed.push_back(note.text());
  ASSIGN_OR_RETURN(const sealing::KeyRing keys, sealer_.Fetch(sealed, deadline));
  bool erased = false;
  for (int i = 0; i < proto.reports_size(); ++i) {
    mamori::v1::Assessment& assessment = *proto.add_assessments();
    ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", proto.reports(i)));
    const absl::Status read =
        OpenAssessment(keys, tenant, report_id, stored.assessments[i], assessment);
    if (sealing::IsErased(read)) {
      erased = true;
    } else {
      RETURN_IF_ERROR(read);
    }
  }
  google::protobuf::RepeatedPtrField<mamori::v1::CaseNote> opened;
  for (mamori::v1::CaseNote& note : *proto.mutable_notes()) {
    absl::StatusOr<std::string> text =
        Open(keys, sealing::NoteText(tenant, NoteIdOf(note)), note.text());
    if (sealing::IsErased(text.status())) {
      erased = true;
      continue;
    }
    RETURN_IF_ERROR(text.status());
    note.set_text(*std::move(text));
    opened.Add(std::move(note));
  }
  proto.mutable_notes()->Swap(&opened);
  if (erased) Gone(id::FromName("cases", proto.name()).value_or(""), deadline);
  return std::move(stored.proto);
}

}  // namespace mamori::triage
