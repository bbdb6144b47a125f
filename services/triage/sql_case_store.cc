#include "services/triage/sql_case_store.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "mamori/triage/v1/triage_service.pb.h"
#include "services/triage/sql_access_rows.h"
#include "services/triage/sql_act_rows.h"
#include "services/triage/sql_assessment_rows.h"
#include "services/triage/sql_case_list.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_deadline_rows.h"
#include "services/triage/sql_handler_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_retention_rows.h"
#include "services/triage/sql_visible.h"
#include "services/triage/sql_work_items.h"
#include "services/triage/sql_work_rows.h"

namespace mamori::triage {
namespace {

using mamori::v1::Case;
using mamori::v1::CaseNote;

constexpr char kSelectReports[] =
    "SELECT r.report_id, r.assessment, %V FROM case_report r WHERE r.case_id = ? AND r.tenant = ?"
    " ORDER BY r.join_time, r.report_id LIMIT 1000";
// The case beside each of its reports, of which there is nearly always one. Unordered: an order
// over a join or a UNION that carries blobs makes a temporary table on disk, which cost more than
// all the rest.
constexpr char kWithReport[] = ", r.join_time, r.report_id, r.assessment, %V FROM case_record c";
constexpr char kJoinReports[] =
    " LEFT JOIN case_report r ON r.case_id = c.case_id AND r.tenant = c.tenant";
constexpr char kOfCase[] = " WHERE c.case_id = ? AND c.tenant = ?";
constexpr char kOfReport[] =
    " WHERE c.case_id = (SELECT case_id FROM case_report WHERE report_id = ? AND tenant = ?)"
    " AND c.tenant = ?";
constexpr size_t kMaxReports = 1000;
// What they are comes first, then the columns of a note; an outcome has no author and no text.
constexpr char kSelectNotes[] =
    "SELECT 0, note_id, create_time, author, text FROM case_note WHERE case_id = ? AND tenant = ?"
    " ORDER BY create_time DESC, note_id DESC LIMIT 200";
constexpr char kSelectDeliveries[] =
    "SELECT outcome, subject_id, outcome_time, '', '' FROM case_delivery"
    " WHERE case_id = ? AND tenant = ? ORDER BY outcome_time DESC, event_id DESC LIMIT 50";
constexpr int64_t kNote = 0;  // no Outcome has this number

db::Params Of(const CaseRow& row) { return db::Params().Add(row.case_id).Add(row.tenant); }

using SealedCase = CaseContent::SealedCase;

// With the version of each assessment.
std::string Versioned(const char* sql) {
  return absl::StrReplaceAll(sql, {{"%V", kAssessmentVersion}});
}

void AddReport(std::string_view report_id, SealedAssessment assessment, SealedCase& found) {
  found.proto.add_reports(id::Name("reports", report_id));
  found.assessments.push_back(std::move(assessment));
}

absl::Status AddReports(db::Tx& tx, const CaseRow& row, SealedCase& found) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(Versioned(kSelectReports), Of(row)));
  for (const db::Row& report : rows)
    AddReport(report.GetBytes(0), ReadAssessment(report, 1), found);
  return absl::OkStatus();
}

// From rows of a case beside its reports, oldest report first.
void AddJoinedReports(const db::Rows& rows, SealedCase& found) {
  constexpr size_t kTime = kCaseColumnCount, kId = kTime + 1, kAssessment = kTime + 2;
  if (rows[0].IsNull(kTime)) return;  // everything was merged into another
  std::vector<const db::Row*> reports;
  for (const db::Row& report : rows) reports.push_back(&report);
  absl::c_sort(reports, [](const db::Row* a, const db::Row* b) {
    return std::pair(a->GetTime(kTime), std::string_view(a->GetBytes(kId))) <
           std::pair(b->GetTime(kTime), std::string_view(b->GetBytes(kId)));
  });
  for (const db::Row* report : reports) {
    AddReport(report->GetBytes(kId), ReadAssessment(*report, kAssessment), found);
  }
}

// Notes are shown oldest first, deliveries newest first.
absl::Status AddNotesAndDeliveries(db::Tx& tx, const CaseRow& row, Case& proto) {
  // One round trip: a UNION ALL that is not ordered as a whole is sent as it is read, without a
  // temporary table. A case that nobody has changed has no notes; it is the one that is read most,
  // right after its notice.
  const bool changed = row.version > 1;
  db::Params params = Of(row);
  if (changed) params.Add(row.case_id).Add(row.tenant);
  ASSIGN_OR_RETURN(
      db::Rows rows,
      tx.Query(changed ? absl::StrCat("(", kSelectNotes, ") UNION ALL (", kSelectDeliveries, ")")
                       : kSelectDeliveries,
               params));
  // Each part was cut in its order, but nothing promises that it comes in it.
  absl::c_stable_sort(
      rows, [](const db::Row& a, const db::Row& b) { return a.GetTime(2) > b.GetTime(2); });
  for (const db::Row& one : rows) {
    const int64_t outcome = one.GetInt64(0);
    if (outcome == kNote) {
      *proto.add_notes() = ToProto(NoteRow{.note_id = one.GetBytes(1),
                                           .author = one.GetBytes(3),
                                           .text = one.GetBytes(4),
                                           .create_time = one.GetTime(2)});
    } else {
      *proto.add_deliveries() = ToProto(DeliveryRow{.subject_id = one.GetBytes(1),
                                                    .outcome = static_cast<Outcome>(outcome),
                                                    .outcome_time = one.GetTime(2)});
    }
  }
  std::reverse(proto.mutable_notes()->begin(), proto.mutable_notes()->end());
  return absl::OkStatus();
}

// The answer of a verb about a case that this transaction has locked, whose key is `key`.
absl::StatusOr<Case> Answer(db::Tx& tx, const sealing::DataKey& key, const CaseRow& row) {
  SealedCase found{.proto = ToProto(row)};
  RETURN_IF_ERROR(AddReports(tx, row, found));
  for (int i = 0; i < found.proto.reports_size(); ++i) {
    ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", found.proto.reports(i)));
    ASSIGN_OR_RETURN(*found.proto.add_assessments(),
                     OpenAssessment(key, row.tenant, report_id, found.assessments[i]));
  }
  return std::move(found.proto);
}

// `where` names one case. Nothing of it leaves before `admit` has let the asker in.
absl::StatusOr<SealedCase> Whole(db::Tx& tx, const AccessSeal& seal, std::string_view tenant,
                                 const char* where, const db::Params& params,
                                 CaseStore::Admit admit) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(absl::StrCat("SELECT ", CaseColumns(), Versioned(kWithReport),
                                         kJoinAccess, kJoinReports, where, " LIMIT ", kMaxReports),
                            params));
  if (rows.empty()) return status::NotFound("case");
  const CaseRow row = ReadCase(rows[0], seal);
  RETURN_IF_ERROR(admit(row));
  if (!row.merged_into.empty()) {
    // A tombstone names the case that goes on: who may not see that may not see this.
    ASSIGN_OR_RETURN(const CaseRow into, SelectCase(tx, seal, tenant, row.merged_into, false));
    RETURN_IF_ERROR(admit(into));
  }
  SealedCase found{.proto = ToProto(row)};
  if (rows.size() < kMaxReports) {
    AddJoinedReports(rows, found);
  } else {
    RETURN_IF_ERROR(AddReports(tx, row, found));
  }
  RETURN_IF_ERROR(AddNotesAndDeliveries(tx, row, found.proto));
  return found;
}

// What a change of the case itself leaves among the work on it.
std::vector<WorkRow> WorkOf(const CaseChange& change) {
  if (!change.reopening.has_value()) return {};
  const ReopeningRow& row = *change.reopening;
  v1::Reopening reopening;
  reopening.set_reopener(row.person);
  *reopening.mutable_reopen_time() = time::ToTimestamp(row.time);
  return {{.row_id = row.row_id,
           .record_id = row.record_id,
           .kind = WorkKind::kReopening,
           .version = 1,
           .author = row.person,
           .create_time = row.time,
           .body = reopening.SerializeAsString()}};
}

absl::StatusOr<std::vector<id::Id>> ReportsOf(db::Tx& tx, const CaseRow& row) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(Versioned(kSelectReports), Of(row)));
  std::vector<id::Id> reports;
  for (const db::Row& report : rows) reports.push_back(report.GetBytes(0));
  return reports;
}

}  // namespace

absl::StatusOr<Case> SqlCaseStore::Change(const CallKey& call, std::string_view tenant,
                                          const id::Id& case_id, Decide decide) {
  using Answered = CaseContent::Answered<Case>;
  return content_.RespondOnce<Case>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(CaseChange change, decide(before));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, before, call.deadline));
        CaseContent::SealNote(key, change);
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change));
        RETURN_IF_ERROR(InsertWork(tx, seal_, key, before, change, WorkOf(change)));
        ASSIGN_OR_RETURN(Case answer, Answer(tx, key, change.row));
        return Answered{std::move(answer), std::move(key)};
      });
}

absl::StatusOr<CaseNote> SqlCaseStore::ChangeWithNote(const CallKey& call, std::string_view tenant,
                                                      const id::Id& case_id, Decide decide) {
  using Answered = CaseContent::Answered<CaseNote>;
  return content_.RespondOnce<CaseNote>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(CaseChange change, decide(before));
        if (!change.note.has_value()) return absl::InternalError("a change without its note");
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, before, call.deadline));
        CaseContent::SealNote(key, change);
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change));
        return Answered{ToProto(*change.note), std::move(key)};
      });
}

absl::StatusOr<mamori::v1::CaseAccess> SqlCaseStore::ChangeAccess(const CallKey& call,
                                                                  std::string_view tenant,
                                                                  const id::Id& case_id,
                                                                  Decide decide) {
  using mamori::v1::CaseAccess;
  using Answered = CaseContent::Answered<CaseAccess>;
  return content_.RespondOnce<CaseAccess>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        ASSIGN_OR_RETURN(const CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(CaseChange change, decide(before));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyBeside(tx, before, call.deadline));
        CaseContent::SealNote(key, change);
        RETURN_IF_ERROR(UpdateCase(tx, seal_, before, change));
        return Answered{ToProto(change.row.access), std::move(key)};
      });
}

absl::StatusOr<CaseFile> SqlCaseStore::Opened(db::Tx& tx, const CaseRow& row,
                                              absl::Time deadline) const {
  ASSIGN_OR_RETURN(CaseFile file, SelectFile(tx, row));
  RETURN_IF_ERROR(content_.OpenWork(row, deadline, file.work));
  return file;
}

absl::StatusOr<Case> SqlCaseStore::MergeCases(const CallKey& call, std::string_view tenant,
                                              const id::Id& from, const id::Id& into,
                                              DecideMerge decide) {
  using Answered = CaseContent::Answered<Case>;
  return content_.RespondOnce<Case>(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        // Locked in the order of their ids, whichever goes on: two merges that cross do not wait
        // for each other.
        ASSIGN_OR_RETURN(CaseRow first, SelectCase(tx, seal_, tenant, std::min(from, into), true));
        ASSIGN_OR_RETURN(CaseRow second, SelectCase(tx, seal_, tenant, std::max(from, into), true));
        if (first.case_id != from) std::swap(first, second);
        ASSIGN_OR_RETURN(const CaseFile from_file, Opened(tx, first, call.deadline));
        ASSIGN_OR_RETURN(const CaseFile into_file, Opened(tx, second, call.deadline));
        ASSIGN_OR_RETURN(const std::vector<v1::TwoPersonAct> acts,
                         SelectWaitingActs(tx, seal_, content_, tenant, id::Name("cases", from)));
        ASSIGN_OR_RETURN(Merge merge, decide({from_file, into_file, acts}));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, second, call.deadline));
        CaseContent::SealNote(key, merge.into);
        {
          ASSIGN_OR_RETURN(const sealing::DataKey own, content_.KeyOf(tx, first, call.deadline));
          CaseContent::SealNote(own, merge.from);
          // In pages: each finds those that are left.
          for (std::vector<id::Id> page = from_file.reports; !page.empty();) {
            RETURN_IF_ERROR(MoveReports(tx, {tenant, from, into}, page, own, key));
            ASSIGN_OR_RETURN(page, ReportsOf(tx, first));
          }
        }
        RETURN_IF_ERROR(CopyHolds(tx, seal_, from, merge.into));
        RETURN_IF_ERROR(UpdateCase(tx, seal_, first, merge.from));
        RETURN_IF_ERROR(UpdateCase(tx, seal_, second, merge.into));
        // Before its clocks move.
        ASSIGN_OR_RETURN(const bool whistleblowing,
                         NeedsHandler(tx, first, HandlersOf(merge.into)));
        RETURN_IF_ERROR(CheckHandlerOfMerged(tx, seal_, whistleblowing, merge.into));
        RETURN_IF_ERROR(MergeClocks(tx, merge.from, merge.into));
        RETURN_IF_ERROR(ForgetItems(tx, first));
        RETURN_IF_ERROR(InsertWork(tx, seal_, key, second, merge.into, merge.carried));
        RETURN_IF_ERROR(RestartRetention(tx, merge.into.row));
        ASSIGN_OR_RETURN(Case answer, Answer(tx, key, merge.into.row));
        return Answered{std::move(answer), std::move(key)};
      });
}

absl::StatusOr<Case> SqlCaseStore::Get(std::string_view tenant, const id::Id& case_id, Admit admit,
                                       absl::Time deadline) {
  ASSIGN_OR_RETURN(
      SealedCase found,
      transactor_.Run<SealedCase>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return Whole(tx, seal_, tenant, kOfCase, db::Params().Add(case_id).Add(tenant), admit);
      }));
  return content_.OpenCase(tenant, deadline, std::move(found));
}

absl::StatusOr<Case> SqlCaseStore::GetByReport(std::string_view tenant, const id::Id& report_id,
                                               Admit admit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      SealedCase found,
      transactor_.Run<SealedCase>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
        return Whole(tx, seal_, tenant, kOfReport,
                     db::Params().Add(report_id).Add(tenant).Add(tenant), admit);
      }));
  return content_.OpenCase(tenant, deadline, std::move(found));
}

absl::StatusOr<CaseRow> SqlCaseStore::GetRow(std::string_view tenant, const id::Id& case_id,
                                             absl::Time deadline) {
  return transactor_.Run<CaseRow>({.deadline = deadline, .read_only = true}, [&](db::Tx& tx) {
    return SelectCase(tx, seal_, tenant, case_id, /*for_update=*/false);
  });
}

absl::StatusOr<std::vector<CaseRow>> SqlCaseStore::List(const CaseFilter& filter,
                                                        const std::optional<CasePosition>& position,
                                                        int limit, absl::Time deadline) {
  CaseFilter hashed = filter;
  hashed.viewer = AsIndexed(seal_, filter.tenant, filter.viewer);
  const ListQuery query = MakeListQuery(hashed, position, limit);
  using Cases = std::vector<CaseRow>;
  return transactor_.Run<Cases>(
      {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<Cases> {
        ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(query.sql, query.params));
        Cases cases;
        for (const db::Row& row : rows) cases.push_back(ReadCase(row, seal_));
        return cases;
      });
}

}  // namespace mamori::triage
