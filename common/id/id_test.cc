#include "common/id/id.h"

#include <gtest/gtest.h>

#include <set>

namespace mamori::id {
namespace {

TEST(IdTest, TextRoundTrips) {
  RandomIdSource source;
  for (int i = 0; i < 1000; ++i) {
    const Id id = source.NewId();
    const std::string text = ToText(id);
    ASSERT_EQ(text.size(), 26u);
    ASSERT_EQ(FromText(text).value(), id);
    ASSERT_EQ(FromName("reports", Name("reports", id)).value(), id);
  }
}

TEST(IdTest, RefusesWhatIsNotAnId) {
  const std::string good = ToText(std::string(16, '\xff'));
  EXPECT_TRUE(FromText(good).ok());
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "0", "8" + good.substr(1), "I" + good.substr(1),
        std::string(26, 'u'), std::string(26, '\0')}) {
    EXPECT_FALSE(FromText(bad).ok()) << bad;
  }
  EXPECT_FALSE(FromName("reports", "cases/" + good).ok());
  EXPECT_FALSE(FromName("reports", "reports/" + good + "/x").ok());
  EXPECT_FALSE(FromName("reports", good).ok());
}

TEST(IdTest, RandomIdsDiffer) {
  RandomIdSource source;
  std::set<Id> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(source.NewId()).second);
}

TEST(IdTest, SeededIdsRepeat) {
  SeededIdSource a(7), b(7);
  EXPECT_EQ(a.NewId(), b.NewId());
  EXPECT_GE(a.NewFraction(), 0.0);
  EXPECT_LT(a.NewFraction(), 1.0);
}

}  // namespace
}  // namespace mamori::id
