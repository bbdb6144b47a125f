#include "services/triage/sql_work_store.h"

#include <utility>

#include "common/status/macros.h"
#include "services/triage/sql_assessment_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_deadline_rows.h"
#include "services/triage/sql_hold_rows.h"
#include "services/triage/sql_work_rows.h"

namespace mamori::triage {
namespace {

// `from_key` is that of the case `from`.
absl::Status Open(db::Tx& tx, const AccessSeal& seal, const CaseContent& content,
                  const CaseRow& from, const sealing::DataKey& from_key, const WorkOpened& opened,
                  absl::Time deadline) {
  CaseChange change = opened.change;
  const CaseRow& row = change.row;
  if (!opened.moved_report.empty()) {
    ASSIGN_OR_RETURN(change.clocks.carried, SelectOwedToReporters(tx, from));
  }
  RETURN_IF_ERROR(InsertCases(tx, seal, {{.change = &change, .report = nullptr}}));
  if (opened.rows.empty() && opened.moved_report.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CaseRow stored, SelectCase(tx, seal, row.tenant, row.case_id, true));
  ASSIGN_OR_RETURN(const sealing::DataKey key, content.KeyOf(tx, stored, deadline));
  if (!opened.moved_report.empty()) {
    RETURN_IF_ERROR(MoveReports(tx, {row.tenant, from.case_id, row.case_id}, {opened.moved_report},
                                from_key, key));
    // What is held stays held wherever it goes, also when the hold is being placed.
    RETURN_IF_ERROR(CopyHolds(tx, seal, from.case_id, change));
    RETURN_IF_ERROR(TouchHoldHead(tx, row.tenant));
  }
  return InsertWork(tx, seal, key, stored, change, opened.rows);
}

}  // namespace

absl::StatusOr<std::string> SqlWorkStore::Change(const CallKey& call, std::string_view tenant,
                                                 const id::Id& case_id, Decide decide) {
  using Answered = CaseContent::Answered<std::string>;
  return content_.AnswerOnce(
      transactor_, clock_, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered> {
        // The lock on the case: of decisions that cross, the second reads what the first wrote.
        ASSIGN_OR_RETURN(CaseRow before, SelectCase(tx, seal_, tenant, case_id, true));
        ASSIGN_OR_RETURN(CaseFile file, SelectFile(tx, std::move(before)));
        ASSIGN_OR_RETURN(file.time, marks_.Read(tx));
        RETURN_IF_ERROR(content_.OpenWork(file.row, call.deadline, file.work));
        ASSIGN_OR_RETURN(WorkChange change, decide(file));
        if (change.leaves_mark) RETURN_IF_ERROR(marks_.Leave(tx, file.time));
        ASSIGN_OR_RETURN(sealing::DataKey key, content_.KeyOf(tx, file.row, call.deadline));
        if (change.change.has_value()) {
          CaseContent::SealNote(key, *change.change);
          RETURN_IF_ERROR(UpdateCase(tx, seal_, file.row, *change.change));
          RETURN_IF_ERROR(InsertWork(tx, seal_, key, file.row, *change.change, change.rows));
        }
        if (change.opened.has_value()) {
          RETURN_IF_ERROR(Open(tx, seal_, content_, file.row, key, *change.opened, call.deadline));
        }
        return Answered{std::move(change.answer), std::move(key)};
      });
}

absl::StatusOr<CaseFile> SqlWorkStore::Read(std::string_view tenant, const id::Id& case_id,
                                            Admit admit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      CaseFile file,
      transactor_.Run<CaseFile>(
          {.deadline = deadline, .read_only = true}, [&](db::Tx& tx) -> absl::StatusOr<CaseFile> {
            ASSIGN_OR_RETURN(CaseRow row, SelectCase(tx, seal_, tenant, case_id, false));
            RETURN_IF_ERROR(admit(row));
            ASSIGN_OR_RETURN(CaseFile read, SelectFile(tx, std::move(row)));
            ASSIGN_OR_RETURN(read.time, marks_.Read(tx));
            return read;
          }));
  RETURN_IF_ERROR(content_.OpenWork(file.row, deadline, file.work));
  return file;
}

}  // namespace mamori::triage
