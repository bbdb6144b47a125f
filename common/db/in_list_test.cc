#include "common/db/in_list.h"

#include <gmock/gmock.h>

namespace mamori::db {
namespace {

using ::testing::ElementsAre;

TEST(InList, IsAsLongAsThePowerOfTwoAbove) {
  const size_t want[] = {0, 1, 2, 4, 4, 8, 8, 8, 8, 16};
  for (size_t n = 0; n < std::size(want); ++n) EXPECT_EQ(PaddedSize(n), want[n]) << n;
  EXPECT_EQ(PaddedSize(64), 64u);
  EXPECT_EQ(PaddedSize(65), 128u);
}

TEST(InList, RepeatsTheLastValue) {
  EXPECT_THAT(InList({"a"}), ElementsAre("a"));
  EXPECT_THAT(InList({"a", "b", "c"}), ElementsAre("a", "b", "c", "c"));
  EXPECT_THAT(InList({"a", "b", "c", "d"}), ElementsAre("a", "b", "c", "d"));
}

}  // namespace
}  // namespace mamori::db
