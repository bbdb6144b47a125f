#include "common/receipt/work.h"

#include <gtest/gtest.h>

namespace mamori::receipt {
namespace {

constexpr char kMine[] = "000G40R40M30E209185GR38E1WXQFD";
constexpr char kTheirs[] = "100G40R40M30E209185GR38E1WXQFD";

// Found by another implementation (Python's hashlib).
TEST(WorkTest, IsWhatOtherClientsDo) {
  EXPECT_TRUE(IsWork(kMine, "1822", 12));
  EXPECT_EQ(DoWork(kMine, 12), "1822");
}

TEST(WorkTest, CountsForOneReceiptAndUpToItsDifficulty) {
  const std::string work = DoWork(kMine, 14);
  for (int difficulty = 0; difficulty <= 14; ++difficulty) {
    EXPECT_TRUE(IsWork(kMine, work, difficulty)) << difficulty;
  }
  EXPECT_FALSE(IsWork(kTheirs, work, 14));
  EXPECT_FALSE(IsWork(kMine, work, 60));
  EXPECT_FALSE(IsWork(kMine, "", 14));
  EXPECT_FALSE(IsWork(kMine, std::string(33, '0'), 0));
}

}  // namespace
}  // namespace mamori::receipt
