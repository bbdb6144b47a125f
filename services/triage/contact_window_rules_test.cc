// Sliding windows, whatever the order in which contacts arrive.
#include "services/triage/contact_window_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace mamori::triage {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'800'000'000);

mamori::v1::ContactThreshold Threshold(mamori::v1::ContactMeasure measure, absl::Duration window,
                                       int at_least) {
  mamori::v1::ContactThreshold threshold;
  threshold.set_measure(measure);
  threshold.mutable_window()->set_seconds(absl::ToInt64Seconds(window));
  threshold.set_at_least(at_least);
  return threshold;
}

WindowMark At(absl::Duration after, int64_t minutes = 10, const std::string& demand = "d") {
  return {.start = kBegin + after,
          .contact = absl::FormatDuration(after),
          .minutes = minutes,
          .demand = demand};
}

std::vector<WindowMark> Hours(const std::vector<int>& hours) {
  std::vector<WindowMark> marks;
  for (const int hour : hours) marks.push_back(At(absl::Hours(hour)));
  return marks;
}

// The hour of the crossing; -1 for none.
int64_t HourOf(const std::optional<WindowCrossing>& crossing) {
  return crossing.has_value() ? absl::ToInt64Hours(crossing->time - kBegin) : -1;
}

TEST(ContactWindowTest, CountsWhatIsInTheWindowThatEndsWithTheContact) {
  const auto contacts = Threshold(mamori::v1::CONTACT_MEASURE_CONTACTS, absl::Hours(10), 3);
  struct Row {
    const char* name;
    std::vector<int> hours;
    int64_t want;
  };
  for (const Row& row :
       std::vector<Row>{{"too few", {0, 1}, -1},
                        {"the third", {0, 1, 2}, 2},
                        {"two left the window", {0, 1, 11, 12}, -1},
                        {"a window's length apart is not within it", {0, 5, 10}, -1},
                        {"just within", {0, 5, 9}, 9},
                        {"the first, not the last", {0, 1, 2, 3, 4}, 2}}) {
    EXPECT_EQ(HourOf(FindCrossing(contacts, Hours(row.hours), kBegin, {})), row.want) << row.name;
  }
}

TEST(ContactWindowTest, MinutesAddUp) {
  const auto minutes = Threshold(mamori::v1::CONTACT_MEASURE_MINUTES, absl::Hours(24), 120);
  const std::vector<WindowMark> marks = {At(absl::Hours(0), 60), At(absl::Hours(1), 59),
                                         At(absl::Hours(2), 0), At(absl::Hours(3), 1)};
  const auto crossing = FindCrossing(minutes, marks, kBegin, {});
  ASSERT_TRUE(crossing.has_value());
  EXPECT_EQ(HourOf(crossing), 3);
  EXPECT_EQ(crossing->value, 120);
  EXPECT_TRUE(FindCrossing(minutes, {At(absl::Hours(0), 300)}, kBegin, {}).has_value())
      << "one long one";
}

TEST(ContactWindowTest, DemandsAreCountedApart) {
  const auto demands = Threshold(mamori::v1::CONTACT_MEASURE_SAME_DEMAND, absl::Hours(24), 3);
  const std::vector<WindowMark> marks = {At(absl::Hours(0), 1, "a"), At(absl::Hours(1), 1, "b"),
                                         At(absl::Hours(2), 1, "a"), At(absl::Hours(3), 1, ""),
                                         At(absl::Hours(4), 1, ""),  At(absl::Hours(5), 1, ""),
                                         At(absl::Hours(6), 1, "b"), At(absl::Hours(7), 1, "a")};
  const auto crossing = FindCrossing(demands, marks, kBegin, {});
  ASSERT_TRUE(crossing.has_value());
  EXPECT_EQ(HourOf(crossing), 7);
  EXPECT_EQ(crossing->demand, "a");
  // Another demand's crossing is no reason to be silent, the same one's is.
  EXPECT_TRUE(FindCrossing(demands, marks, kBegin, {{kBegin + absl::Hours(6), "b"}}).has_value());
  EXPECT_FALSE(FindCrossing(demands, marks, kBegin, {{kBegin + absl::Hours(6), "a"}}).has_value());
}

TEST(ContactWindowTest, TellsAgainOnlyAfterAWholeWindow) {
  const auto contacts = Threshold(mamori::v1::CONTACT_MEASURE_CONTACTS, absl::Hours(10), 3);
  // Below again at hour 20, above again at 22.
  const std::vector<WindowMark> marks = Hours({0, 1, 2, 20, 21, 22});
  const auto second =
      FindCrossing(contacts, marks, kBegin + absl::Hours(3), {{kBegin + absl::Hours(2), ""}});
  EXPECT_EQ(HourOf(second), 22);
  EXPECT_EQ(
      HourOf(FindCrossing(contacts, Hours({0, 1, 2, 3}), kBegin, {{kBegin + absl::Hours(2), ""}})),
      -1);
}

// Replays `order` of arrival as triage does, and returns how often it tells.
int ToldOf(const mamori::v1::ContactThreshold& threshold, const std::vector<WindowMark>& marks,
           const std::vector<size_t>& order) {
  std::vector<WindowMark> known;
  std::vector<PastCrossing> past;
  for (const size_t i : order) {
    known.push_back(marks[i]);
    std::sort(known.begin(), known.end(), [](const auto& a, const auto& b) {
      return std::pair(a.start, a.contact) < std::pair(b.start, b.contact);
    });
    const auto crossing = FindCrossing(threshold, known, marks[i].start, past);
    if (crossing.has_value()) past.push_back({crossing->time, crossing->demand});
  }
  return static_cast<int>(past.size());
}

TEST(ContactWindowTest, IsToldOnceInWhateverOrderTheContactsArrive) {
  const auto contacts = Threshold(mamori::v1::CONTACT_MEASURE_CONTACTS, absl::Hours(10), 3);
  const std::vector<WindowMark> marks = Hours({0, 2, 4, 6, 8});  // one burst
  std::vector<size_t> order(marks.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    EXPECT_EQ(ToldOf(contacts, marks, order), 1)
        << order[0] << order[1] << order[2] << order[3] << order[4];
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(ContactWindowTest, WhatStaysAboveIsToldAgainOnceAWindow) {
  // Every two hours for a hundred: the window of ten hours never falls below three.
  const auto contacts = Threshold(mamori::v1::CONTACT_MEASURE_CONTACTS, absl::Hours(10), 3);
  std::vector<int> hours;
  for (int hour = 0; hour <= 100; hour += 2) hours.push_back(hour);
  const std::vector<WindowMark> marks = Hours(hours);
  std::vector<size_t> order(marks.size());
  std::iota(order.begin(), order.end(), 0);
  EXPECT_EQ(ToldOf(contacts, marks, order), 10);  // at 4, 14, 24 and so on to 94
  // The same backwards, and mixed: never twice in a window, and never silent for two.
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    if (i == 0) {
      std::reverse(order.begin(), order.end());
    } else {
      std::shuffle(order.begin(), order.end(), random);
    }
    const int told = ToldOf(contacts, marks, order);
    EXPECT_LE(told, 10) << i;
    EXPECT_GE(told, 5) << i;
  }
  const auto demand = Threshold(mamori::v1::CONTACT_MEASURE_SAME_DEMAND, absl::Hours(10), 3);
  std::iota(order.begin(), order.end(), 0);
  EXPECT_EQ(ToldOf(demand, marks, order), 10);
}

TEST(ContactWindowTest, ContactsCountTogetherWhateverIsDemanded) {
  const auto contacts = Threshold(mamori::v1::CONTACT_MEASURE_CONTACTS, absl::Hours(10), 3);
  const std::vector<WindowMark> marks = {At(absl::Hours(0), 1, "a"), At(absl::Hours(1), 1, "b"),
                                         At(absl::Hours(2), 1, "c")};
  const auto crossing = FindCrossing(contacts, marks, kBegin, {});
  ASSERT_TRUE(crossing.has_value());
  EXPECT_EQ(crossing->value, 3);
  EXPECT_EQ(crossing->demand, "");
  // Also one in which nothing is demanded.
  EXPECT_TRUE(FindCrossing(contacts, {marks[0], marks[1], At(absl::Hours(2), 1, "")}, kBegin, {})
                  .has_value());
}

TEST(ContactWindowTest, TellsOfTheContactThatCameAndOfNoneBefore) {
  const auto contacts = Threshold(mamori::v1::CONTACT_MEASURE_CONTACTS, absl::Hours(10), 3);
  EXPECT_EQ(HourOf(FindCrossing(contacts, Hours({0, 1, 2}), kBegin + absl::Hours(3), {})), -1)
      << "it crossed before the contact that came now";
  EXPECT_EQ(HourOf(FindCrossing(contacts, Hours({0, 1, 2, 3}), kBegin + absl::Hours(3), {})), 3)
      << "it was above already, and nobody was told";
  // What was told of a later time silences for the length of a window, and no more.
  const auto told = [&](int hour) {
    return HourOf(
        FindCrossing(contacts, Hours({0, 1, 2}), kBegin, {{kBegin + absl::Hours(hour), ""}}));
  };
  EXPECT_EQ(told(11), -1);
  EXPECT_EQ(told(12), 2);
  EXPECT_EQ(told(-7), -1);
  EXPECT_EQ(told(-8), 2);
}

}  // namespace
}  // namespace mamori::triage
