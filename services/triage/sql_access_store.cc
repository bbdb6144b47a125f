#include "services/triage/sql_access_store.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

// With the version that the audit knows, as in kCaseColumns.
constexpr char kByCase[] =
    "SELECT c.case_id, c.case_id, c.access_version, a.version, a.tag, a.record,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    " ORDER BY e.sequence DESC LIMIT 1)"
    " FROM case_record c LEFT JOIN case_access a ON a.case_id = c.case_id"
    " WHERE c.tenant = ? AND c.case_id IN (";
constexpr char kByReport[] =
    "SELECT r.report_id, c.case_id, c.access_version, a.version, a.tag, a.record,"
    " (SELECT e.access_version FROM audit_entry e WHERE e.resource_id = c.case_id AND e.kind = 2"
    " ORDER BY e.sequence DESC LIMIT 1)"
    " FROM case_report r JOIN case_record c ON c.case_id = r.case_id AND c.tenant = r.tenant"
    " LEFT JOIN case_access a ON a.case_id = c.case_id"
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

// Placeholders are rounded up to a power of two by repeating the last id, so that few texts exist.
absl::StatusOr<AccessStore::Records> SqlAccessStore::Read(const char* head, std::string_view tenant,
                                                          const std::vector<id::Id>& ids,
                                                          absl::Time deadline) {
  const db::TransactionOptions options{.deadline = deadline, .read_only = true};
  return transactor_.Run<Records>(options, [&](db::Tx& tx) -> absl::StatusOr<Records> {
    Records records;
    for (size_t from = 0; from < ids.size(); from += kInChunk) {
      const size_t count = std::min(kInChunk, ids.size() - from);
      std::vector<id::Id> chunk(ids.begin() + from, ids.begin() + from + count);
      size_t size = 1;
      while (size < count) size *= 2;
      chunk.resize(size, chunk.back());
      ASSIGN_OR_RETURN(const db::Rows rows,
                       tx.Query(absl::StrCat(head, db::Placeholders(size), ")"),
                                db::Params().Add(tenant).AddAll(chunk)));
      for (const db::Row& row : rows) {
        mamori::v1::CaseAccess& record = records[row.GetBytes(0)];
        if (row.IsNull(3)) {
          record = seal_.Missing();
          continue;
        }
        if (!row.IsNull(6) && row.GetInt64(6) > row.GetInt64(2)) {
          record = seal_.Replayed();
          continue;
        }
        record = seal_.Open(
            tenant, row.GetBytes(1), row.GetInt64(2),
            {.version = row.GetInt64(3), .record = row.GetBytes(5), .tag = row.GetBytes(4)});
      }
    }
    return records;
  });
}

}  // namespace mamori::triage
