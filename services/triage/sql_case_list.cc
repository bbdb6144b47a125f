#include "services/triage/sql_case_list.h"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/triage/sql_access_rows.h"
#include "services/triage/sql_case_rows.h"
#include "services/triage/sql_visible.h"

namespace mamori::triage {
namespace {

// The indexes end in (create_time, case_id) and are named, because the optimizer's guess at the
// worth of a filter changes with the size of the table. The bound on create_time alone is what the
// range is made from.
constexpr char kAfter[] = " AND %.create_time <= ? AND (%.create_time < ? OR %.case_id < ?)";
constexpr char kByCategory[] =
    " FROM case_category k JOIN case_record c ON c.case_id = k.case_id%A"
    " WHERE k.tenant = ? AND k.category = ?";
constexpr char kByMember[] =
    " FROM case_visibility m JOIN case_record c ON c.case_id = m.case_id%A"
    " WHERE m.tenant = ? AND m.person = ? AND m.relation = 1";
constexpr char kByAssignee[] =
    " FROM case_record c FORCE INDEX (by_assignee)%A WHERE c.tenant = ? AND c.assignee = ?";
constexpr char kByState[] =
    " FROM case_record c FORCE INDEX (by_state)"
    " WHERE c.tenant = ? AND c.state = ? AND c.severity = ?";
constexpr char kByCompanyAndState[] =
    " FROM case_record c FORCE INDEX (by_company_state)"
    " WHERE c.tenant = ? AND c.company = ? AND c.state = ? AND c.severity = ?";
constexpr char kByCompany[] =
    " FROM case_record c FORCE INDEX (by_company)%A WHERE c.tenant = ? AND c.company = ?";
constexpr char kByTime[] = " FROM case_record c FORCE INDEX (by_time)%A WHERE c.tenant = ?";

std::string WithAccess(std::string from) {
  const size_t at = from.find("%A");
  return from.replace(at, 2, kJoinAccess);
}

class Builder {
 public:
  Builder(const CaseFilter& filter, const std::optional<CasePosition>& position, int limit)
      : filter_(filter), position_(position), limit_(limit) {}

  ListQuery Build() && {
    if (filter_.viewer.audiences.empty()) {
      // No role lets the asker into anything: the memberships by name are all there is.
      Begin(kByMember, filter_.viewer.person);
      Rest("m", /*assignee=*/true, /*states=*/true, /*company=*/true);
    } else if (!filter_.category.empty()) {
      Begin(kByCategory, filter_.category);
      Rest("k", /*assignee=*/true, /*states=*/true, /*company=*/true);
    } else if (!filter_.assignee.empty()) {
      Begin(kByAssignee, filter_.assignee);
      Rest("c", false, true, true);
    } else if (!filter_.states.empty() || filter_.min_severity > mamori::v1::SEVERITY_LOW) {
      ByStateAndSeverity();
    } else if (!filter_.company.empty()) {
      Begin(kByCompany, filter_.company);
      Rest("c", false, true, false);
    } else {
      query_.sql = absl::StrCat("SELECT ", CaseColumns(), WithAccess(kByTime));
      query_.params.Add(filter_.tenant);
      Rest("c", false, true, false);
    }
    return std::move(query_);
  }

 private:
  void Begin(const char* from, const std::string& value) {
    query_.sql = absl::StrCat("SELECT ", CaseColumns(), WithAccess(from));
    query_.params.Add(filter_.tenant).Add(value);
  }

  // The wanted states; all but MERGED and DISPOSED when none is named.
  std::vector<int> States() const {
    std::set<int> states(filter_.states.begin(), filter_.states.end());
    if (states.empty()) {
      for (int state = mamori::v1::CaseState_MIN; state <= mamori::v1::CaseState_MAX; ++state) {
        const bool stands =
            mamori::v1::CaseState_IsValid(state) && state != mamori::v1::CASE_STATE_UNSPECIFIED &&
            state != mamori::v1::CASE_STATE_MERGED && state != mamori::v1::CASE_STATE_DISPOSED;
        if (stands) states.insert(state);
      }
    }
    return {states.begin(), states.end()};
  }

  // What the asker may see, as far as an index knows.
  void Visible() {
    // Without audiences the memberships by name are what is read.
    if (!filter_.viewer.audiences.empty()) AppendLetIn(filter_.viewer, query_.sql, query_.params);
    AppendNotKeptOut(filter_.viewer, query_.sql, query_.params);
  }

  void After(const std::string& alias) {
    if (!position_.has_value()) return;
    std::string text = kAfter;
    for (size_t at; (at = text.find('%')) != std::string::npos;) text.replace(at, 1, alias);
    query_.sql += text;
    query_.params.Add(position_->create_micros).Add(position_->create_micros);
    query_.params.Add(position_->case_id);
  }

  void Order(const std::string& prefix) {
    absl::StrAppend(&query_.sql, " ORDER BY ", prefix, "create_time DESC, ", prefix,
                    "case_id DESC LIMIT ?");
    query_.params.Add(limit_);
  }

  // The conditions that the index does not answer, the position and the order.
  void Rest(const std::string& alias, bool assignee, bool states, bool company) {
    if (assignee && !filter_.assignee.empty()) {
      query_.sql += " AND c.assignee = ?";
      query_.params.Add(filter_.assignee);
    }
    if (states) {
      const std::vector<int> wanted = States();
      absl::StrAppend(&query_.sql, " AND c.state IN (", db::Placeholders(wanted.size()), ")");
      for (int state : wanted) query_.params.Add(state);
    }
    if (company && !filter_.company.empty()) {
      query_.sql += " AND c.company = ?";
      query_.params.Add(filter_.company);
    }
    if (filter_.min_severity > mamori::v1::SEVERITY_LOW) {
      query_.sql += " AND c.severity >= ?";
      query_.params.Add(static_cast<int>(filter_.min_severity));
    }
    Visible();
    After(alias);
    Order(alias + ".");
  }

  // One range per state and severity, each no longer than the page and answered by the index alone;
  // the server merges them, and only the page's own cases are read.
  void ByStateAndSeverity() {
    absl::StrAppend(&query_.sql, "SELECT ", CaseColumns(), " FROM (");
    const int least = std::max<int>(filter_.min_severity, mamori::v1::SEVERITY_LOW);
    const char* separator = "";
    for (int state : States()) {
      for (int severity = least; severity <= mamori::v1::Severity_MAX; ++severity) {
        absl::StrAppend(&query_.sql, separator, "(SELECT c.create_time, c.case_id",
                        filter_.company.empty() ? kByState : kByCompanyAndState);
        separator = " UNION ALL ";
        query_.params.Add(filter_.tenant);
        if (!filter_.company.empty()) query_.params.Add(filter_.company);
        query_.params.Add(state).Add(severity);
        Visible();
        After("c");
        Order("c.");
        query_.sql += ")";
      }
    }
    Order("");
    query_.sql += ") k JOIN case_record c ON c.case_id = k.case_id";
    absl::StrAppend(&query_.sql, kJoinAccess, " ORDER BY k.create_time DESC, k.case_id DESC");
  }

  const CaseFilter& filter_;
  const std::optional<CasePosition>& position_;
  const int limit_;
  ListQuery query_;
};

}  // namespace

ListQuery MakeListQuery(const CaseFilter& filter, const std::optional<CasePosition>& position,
                        int limit) {
  return Builder(filter, position, limit).Build();
}

}  // namespace mamori::triage
