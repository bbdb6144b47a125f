#include "services/triage/statistics.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authz/access_rules.h"
#include "common/calendar/calendar.h"
#include "common/idempotency/hash.h"
#include "common/idempotency/page_token.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/status/role_not_allowed.h"
#include "services/triage/big_endian.h"
#include "services/triage/decision_counter.h"
#include "services/triage/page.h"

namespace mamori::triage {
namespace {

// What happened in the month is written by then: the last minutes, and what is told by the day,
// whose time is the beginning of a day elsewhere.
constexpr absl::Duration kSettle = absl::Hours(25);
constexpr absl::Duration kLeaseTtl = absl::Minutes(5);
constexpr int kOpenedAtOnce = 500;
constexpr absl::Duration kOpening = absl::Minutes(1);

absl::Status CheckReader(const server::CallContext& call) {
  using authz::Role;
  const authz::RoleSet readers = {Role::kFirstReader, Role::kExecutive, Role::kAuditor,
                                  Role::kAdmin};
  if (authz::RolesOf(call.roles).Meets(readers)) return absl::OkStatus();
  return status::RoleNotAllowed();
}

std::string DigestOf(const server::CallContext& call) {
  return idempotency::Hash({"ListStatistics", call.tenant});
}

absl::StatusOr<std::optional<int>> FromToken(const idempotency::PageTokens& tokens,
                                             const idempotency::TokenBinding& binding,
                                             const std::string& token) {
  if (token.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != kBigEndianBytes) return status::PageTokenInvalid();
  return static_cast<int>(FromBigEndian(bytes));
}

// Of which zone the months are.
absl::TimeZone ZoneOf(const mamori::v1::Policy& policy) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (policy.calendars_size() > 0) absl::LoadTimeZone(policy.calendars(0).time_zone(), &zone);
  return zone;
}

}  // namespace

absl::StatusOr<v1::Statistics> Statistics::Get(const server::CallContext& call,
                                               const v1::GetStatisticsRequest& request) {
  RETURN_IF_ERROR(CheckReader(call));
  const auto month = MonthOf(request.name());
  if (!month.has_value()) {
    status::Violations violations;
    violations.Add("name", "want statistics/{year}-{month}, such as statistics/2026-11");
    return violations.Status();
  }
  return store_.Get(call.tenant, MonthNumber(*month), call.deadline);
}

absl::StatusOr<v1::ListStatisticsResponse> Statistics::List(
    const server::CallContext& call, const v1::ListStatisticsRequest& request) {
  RETURN_IF_ERROR(CheckReader(call));
  if (request.page_size() < 0) {
    status::Violations violations;
    violations.Add("page_size", "is negative, want 0 to 1000");
    return violations.Status();
  }
  const std::string digest = DigestOf(call);
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(const auto before, FromToken(tokens_, binding, request.page_token()));
  const size_t size = PageSize(request.page_size());
  // One more than asked for tells whether there is another page.
  ASSIGN_OR_RETURN(const auto all,
                   store_.List(call.tenant, before, static_cast<int>(size) + 1, call.deadline));
  v1::ListStatisticsResponse response;
  for (const v1::Statistics& one : all) {
    if (response.statistics_size() == static_cast<int>(size)) {
      const auto last = MonthOf(response.statistics().rbegin()->name());
      response.set_next_page_token(tokens_.Seal(binding, ToBigEndian(MonthNumber(*last))));
      break;
    }
    *response.add_statistics() = one;
    response.mutable_statistics()->rbegin()->clear_tables();
  }
  return response;
}

absl::StatusOr<Decisions> StatisticsPublisher::CountDecided(const std::string& tenant,
                                                            absl::Time begin, absl::Time end) {
  DecisionCounter counter(begin);
  std::optional<WorkRow> after;
  for (;;) {
    ASSIGN_OR_RETURN(std::vector<WorkRow> rows,
                     store_.Decided(tenant, begin, end, after, kOpenedAtOnce));
    if (rows.empty()) return counter.Count();
    after = rows.back();
    std::vector<WorkRow*> each;
    for (WorkRow& row : rows) each.push_back(&row);
    RETURN_IF_ERROR(content_.OpenEach(tenant, clock_.Now() + kOpening, each));
    for (const WorkRow& row : rows) RETURN_IF_ERROR(counter.Add(row));
  }
}

absl::Status StatisticsPublisher::PublishMonth(const worker::Lease& lease, const TenantMonth& one,
                                               bool is_last, absl::Time now) {
  const calendar::Calendar calendar(ZoneOf(policy_->policy), {});
  const absl::Time begin = calendar.StartOf(absl::CivilDay(one.month));
  const absl::Time end = calendar.StartOf(absl::CivilDay(one.month + 1));
  ASSIGN_OR_RETURN(MonthCounts counts, store_.Count(one.tenant, begin, end));
  // Of an earlier month nobody can tell any more what was open when it ended.
  counts.counted_late = !is_last;
  ASSIGN_OR_RETURN(counts.decided, CountDecided(one.tenant, begin, end));
  const absl::Status published =
      store_.Publish(lease, one.tenant, MonthNumber(one.month),
                     MakeStatistics(one.month, now, policy_->policy, policy_->digest, counts), now);
  // What is there stays: the first has counted.
  return absl::IsAlreadyExists(published) ? absl::OkStatus() : published;
}

absl::StatusOr<bool> StatisticsPublisher::RunOnce() {
  const calendar::Calendar calendar(ZoneOf(policy_->policy), {});
  const auto month_of = [&](absl::Time time) { return absl::CivilMonth(calendar.DayOf(time)); };
  absl::Time now = clock_.Now();
  if (believed_ != nullptr) {
    ASSIGN_OR_RETURN(now, believed_());
  }
  const absl::CivilMonth last = month_of(now - kSettle) - 1;
  ASSIGN_OR_RETURN(std::vector<StatisticsStore::Published> tenants, store_.PublishedOfAll());
  std::vector<PublishedMonths> months;
  for (StatisticsStore::Published& one : tenants) {
    months.push_back({std::move(one.tenant), month_of(one.first), std::move(one.months)});
  }
  std::vector<TenantMonth> missing = MissingMonths(months, last);
  if (missing.empty()) return false;
  const auto key = [](const TenantMonth& one) {
    return absl::StrCat(one.tenant, " ", MonthNumber(one.month));
  };
  std::stable_partition(missing.begin(), missing.end(),
                        [&](const TenantMonth& one) { return failed_.count(key(one)) == 0; });
  ASSIGN_OR_RETURN(const std::optional<worker::Lease> lease, store_.TryLease(kLeaseTtl));
  if (!lease.has_value()) return false;
  absl::Status first_error;
  for (const TenantMonth& one : missing) {
    const absl::Status status = PublishMonth(*lease, one, one.month == last, now);
    if (status.ok()) {
      failed_.erase(key(one));
      return missing.size() > 1;
    }
    failed_.insert(key(one));
    first_error.Update(status);
  }
  return first_error;
}

}  // namespace mamori::triage
