// The statement that lists cases: for every filter one whose work is bound by the page, not by the
// table.
#ifndef MAMORI_SERVICES_TRIAGE_SQL_CASE_LIST_H_
#define MAMORI_SERVICES_TRIAGE_SQL_CASE_LIST_H_

#include <optional>
#include <string>

#include "common/db/tx.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

struct ListQuery {
  std::string sql;
  db::Params params;
};

// `filter` has person and department as the index has them (VisibleTo). Its columns are those of
// ReadCase.
ListQuery MakeListQuery(const CaseFilter& filter, const std::optional<CasePosition>& position,
                        int limit);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_SQL_CASE_LIST_H_
