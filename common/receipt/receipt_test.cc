#include "common/receipt/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/testing/matchers.h"

namespace mamori::receipt {
namespace {

using absl::StatusCode;
using testing::IsOkAndHolds;
using testing::StatusIs;

// Computed by another implementation (Python's hashlib), so that clients in other languages agree.
constexpr char kRandom[] = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
constexpr char kReceipt[] = "000G40R40M30E209185GR38E1WXQFD";

std::string Known() { return Make({kRandom, kRandomBytes}); }

TEST(ReceiptTest, IsWhatOtherClientsMakeOfTheSameRandomBytes) { EXPECT_EQ(Known(), kReceipt); }

TEST(ReceiptTest, IsReadAsPeopleTypeIt) {
  const std::string grouped = Grouped(Known());
  EXPECT_EQ(grouped.size(), kCharacters + 5);
  std::string lower = grouped;
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  std::string alike = Known();
  std::replace(alike.begin(), alike.end(), '0', 'o');
  std::replace(alike.begin(), alike.end(), '1', 'l');
  std::string spaced = grouped;
  std::replace(spaced.begin(), spaced.end(), '-', ' ');
  for (const std::string& typed : {Known(), grouped, lower, alike, spaced, " " + spaced + " "}) {
    EXPECT_THAT(Parse(typed), IsOkAndHolds(Known())) << typed;
  }
}

TEST(ReceiptTest, OneWrongCharacterIsFound) {
  for (size_t i = 0; i < kCharacters; ++i) {
    std::string wrong = Known();
    wrong[i] = wrong[i] == 'Z' ? 'Y' : 'Z';
    EXPECT_THAT(Parse(wrong), StatusIs(StatusCode::kInvalidArgument)) << i;
  }
}

TEST(ReceiptTest, TwoCharactersInTheWrongOrderAreFound) {
  for (size_t i = 0; i + 1 < kCharacters; ++i) {
    std::string wrong = Known();
    std::swap(wrong[i], wrong[i + 1]);
    if (wrong == Known()) continue;
    EXPECT_THAT(Parse(wrong), StatusIs(StatusCode::kInvalidArgument)) << i;
  }
}

TEST(ReceiptTest, NothingElseIsOne) {
  const std::string known = Known();
  for (const std::string& text :
       {std::string(), known.substr(1), known + "0", known.substr(0, 29) + "U",
        known.substr(0, 29) + std::string(1, '\0'), std::string(1000, '-') + known,
        known.substr(0, 29) + "\xe3"}) {
    EXPECT_THAT(Parse(text), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(ReceiptTest, AnErrorNeverSaysWhatWasTyped) {
  const std::string wrong = "ABCDE-" + Grouped(Known()).substr(6);
  EXPECT_EQ(Parse(wrong).status().ToString().find("ABCDE"), std::string::npos);
}

}  // namespace
}  // namespace mamori::receipt
