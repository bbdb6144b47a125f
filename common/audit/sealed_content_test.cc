// What the verifier says of content that it cannot open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/audit/test_service.h"

namespace mamori::audit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ErasedContent, IsProvedToHaveBeenThere) {
  Service service("intake");
  const std::vector<id::Id> reports = service.Submit(3, 1);
  service.Settle();
  service.Erase(reports[1]);
  const Verified verified = service.Verify();
  EXPECT_THAT(verified.findings, IsEmpty());
  EXPECT_EQ(verified.erased, 1);
  // Its row is as little to be removed or put elsewhere as before.
  service.database_.Execute("UPDATE report SET body_digest = REPEAT('x', 32) WHERE report_id = ?",
                            db::Params().Add(reports[1]));
  EXPECT_THAT(service.Verify().findings,
              Contains(HasSubstr("a row whose content is not what the audit tells of")));
  service.database_.Execute("DELETE FROM report WHERE report_id = ?", db::Params().Add(reports[1]));
  EXPECT_THAT(service.Verify().findings, Contains(HasSubstr("missing or changed")));
}

TEST(WithoutKeys, RowsAreStillCounted) {
  Service service("intake");
  const std::vector<id::Id> reports = service.Submit(3, 1);
  service.Settle();
  EXPECT_THAT(service.Verify({service.sink_}, false).findings, IsEmpty());
  service.database_.Execute("DELETE FROM supplement WHERE report_id = ?",
                            db::Params().Add(reports[0]));
  EXPECT_THAT(service.Verify({service.sink_}, false).findings,
              Contains(HasSubstr("missing or changed")));
}

}  // namespace
}  // namespace mamori::audit
