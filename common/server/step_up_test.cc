#include "common/server/step_up.h"

#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace mamori::server {
namespace {

TEST(StepUpTest, WantsAStrongAndRecentAuthenticationOfAPerson) {
  const absl::Time now = absl::FromUnixSeconds(1'790'000'000);
  const struct {
    const char* name;
    const char* person;
    bool strong;
    absl::Time auth_time;
    bool enough;
  } rows[] = {
      {"just now", "acme/taro", true, now, true},
      {"five minutes ago", "acme/taro", true, now - absl::Minutes(5), true},
      {"longer ago", "acme/taro", true, now - absl::Minutes(5) - absl::Seconds(1), false},
      {"by a clock that is ahead", "acme/taro", true, now + absl::Seconds(20), true},
      {"never said when", "acme/taro", true, absl::InfinitePast(), false},
      {"not strong enough", "acme/taro", false, now, false},
      {"nobody", "", true, now, false},
  };
  for (const auto& row : rows) {
    CallContext call;
    call.person = row.person;
    call.strong = row.strong;
    call.auth_time = row.auth_time;
    const absl::Status status = RequireStepUp(call, now);
    EXPECT_EQ(status.ok(), row.enough) << row.name;
    if (!row.enough) {
      EXPECT_THAT(status, testing::StatusIs(absl::StatusCode::kPermissionDenied)) << row.name;
      EXPECT_THAT(status, testing::HasReason(v1::ERROR_REASON_STEP_UP_REQUIRED)) << row.name;
    }
  }
}

}  // namespace
}  // namespace mamori::server
