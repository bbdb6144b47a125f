// Records that change as a whole, and assessments, compared with the newest version that the audit
// tells of.
#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/audit/content.h"
#include "common/audit/verify.h"
#include "common/id/id.h"
#include "common/sealing/envelope.h"
#include "common/sealing/fields.h"
#include "common/status/macros.h"
#include "mamori/triage/v1/retention_service.pb.h"

namespace mamori::audit {
namespace {

// The id (%I), tenant, version, tag, record and time (%T); what the record is about (%R); what kind
// of record it is (%K); and the last entry of its chain, read in the same moment.
constexpr char kRecords[] =
    "SELECT r.%I, r.tenant, r.version, r.tag, r.record, %T, %R, %K,"
    " (SELECT e.entry FROM audit_entry e WHERE e.resource_id = r.%I AND e.kind = %K"
    "  ORDER BY e.sequence DESC LIMIT 1),"
    " (SELECT e.mac FROM audit_entry e WHERE e.resource_id = r.%I AND e.kind = %K"
    "  ORDER BY e.sequence DESC LIMIT 1)"
    " FROM %N r WHERE r.%I > ? ORDER BY r.%I LIMIT 500";
constexpr size_t kVersion = 2, kTag = 3, kRecord = 4, kTime = 5, kResource = 6, kKind = 7;
constexpr size_t kEntry = 8, kMac = 9;

// Each report's, with its case; the state there is not believed, its chain is.
constexpr char kAssessments[] =
    "SELECT r.report_id, r.case_id, r.tenant, r.assessment,"
    " (SELECT e.entry FROM audit_entry e WHERE e.resource_id = r.report_id AND e.kind = 253"
    "  ORDER BY e.sequence DESC LIMIT 1),"
    " (SELECT e.mac FROM audit_entry e WHERE e.resource_id = r.report_id AND e.kind = 253"
    "  ORDER BY e.sequence DESC LIMIT 1)"
    " FROM case_report r WHERE r.report_id > ? ORDER BY r.report_id LIMIT 500";
constexpr size_t kSealed = 3, kSealedEntry = 4, kSealedMac = 5;

// Of records of the tenant's, which their key's id stands in; with the last entry of their chain.
constexpr char kCertificates[] =
    "SELECT d.case_id, d.kind, d.audit_random, d.certificate,"
    " (SELECT e.entry FROM audit_entry e WHERE e.resource_id = d.case_id AND e.kind = d.kind"
    "  ORDER BY e.sequence DESC LIMIT 1),"
    " (SELECT e.mac FROM audit_entry e WHERE e.resource_id = d.case_id AND e.kind = d.kind"
    "  ORDER BY e.sequence DESC LIMIT 1)"
    " FROM disposition d WHERE d.case_id > ? AND d.kind <> 2 ORDER BY d.case_id LIMIT 500";

bool HasRecord(Kind kind) {
  return kind == Kind::kTwoPersonAct || kind == Kind::kLegalHold ||
         kind == Kind::kDesignatedHandler || kind == Kind::kSubjectRequest ||
         kind == Kind::kBreach || kind == Kind::kAssessment;
}

}  // namespace

struct Verifier::Records {
  const char* table;
  const char* id;
  const char* time;      // when the record began; NULL where nothing tells
  const char* resource;  // what it is about
  const char* kind;
  const char* purpose;     // null for what depends on the kind
  size_t sealed_from = 0;  // where in the record what is sealed begins
  bool sealed = true;      // with a data key
};

std::optional<Entry> Verifier::NewerHead(const Chain* chain, const db::Row& row, size_t entry,
                                         size_t mac) const {
  if (row.IsNull(entry)) return std::nullopt;
  absl::StatusOr<Entry> head = Decode(row.GetBytes(entry));
  if (!head.ok() || head->sequence <= (chain == nullptr ? 0 : chain->length) ||
      authenticator_.OfEntry(HashOf(row.GetBytes(entry))) != row.GetBytes(mac)) {
    return std::nullopt;
  }
  return *std::move(head);
}

absl::Status Verifier::CheckEachRecord() {
  const Records kTables[] = {
      {.table = "two_person_act",
       .id = "act_id",
       .time = "r.create_time",
       .resource = "r.resource",
       .kind = "110",
       .purpose = "two_person_act"},
      {.table = "legal_hold",
       .id = "hold_id",
       .time = "r.place_time",
       .resource = "''",
       .kind = "111",
       .purpose = "legal_hold",
       .sealed_from = 1},
      {.table = "handler_designation",
       .id = "handler_id",
       .time = "NULL",
       .resource = "''",
       .kind = "150",
       .purpose = "handler_designation",
       .sealed = false},
      {.table = "tenant_record",
       .id = "record_id",
       .time = "r.create_time",
       .resource = "''",
       .kind = "r.kind",
       .purpose = nullptr},
  };
  for (const Records& table : kTables) RETURN_IF_ERROR(CheckRecords(table));
  RETURN_IF_ERROR(ResolveErasedRecords());
  for (const auto& [key, chain] : verified_.chains) {
    if (!HasRecord(chain.kind) || chain.record_row || chain.disposed) continue;
    const std::string_view id = std::string_view(key).substr(1);
    Suspects(chain.kind, id, NameOf(chain.kind, id) + ": its row is missing");
  }
  return absl::OkStatus();
}

absl::Status Verifier::CheckRecords(const Records& table) {
  const std::string sql = absl::StrReplaceAll(kRecords, {{"%I", table.id},
                                                         {"%T", table.time},
                                                         {"%R", table.resource},
                                                         {"%K", table.kind},
                                                         {"%N", table.table}});
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(sql, db::Params().Add(after)));
    if (rows.empty()) return absl::OkStatus();
    std::optional<sealing::KeyRing> keys;
    if (table.sealed) {
      ASSIGN_OR_RETURN(keys, KeysOf(rows, kRecord, table.sealed_from));
    }
    for (const db::Row& row : rows) CheckRecord(table, row, keys);
    after = rows.back().GetBytes(0);
  }
}

void Verifier::CheckRecord(const Records& table, const db::Row& row,
                           const std::optional<sealing::KeyRing>& keys) {
  const Kind kind = static_cast<Kind>(row.GetInt64(kKind));
  const char* purpose = table.purpose != nullptr        ? table.purpose
                        : kind == Kind::kSubjectRequest ? "subject_request"
                                                        : "breach";
  const std::string name = NameOf(kind, row.GetBytes(0));
  const auto found = verified_.chains.find(ChainKey(kind, row.GetBytes(0)));
  if (found == verified_.chains.end()) {
    if (!row.IsNull(kTime) && MustBeKnown(row.GetTime(kTime))) Find(name + ": not in the audit");
    return;
  }
  Chain& chain = found->second;
  chain.record_row = true;
  const std::optional<Entry> newer = NewerHead(&chain, row, kEntry, kMac);
  if (chain.disposed || (newer && IsDisposal(*newer))) {
    return Find(name + ": it was disposed of, and is there");
  }
  const int64_t version = newer ? newer->access_version : chain.access_version;
  const std::string& tag = newer ? newer->access : chain.access;
  const std::string& record = newer ? newer->record : chain.record;
  if (row.GetInt64(kVersion) != version || row.GetBytes(kTag) != tag ||
      RecordOf(authenticator_, purpose, row.GetBytes(kRecord)) != record) {
    return Find(name + ": its row is not what the audit tells of");
  }
  if (!keys) return;
  const std::string_view sealed = std::string_view(row.GetBytes(kRecord)).substr(table.sealed_from);
  if (!sealing::IsErased(keys->KeyOf(row.GetBytes(1), sealed).status())) return;
  ++verified_.erased;
  // An act goes with its case. What is about no case goes with the record of the tenant's under
  // whose key it is: acts and holds on it, and the acts that released those.
  const auto case_id = id::FromName("cases", row.GetBytes(kResource));
  if (!case_id.ok()) {
    const std::string key(sealing::HeaderOf(sealed)->key_id);
    erased_records_[key].push_back(name + kErasedUndecided);
    return;
  }
  const auto of_case = verified_.chains.find(ChainKey(Kind::kCase, *case_id));
  if (of_case != verified_.chains.end() && of_case->second.disposed) return;
  Suspects(Kind::kCase, *case_id, name + kErasedUndecided);
}

absl::Status Verifier::ResolveErasedRecords() {
  if (erased_records_.empty()) return absl::OkStatus();
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kCertificates, db::Params().Add(after)));
    if (rows.empty()) break;
    for (const db::Row& row : rows) {
      const std::optional<Entry> head = NewerHead(nullptr, row, 4, 5);
      triage::v1::Disposition certificate;
      if (head && IsDisposal(*head) && head->resource_id == row.GetBytes(0) &&
          head->commitment == Commit(row.GetBytes(2), row.GetBytes(3)) &&
          certificate.ParseFromString(row.GetBytes(3))) {
        erased_records_.erase(certificate.key_id());
      }
    }
    after = rows.back().GetBytes(0);
  }
  for (auto& [key, texts] : erased_records_) {
    for (std::string& one : texts) Find(std::move(one));
  }
  erased_records_.clear();
  return absl::OkStatus();
}

absl::Status Verifier::CheckAssessments() {
  std::unordered_set<std::string> opening;  // reports whose case does not name them
  for (const auto& [key, chain] : verified_.chains) {
    if (chain.kind == Kind::kCase && chain.cause_kind == Kind::kReport) {
      opening.insert(chain.cause_id);
    }
  }
  for (std::string after(16, '\0');;) {
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kAssessments, db::Params().Add(after)));
    if (rows.empty()) break;
    ASSIGN_OR_RETURN(const std::optional<sealing::KeyRing> keys, KeysOf(rows, kSealed));
    for (const db::Row& row : rows) {
      CheckAssessment(row, keys);
      opening.erase(row.GetBytes(0));
    }
    after = rows.back().GetBytes(0);
  }
  for (const std::string& one : opening) Find(NameOf(Kind::kReport, one) + ": no case has it");
  return absl::OkStatus();
}

void Verifier::CheckAssessment(const db::Row& row, const std::optional<sealing::KeyRing>& keys) {
  const std::string name = NameOf(Kind::kAssessment, row.GetBytes(0));
  const auto found = verified_.chains.find(ChainKey(Kind::kAssessment, row.GetBytes(0)));
  Chain* chain = found == verified_.chains.end() ? nullptr : &found->second;
  if (chain != nullptr) chain->record_row = true;
  const std::optional<Entry> newer = NewerHead(chain, row, kSealedEntry, kSealedMac);
  const int64_t version = newer              ? newer->access_version
                          : chain != nullptr ? chain->access_version
                                             : 1;
  const auto of_case = verified_.chains.find(ChainKey(Kind::kCase, row.GetBytes(1)));
  if (of_case != verified_.chains.end() && of_case->second.disposed) return;
  if (row.GetBytes(kSealed).empty()) {
    return Suspects(Kind::kCase, row.GetBytes(1), name + ": it is missing");
  }
  if (!keys) return;
  const auto opened = keys->Open(sealing::AssessmentBody(row.GetBytes(2), row.GetBytes(0), version),
                                 row.GetBytes(kSealed));
  if (sealing::IsErased(opened.status())) {
    ++verified_.erased;
    Suspects(Kind::kCase, row.GetBytes(1), name + kErasedUndecided);
  } else if (!opened.ok()) {
    Find(name + ": it is not the one that the audit tells of");
  }
}

}  // namespace mamori::audit
