// The rows that the audit tells of, compared with what it says.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/content.h"
#include "common/audit/report_content.h"
#include "common/audit/verify.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace mamori::audit {
namespace {

// The row, its chain, its time, the tenant, the content, and of a report its heading and the
// commitment.
constexpr char kReports[] =
    "SELECT report_id, report_id, create_time, tenant, body, summary, body_digest"
    " FROM report FORCE INDEX (by_id) WHERE report_id > ? ORDER BY report_id LIMIT 500";
constexpr char kSupplements[] =
    "SELECT supplement_id, report_id, create_time, tenant, body, NULL, NULL FROM supplement"
    " WHERE (report_id = ? AND create_time = ? AND supplement_id > ?)"
    " OR (report_id = ? AND create_time > ?) OR report_id > ?"
    " ORDER BY report_id, create_time, supplement_id LIMIT 500";
// With its place in the dialogue last.
constexpr char kMessages[] =
    "SELECT message_id, report_id, create_time, tenant, body, NULL, NULL, number FROM message"
    " WHERE (report_id = ? AND number > ?) OR report_id > ? ORDER BY report_id, number LIMIT 500";
constexpr char kContacts[] =
    "SELECT contact_id, contact_id, create_time, tenant, body, NULL, NULL FROM contact"
    " WHERE (tenant = ? AND create_time = ? AND contact_id > ?)"
    " OR (tenant = ? AND create_time > ?) OR tenant > ?"
    " ORDER BY tenant, create_time, contact_id LIMIT 500";
// Those that are complete, which is when the audit was told.
constexpr char kEvidence[] =
    "SELECT evidence_id, report_id, complete_time, tenant, body, NULL, NULL FROM evidence"
    " WHERE evidence_id > ? AND state > 1 ORDER BY evidence_id LIMIT 500";
constexpr char kEvidenceAccesses[] =
    "SELECT access_id, report_id, create_time, tenant, body, NULL, NULL FROM evidence_access"
    " WHERE access_id > ? ORDER BY access_id LIMIT 500";
constexpr char kNotes[] =
    "SELECT note_id, case_id, create_time, tenant, text, NULL, NULL FROM case_note"
    " WHERE note_id > ? ORDER BY note_id LIMIT 500";
constexpr char kWork[] =
    "SELECT row_id, case_id, create_time, tenant, body, NULL, NULL, sequence, record_id, kind,"
    " version, author FROM case_work"
    " WHERE row_id > ? ORDER BY row_id LIMIT 500";
// In the clear, with the random bytes of the commitment beside it.
constexpr char kDispositions[] =
    "SELECT case_id, case_id, dispose_time, tenant, certificate, audit_random, NULL, kind"
    " FROM disposition WHERE case_id > ? ORDER BY case_id LIMIT 500";
constexpr char kSelectSince[] =
    "SELECT entry, mac FROM audit_entry WHERE resource_id = ? AND kind = ? AND sequence > ?"
    " ORDER BY sequence LIMIT 1000";
constexpr size_t kTenant = 3, kContent = 4, kHeading = 5, kCommitment = 6;
// With the last entry of its chain, read in the same moment: the case may be worked on meanwhile.
constexpr char kCases[] =
    "SELECT c.case_id, c.tenant, c.company, c.state, c.report_kind, c.severity, c.assignee,"
    " c.categories, c.policy_digest, c.merged_into, c.version, c.access_version, c.create_time,"
    " a.version, a.tag,"
    " (SELECT e.entry FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    "  ORDER BY e.sequence DESC LIMIT 1),"
    " (SELECT e.mac FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    "  ORDER BY e.sequence DESC LIMIT 1)"
    " FROM case_record c LEFT JOIN case_access a ON a.case_id = c.case_id"
    " WHERE c.case_id > ? ORDER BY c.case_id LIMIT 500";

std::string TextOrNone(const db::Row& row, size_t i) {
  return row.IsNull(i) ? std::string() : row.GetBytes(i);
}

// A row that tells its time by day may be of any moment of that day.
absl::Time LatestOf(absl::Time told) {
  return time::BeginOfDay(told) == told ? told + time::kDay : told;
}

std::string NoId() { return std::string(16, '\0'); }

// Where the next page begins, after `last`; the first one's is after null. For tables in the order
// of the row's id.
db::Params AfterId(const db::Row* last) {
  return db::Params().Add(last == nullptr ? NoId() : last->GetBytes(0));
}

// For tables in the order of `group`, time and id.
db::Params AfterGroup(const db::Row* last, const std::string& group) {
  const int64_t time = last == nullptr ? -1 : last->GetInt64(2);
  const std::string id = last == nullptr ? NoId() : last->GetBytes(0);
  db::Params params;
  params.Add(group).Add(time).Add(id).Add(group).Add(time).Add(group);
  return params;
}

db::Params AfterSupplement(const db::Row* last) {
  return AfterGroup(last, last == nullptr ? NoId() : last->GetBytes(1));
}

db::Params AfterMessage(const db::Row* last) {
  const std::string report = last == nullptr ? NoId() : last->GetBytes(1);
  return db::Params().Add(report).Add(last == nullptr ? 0 : last->GetInt64(7)).Add(report);
}

db::Params AfterContact(const db::Row* last) {
  return AfterGroup(last, last == nullptr ? std::string() : last->GetBytes(kTenant));
}

// A record of work is sealed to all that its row says of it.
std::string PlaceOfWork(const db::Row& row) {
  constexpr size_t kSequence = 7, kRecord = 8, kWorkKind = 9, kVersion = 10, kAuthor = 11;
  return sealing::ResourceOf({.row_id = row.GetBytes(0),
                              .case_id = row.GetBytes(1),
                              .sequence = row.GetInt64(kSequence),
                              .record_id = row.GetBytes(kRecord),
                              .kind = row.GetInt64(kWorkKind),
                              .version = row.GetInt64(kVersion),
                              .create_micros = row.GetInt64(2),
                              .author = row.GetBytes(kAuthor)});
}

// Certificates are of cases and of records of the tenant's.
Kind KindOfDisposition(const db::Row& row) { return static_cast<Kind>(row.GetInt64(7)); }

bool Has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// What the row's content gives, which must be what the audit was told. Erased(), DATA_LOSS.
absl::StatusOr<std::string> CommitmentOf(const sealing::KeyRing& keys,
                                         const sealing::Field& content, const db::Row& row) {
  ASSIGN_OR_RETURN(const std::string text, keys.Open(content, row.GetBytes(kContent)));
  if (content.name == sealing::ReportBody({}, {}).name) {
    ASSIGN_OR_RETURN(const std::string heading,
                     keys.Open(sealing::ReportHeading(content.tenant, content.resource),
                               TextOrNone(row, kHeading)));
    const std::string_view random =
        std::string_view(heading).substr(0, sealing::kCommitmentRandomBytes);
    // One from before anything was withheld says so itself, and is compared with the chain all the
    // same.
    std::string whole = Commit(random, text);
    return whole == TextOrNone(row, kCommitment) ? whole : CommitReport(random, text);
  }
  if (text.size() < sealing::kCommitmentRandomBytes) return absl::DataLossError("too short");
  const std::string_view all(text);
  return Commit(all.substr(0, sealing::kCommitmentRandomBytes),
                all.substr(sealing::kCommitmentRandomBytes));
}

}  // namespace

// A table whose rows the audit has commitments to.
struct Verifier::Committed {
  const char* sql;
  Kind kind;
  db::Params (*after)(const db::Row* last);
  // Null for what is not sealed.
  sealing::Field (*field)(std::string_view tenant, std::string_view id);
  // What it is sealed to instead of the row's id; and how older rows of the table are.
  std::string (*place)(const db::Row& row) = nullptr;
  sealing::Field (*old_field)(std::string_view tenant, std::string_view id) = nullptr;
  // Where the row says of which kind its chain is.
  Kind (*kind_of)(const db::Row& row) = nullptr;
};

bool Verifier::MustBeKnown(absl::Time told) const {
  return MustBeCovered(LatestOf(told)) && told >= genesis();
}

absl::Status Verifier::CheckContent() {
  if (verified_.service == "intake") {
    using sealing::ContactBody, sealing::MessageBody, sealing::ReportBody, sealing::SupplementBody;
    RETURN_IF_ERROR(CheckCommitted({kReports, Kind::kReport, AfterId, ReportBody}));
    RETURN_IF_ERROR(CheckCommitted({kSupplements, Kind::kReport, AfterSupplement, SupplementBody}));
    RETURN_IF_ERROR(CheckCommitted({kMessages, Kind::kReport, AfterMessage, MessageBody}));
    RETURN_IF_ERROR(CheckCommitted({kEvidence, Kind::kReport, AfterId, sealing::EvidenceBody}));
    RETURN_IF_ERROR(
        CheckCommitted({kEvidenceAccesses, Kind::kReport, AfterId, sealing::EvidenceAccessBody}));
    RETURN_IF_ERROR(CheckCommitted({kContacts, Kind::kContact, AfterContact, ContactBody}));
    RETURN_IF_ERROR(CheckDecisions());
    if (options_.evidence && options_.sealer != nullptr) RETURN_IF_ERROR(CheckEvidence());
  } else if (verified_.service == "triage") {
    RETURN_IF_ERROR(CheckCommitted({kNotes, Kind::kCase, AfterId, sealing::NoteText}));
    RETURN_IF_ERROR(CheckCommitted(
        {kWork, Kind::kCase, AfterId, sealing::WorkBody, PlaceOfWork, sealing::OldWorkBody}));
    RETURN_IF_ERROR(CheckCommitted(
        {kDispositions, Kind::kCase, AfterId, nullptr, nullptr, nullptr, KindOfDisposition}));
    RETURN_IF_ERROR(CheckCases());
    RETURN_IF_ERROR(CheckAssessments());
    RETURN_IF_ERROR(CheckEachRecord());
    RETURN_IF_ERROR(CheckHeld());
  }
  CheckRows();
  return ResolveSuspects();
}

void Verifier::CheckRows() {
  for (const auto& [key, chain] : verified_.chains) {
    const std::string name = NameOf(chain.kind, std::string_view(key).substr(1));
    const auto told = static_cast<int64_t>(chain.commitments.size());
    // Contacts go with their report.
    if (chain.kind == Kind::kContact && chain.cause_kind == Kind::kReport) {
      const auto report = verified_.chains.find(ChainKey(Kind::kReport, chain.cause_id));
      if (report != verified_.chains.end() && report->second.disposed) continue;
    }
    if (chain.content_rows < told) {
      Suspects(chain.kind, std::string_view(key).substr(1),
               absl::StrCat(name, ": ", told - chain.content_rows,
                            " of the rows that it tells of are missing or changed"));
    }
    if (chain.kind == Kind::kCase && !chain.record_row) Find(name + ": its case is missing");
  }
}

absl::StatusOr<bool> Verifier::WasDisposedSince(const Suspect& suspect) {
  const auto chain = verified_.chains.find(ChainKey(suspect.kind, suspect.resource_id));
  const int64_t known = chain == verified_.chains.end() ? 0 : chain->second.length;
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      Read(kSelectSince,
           db::Params().Add(suspect.resource_id).Add(static_cast<int>(suspect.kind)).Add(known)));
  for (const db::Row& row : rows) {
    const absl::StatusOr<Entry> entry = Decode(row.GetBytes(0));
    if (entry.ok() && IsDisposal(*entry) && entry->resource_id == suspect.resource_id &&
        authenticator_.OfEntry(HashOf(row.GetBytes(0))) == row.GetBytes(1)) {
      return true;
    }
  }
  return false;
}

absl::Status Verifier::ResolveSuspects() {
  for (Suspect& one : suspects_) {
    ASSIGN_OR_RETURN(const bool disposed, WasDisposedSince(one));
    if (!disposed) Find(std::move(one.text));
  }
  suspects_.clear();
  return absl::OkStatus();
}

absl::Status Verifier::CheckCommitted(const Committed& table) {
  for (db::Params params = table.after(nullptr);;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(table.sql, params));
    if (rows.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<sealing::KeyRing> keys, KeysOf(rows, kContent));
    for (const db::Row& row : rows) CheckCommittedRow(table, row, keys);
    params = table.after(&rows.back());
  }
}

absl::StatusOr<std::optional<sealing::KeyRing>> Verifier::KeysOf(const db::Rows& rows,
                                                                 size_t content, size_t from) {
  if (options_.sealer == nullptr) return std::optional<sealing::KeyRing>();
  std::vector<std::string_view> sealed;
  for (const db::Row& row : rows) {
    std::string_view bytes = row.GetBytes(content);
    bytes.remove_prefix(std::min(from, bytes.size()));
    if (sealing::HeaderOf(bytes).ok()) sealed.push_back(bytes);
  }
  ASSIGN_OR_RETURN(sealing::KeyRing keys, options_.sealer->Fetch(sealed, absl::InfiniteFuture()));
  return std::optional<sealing::KeyRing>(std::move(keys));
}

void Verifier::CheckCommittedRow(const Committed& table, const db::Row& row,
                                 const std::optional<sealing::KeyRing>& keys) {
  const Kind kind = table.kind_of == nullptr ? table.kind : table.kind_of(row);
  const std::string name = NameOf(kind, row.GetBytes(1));
  // Of this moment, or from before the audit.
  const bool known_later = !MustBeCovered(LatestOf(row.GetTime(2)));
  const bool known_earlier = row.GetTime(2) < genesis();
  const auto chain = verified_.chains.find(ChainKey(kind, row.GetBytes(1)));
  absl::StatusOr<std::string> commitment = sealing::Erased();
  if (table.field == nullptr) {
    commitment = Commit(TextOrNone(row, kHeading), row.GetBytes(kContent));
  } else if (keys) {
    const std::string place = table.place == nullptr ? row.GetBytes(0) : table.place(row);
    commitment = CommitmentOf(*keys, table.field(row.GetBytes(kTenant), place), row);
    if (table.old_field != nullptr && absl::IsDataLoss(commitment.status())) {
      commitment =
          CommitmentOf(*keys, table.old_field(row.GetBytes(kTenant), row.GetBytes(0)), row);
    }
    if (sealing::IsErased(commitment.status())) {
      ++verified_.erased;
      if (chain != verified_.chains.end()) CheckErased(row.GetBytes(1), chain->second);
    }
  }
  // What does not open any more can still be the right row, as far as the row says it.
  if (sealing::IsErased(commitment.status()) && !row.IsNull(kCommitment)) {
    commitment = row.GetBytes(kCommitment);
  }
  const bool closed = sealing::IsErased(commitment.status());
  if (chain != verified_.chains.end() &&
      (closed || (commitment.ok() && Has(chain->second.commitments, *commitment)))) {
    if (++chain->second.content_rows > static_cast<int64_t>(chain->second.commitments.size()) &&
        !(closed && known_later)) {
      Find(name + ": a row stands there twice");
    }
    return;
  }
  if (!known_later && !known_earlier) {
    Find(name + ": a row whose content is not what the audit tells of");
  }
}

// Only the disposal of what content belongs to takes its key.
void Verifier::CheckErased(const id::Id& resource_id, const Chain& chain) {
  const bool of_report = chain.kind == Kind::kContact && chain.cause_kind == Kind::kReport;
  const Kind kind = of_report ? Kind::kReport : chain.kind;
  const id::Id& id = of_report ? chain.cause_id : resource_id;
  const auto owner = verified_.chains.find(ChainKey(kind, id));
  if (owner != verified_.chains.end() && owner->second.disposed) return;
  Suspects(kind, id, NameOf(chain.kind, resource_id) + kErasedUndecided);
}

absl::Status Verifier::CheckCases() {
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kCases, db::Params().Add(after)));
    if (rows.empty()) return absl::OkStatus();
    for (const db::Row& row : rows) CheckCase(row);
    after = rows.back().GetBytes(0);
  }
}

void Verifier::CheckCase(const db::Row& row) {
  const std::string name = NameOf(Kind::kCase, row.GetBytes(0));
  const auto found = verified_.chains.find(ChainKey(Kind::kCase, row.GetBytes(0)));
  if (found == verified_.chains.end()) {
    const absl::Time created = row.GetTime(12);
    if (MustBeKnown(created)) Find(name + ": not in the audit");
    return;
  }
  Chain& chain = found->second;
  chain.record_row = true;
  std::string record = chain.record;
  std::string access = chain.access;
  int64_t access_version = chain.access_version;
  if (const std::optional<Entry> head = NewerHead(&chain, row, 15, 16)) {
    record = head->record;
    if (!head->access.empty()) access = head->access;
    access_version = head->access_version;
  }
  const CaseColumns columns{.case_id = row.GetBytes(0),
                            .tenant = row.GetBytes(1),
                            .company = row.GetBytes(2),
                            .state = row.GetInt64(3),
                            .report_kind = row.GetInt64(4),
                            .severity = row.GetInt64(5),
                            .assignee = row.GetBytes(6),
                            .categories = row.GetBytes(7),
                            .policy_digest = row.GetBytes(8),
                            .merged_into = TextOrNone(row, 9),
                            .version = row.GetInt64(10),
                            .access_version = row.GetInt64(11)};
  if (RecordOf(authenticator_, columns) != record) {
    Find(name + ": its row is not what the audit tells of");
  }
  if (row.IsNull(13) || row.GetInt64(13) != access_version ||
      (!access.empty() && row.GetBytes(14) != access)) {
    Find(name + ": its access record is not the one that the audit tells of");
  }
}

}  // namespace mamori::audit
