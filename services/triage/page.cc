#include "services/triage/page.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/big_endian.h"
#include "services/triage/validate.h"

namespace mamori::triage {
namespace {

constexpr size_t kIdBytes = 16;

}  // namespace

CaseFilter FilterOf(const std::string& tenant, const v1::ListCasesRequest& request) {
  CaseFilter filter;
  filter.tenant = tenant;
  for (int state : request.states()) {
    filter.states.push_back(static_cast<mamori::v1::CaseState>(state));
  }
  std::sort(filter.states.begin(), filter.states.end());
  filter.min_severity = request.min_severity();
  filter.category = request.category();
  filter.assignee = request.assignee();
  filter.company = request.company();
  return filter;
}

std::string DigestOf(const CaseFilter& filter) {
  std::string states;
  for (int state : filter.states) absl::StrAppend(&states, state, ",");
  return idempotency::Hash({"ListCases", filter.tenant, states,
                            absl::StrCat(static_cast<int>(filter.min_severity)), filter.category,
                            filter.assignee, filter.company, filter.viewer.person});
}

int PageSize(int asked) { return asked == 0 ? kDefaultPageSize : std::min(asked, kMaxPageSize); }

absl::StatusOr<std::optional<CasePosition>> FromPageToken(const idempotency::PageTokens& tokens,
                                                          const idempotency::TokenBinding& binding,
                                                          const std::string& token) {
  if (token.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string bytes, tokens.Open(binding, token));
  if (bytes.size() != kBigEndianBytes + kIdBytes) return status::PageTokenInvalid();
  return CasePosition{.create_micros = FromBigEndian(bytes),
                      .case_id = bytes.substr(kBigEndianBytes)};
}

std::string ToPageToken(const idempotency::PageTokens& tokens,
                        const idempotency::TokenBinding& binding, const CaseRow& last) {
  return tokens.Seal(binding, ToBigEndian(absl::ToUnixMicros(last.create_time)) + last.case_id);
}

}  // namespace mamori::triage
