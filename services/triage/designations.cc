#include "services/triage/designations.h"

#include <vector>

#include "common/status/macros.h"
#include "services/triage/handler_rules.h"
#include "services/triage/sql_handler_rows.h"

namespace mamori::triage {
namespace {

constexpr absl::Duration kMaxAge = absl::Seconds(5);
constexpr absl::Duration kTimeout = absl::Seconds(2);

}  // namespace

bool Designations::IsDesignated(const std::string& tenant, const std::string& person) const {
  const std::lock_guard lock(mu_);
  if (absl::AbsDuration(clock_.Now() - read_) > kMaxAge) return false;
  return handlers_.contains(Handler(tenant, person));
}

absl::StatusOr<bool> Designations::RunOnce() {
  // Before it is read: nothing that is read then is older.
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(const std::vector<HandlerRow> rows,
                   transactor_.Run<std::vector<HandlerRow>>(
                       {.deadline = now + kTimeout, .read_only = true},
                       [&](db::Tx& tx) { return SelectAllHandlers(tx, seal_); }));
  std::set<Handler> handlers;
  for (const HandlerRow& row : rows) {
    if (MayHandle(row.handler, duty_version_)) handlers.emplace(row.tenant, row.handler.person());
  }
  const std::lock_guard lock(mu_);
  handlers_ = std::move(handlers);
  read_ = now;
  return false;
}

}  // namespace mamori::triage
