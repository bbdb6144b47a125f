#include "services/triage/sql_ingest_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/db/batch.h"
#include "common/db/in_list.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/sql_assessment_rows.h"
#include "services/triage/sql_contact_effect.h"
#include "services/triage/sql_contact_rows.h"
#include "services/triage/sql_memory_rows.h"

namespace mamori::triage {
namespace {

constexpr char kSelectDigests[] =
    "SELECT c.case_id, c.policy_digest, c.merged_into FROM case_record c WHERE c.tenant = ? AND "
    "c.case_id IN (";
constexpr char kSelectReportDigests[] =
    "SELECT r.report_id, c.policy_digest FROM case_report r"
    " JOIN case_record c ON c.case_id = r.case_id WHERE r.tenant = ? AND r.report_id IN (";
constexpr char kSelectCaseOfReport[] =
    "SELECT case_id FROM case_report WHERE report_id = ? AND tenant = ?";
constexpr char kInsertDeliveries[] =
    "INSERT INTO case_delivery (event_id, tenant, case_id, subject_id, outcome, outcome_time)"
    " VALUES ";
constexpr size_t kInChunk = 64;

// A merged case cannot be merged again, so tombstones make no circle; still nothing here goes on
// for ever.
constexpr int kMaxRedirects = 64;

// Calls `use` with each row of `head` for these ids.
template <typename Use>
absl::Status SelectByIds(db::Tx& tx, const char* head, std::string_view tenant,
                         const std::vector<id::Id>& ids, Use use) {
  for (size_t from = 0; from < ids.size(); from += kInChunk) {
    const std::vector<std::string> chunk =
        db::InList({ids.begin() + from, ids.begin() + std::min(ids.size(), from + kInChunk)});
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(absl::StrCat(head, db::Placeholders(chunk.size()), ")"),
                              db::Params().Add(tenant).AddAll(chunk)));
    for (const db::Row& row : rows) use(row);
  }
  return absl::OkStatus();
}

// The digests of cases, of a merged one that of the case which has its reports now.
absl::Status FindCaseDigests(db::Tx& tx, std::string_view tenant,
                             const std::vector<id::Id>& case_ids,
                             std::map<id::Id, std::string>& found) {
  std::map<id::Id, id::Id> merged;
  std::map<id::Id, std::string> digests;
  std::vector<id::Id> next = case_ids;
  for (int hop = 0; hop < kMaxRedirects && !next.empty(); ++hop) {
    std::vector<id::Id> now = std::move(next);
    next.clear();
    RETURN_IF_ERROR(SelectByIds(tx, kSelectDigests, tenant, now, [&](const db::Row& row) {
      if (row.IsNull(2)) {
        digests[row.GetBytes(0)] = row.GetBytes(1);
      } else if (merged.emplace(row.GetBytes(0), row.GetBytes(2)).second) {
        next.push_back(row.GetBytes(2));
      }
    }));
  }
  for (const id::Id& case_id : case_ids) {
    id::Id survivor = case_id;
    for (int hop = 0; hop < kMaxRedirects && merged.count(survivor) > 0; ++hop) {
      survivor = merged[survivor];
    }
    const auto digest = digests.find(survivor);
    if (digest != digests.end()) found[case_id] = digest->second;
  }
  return absl::OkStatus();
}

// What the statements of one transaction have in common.
struct Writing {
  const AccessSeal& seal;
  const CaseContent& content;
  absl::Time now;
  absl::Time deadline;
};

// What one transaction gathers before it writes with few statements.
struct Gathered {
  std::vector<NewCase> cases;
  std::vector<NewMemory> memories;
  std::vector<db::Params> deliveries;
  std::vector<const ContactEffect*> contacts;
};

// True when the report joined the case that it names.
absl::StatusOr<bool> TryJoin(db::Tx& tx, const Writing& with, const IngestItem& item) {
  if (item.existing_case.empty()) return false;
  absl::StatusOr<CaseRow> row =
      SelectCase(tx, with.seal, item.event->tenant(), item.existing_case, /*for_update=*/true);
  // A merged case is a tombstone that redirects: its reports are elsewhere, and so is this one.
  for (int hop = 0; hop < kMaxRedirects && row.ok() && !row->merged_into.empty(); ++hop) {
    row = SelectCase(tx, with.seal, item.event->tenant(), row->merged_into, /*for_update=*/true);
  }
  if (absl::IsNotFound(row.status())) return false;
  RETURN_IF_ERROR(row.status());
  if (!item.joins(*row)) return false;
  if (row->policy_digest != item.joined_digest) {
    return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                         "the case was merged meanwhile into one of another policy version");
  }
  CaseReportRow report = item.opened->report;
  report.case_id = row->case_id;
  {
    ASSIGN_OR_RETURN(const sealing::DataKey key, with.content.KeyOf(tx, *row, with.deadline));
    report.assessment = SealAssessment(key, row->tenant, report.report_id, item.joined_assessment);
  }
  RETURN_IF_ERROR(InsertReports(tx, {&report}));
  RETURN_IF_ERROR(UpdateCase(tx, with.seal, *row, item.change(*row)));
  return true;
}

absl::Status ApplySupplement(db::Tx& tx, const Writing& with, const IngestItem& item) {
  const std::string& tenant = item.event->tenant();
  const id::Id& report_id = item.supplemented->report_id;
  // A merge may move the report while the case's lock is waited for; the UPDATE finds that out.
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectCaseOfReport, db::Params().Add(report_id).Add(tenant)));
  if (rows.empty()) return status::EventGap(item.event->subject_sequence() - 1);
  ASSIGN_OR_RETURN(const CaseRow row,
                   SelectCase(tx, with.seal, tenant, rows[0].GetBytes(0), /*for_update=*/true));
  const CaseChange change = item.change(row);
  ASSIGN_OR_RETURN(const bool there,
                   UpdateAssessment(tx, with.seal, with.content, change, report_id,
                                    item.supplemented->assessment, with.deadline));
  if (!there) {
    return status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                         "the report moved to another case meanwhile");
  }
  return UpdateCase(tx, with.seal, row, change);
}

absl::Status ApplyTold(db::Tx& tx, const Writing& with, const IngestItem& item) {
  const std::string& tenant = item.event->tenant();
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(kSelectCaseOfReport, db::Params().Add(item.told_of).Add(tenant)));
  if (rows.empty()) return status::EventGap(item.event->subject_sequence() - 1);
  ASSIGN_OR_RETURN(const CaseRow row,
                   SelectCase(tx, with.seal, tenant, rows[0].GetBytes(0), /*for_update=*/true));
  return UpdateCase(tx, with.seal, row, item.change(row));
}

void Gather(const DeliveryRow& row, Gathered& gathered) {
  db::Params params;
  params.Add(row.event_id).Add(row.tenant).Add(row.case_id).Add(row.subject_id);
  params.Add(static_cast<int>(row.outcome)).Add(row.outcome_time);
  gathered.deliveries.push_back(std::move(params));
}

absl::Status ApplyOne(db::Tx& tx, const Writing& with, const IngestItem& item, Gathered& gathered) {
  if (item.outcome.has_value()) {
    Gather(*item.outcome, gathered);
    return absl::OkStatus();
  }
  if (item.contact.has_value()) {
    gathered.contacts.push_back(&*item.contact);
    return absl::OkStatus();
  }
  if (item.supplemented.has_value()) return ApplySupplement(tx, with, item);
  if (!item.told_of.empty()) return ApplyTold(tx, with, item);
  ASSIGN_OR_RETURN(const bool joined, TryJoin(tx, with, item));
  gathered.memories.push_back({&item.opened->report, &item.opened->memory});
  if (!joined) gathered.cases.push_back({&item.opened->change, &item.opened->report});
  return absl::OkStatus();
}

absl::Status Write(db::Tx& tx, const Writing& with, const Gathered& gathered) {
  RETURN_IF_ERROR(OpenCases(tx, with.seal, with.content, gathered.cases, with.deadline));
  RETURN_IF_ERROR(InsertMemory(tx, gathered.memories));
  if (!gathered.deliveries.empty()) {
    RETURN_IF_ERROR(tx.InsertRows(kInsertDeliveries, gathered.deliveries));
  }
  // Last: a contact may belong to a report whose case was opened just now.
  return ApplyContacts(tx, with.seal, with.content, gathered.contacts, with.now, with.deadline);
}

// One transaction. `statuses` is set for what is well without an effect of its own.
absl::Status ApplyRange(db::Tx& tx, const Writing& with, absl::Span<const IngestItem> items,
                        absl::Span<absl::Status> statuses) {
  std::vector<const mamori::v1::Event*> events;
  for (const IngestItem& item : items) events.push_back(item.event);
  ASSIGN_OR_RETURN(const auto admissions, outbox::Admit(tx, events, with.now));
  Gathered gathered;
  for (size_t i = 0; i < items.size(); ++i) {
    statuses[i] = absl::OkStatus();
    switch (admissions[i]) {
      case outbox::Admission::kDuplicate:
        break;
      case outbox::Admission::kGap:
        statuses[i] = status::EventGap(items[i].event->subject_sequence() - 1);
        break;
      case outbox::Admission::kApply:
        // A supplement sees the case that its report opened in this very batch.
        if (items[i].supplemented.has_value() || !items[i].told_of.empty()) {
          RETURN_IF_ERROR(Write(tx, with, gathered));
          gathered = {};
        }
        RETURN_IF_ERROR(ApplyOne(tx, with, items[i], gathered));
        break;
    }
  }
  return Write(tx, with, gathered);
}

}  // namespace

absl::StatusOr<std::map<id::Id, std::string>> SqlIngestStore::FindDigests(
    std::string_view tenant, const std::vector<id::Id>& case_ids,
    const std::vector<id::Id>& report_ids, absl::Time deadline) {
  using Found = std::map<id::Id, std::string>;
  const db::TransactionOptions options{.deadline = deadline, .read_only = true};
  return transactor_.Run<Found>(options, [&](db::Tx& tx) -> absl::StatusOr<Found> {
    Found found;
    RETURN_IF_ERROR(FindCaseDigests(tx, tenant, case_ids, found));
    RETURN_IF_ERROR(
        SelectByIds(tx, kSelectReportDigests, tenant, report_ids,
                    [&](const db::Row& row) { found[row.GetBytes(0)] = row.GetBytes(1); }));
    return found;
  });
}

absl::StatusOr<std::map<id::Id, ContactCount>> SqlIngestStore::CountContacts(
    std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) {
  using Counts = std::map<id::Id, ContactCount>;
  const db::TransactionOptions options{.deadline = deadline, .read_only = true};
  return transactor_.Run<Counts>(options, [&](db::Tx& tx) -> absl::StatusOr<Counts> {
    Counts counts;
    for (const id::Id& report_id : report_ids) {
      ASSIGN_OR_RETURN(const ContactCount count, CountContactsOf(tx, tenant, report_id));
      if (count.contacts > 0) counts[report_id] = count;
    }
    return counts;
  });
}

std::vector<absl::Status> SqlIngestStore::Apply(absl::Span<const IngestItem> items,
                                                absl::Time deadline) {
  // The inbox tells after an unknown COMMIT whether it took effect.
  const db::TransactionOptions options{.deadline = deadline, .settles_unknown_commit = true};
  std::vector<absl::Status> inner(items.size());
  std::vector<absl::Status> outer = db::ApplyRanges(items.size(), [&](size_t first, size_t count) {
    return transactor_.Run(options, [&](db::Tx& tx) {
      return ApplyRange(tx, {seal_, content_, clock_.Now(), deadline}, items.subspan(first, count),
                        absl::MakeSpan(inner).subspan(first, count));
    });
  });
  for (size_t i = 0; i < items.size(); ++i) {
    if (outer[i].ok()) outer[i] = inner[i];
    if (absl::IsAlreadyExists(outer[i])) {
      // Another replica was applying the same event: it is settled when it comes again.
      outer[i] = status::Error(absl::StatusCode::kAborted, mamori::v1::ERROR_REASON_CONFLICT,
                               "the event is being applied elsewhere");
    }
  }
  return outer;
}

}  // namespace mamori::triage
