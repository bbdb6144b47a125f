#include "services/triage/sql_access_store.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/db/in_list.h"
#include "common/status/macros.h"
#include "services/triage/sql_access_rows.h"

namespace mamori::triage {
namespace {

// Answers are by the first column.
constexpr char kByCase[] =
    "SELECT c.case_id, c.case_id, %A FROM case_record c%J"
    " WHERE c.tenant = ? AND c.case_id IN (";
constexpr char kByReport[] =
    "SELECT r.report_id, c.case_id, %A"
    " FROM case_report r JOIN case_record c ON c.case_id = r.case_id AND c.tenant = r.tenant%J"
    " WHERE r.tenant = ? AND r.report_id IN (";
constexpr size_t kInChunk = 64;

}  // namespace

absl::StatusOr<AccessStore::Records> SqlAccessStore::ReadByCase(std::string_view tenant,
                                                                const std::vector<id::Id>& case_ids,
                                                                absl::Time deadline) {
  return Read(kByCase, tenant, case_ids, deadline);
}

absl::StatusOr<AccessStore::Records> SqlAccessStore::ReadByReport(
    std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) {
  return Read(kByReport, tenant, report_ids, deadline);
}

absl::StatusOr<AccessStore::Records> SqlAccessStore::Read(const char* head, std::string_view tenant,
                                                          const std::vector<id::Id>& ids,
                                                          absl::Time deadline) {
  const std::string sql = absl::StrReplaceAll(head, {{"%A", kAccessColumns}, {"%J", kJoinAccess}});
  const db::TransactionOptions options{.deadline = deadline, .read_only = true};
  return transactor_.Run<Records>(options, [&](db::Tx& tx) -> absl::StatusOr<Records> {
    Records records;
    for (size_t begin = 0; begin < ids.size(); begin += kInChunk) {
      const size_t count = std::min(kInChunk, ids.size() - begin);
      const std::vector<id::Id> chunk =
          db::InList({ids.begin() + begin, ids.begin() + begin + count});
      ASSIGN_OR_RETURN(const db::Rows rows,
                       tx.Query(absl::StrCat(sql, db::Placeholders(chunk.size()), ")"),
                                db::Params().Add(tenant).AddAll(chunk)));
      for (const db::Row& row : rows) {
        records[row.GetBytes(0)] = ReadAccess(row, 2, seal_, tenant, row.GetBytes(1));
      }
    }
    return records;
  });
}

}  // namespace mamori::triage
