#include "common/receipt/sealed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace mamori::receipt {
namespace {

using absl::StatusCode;
using testing::IsOkAndHolds;
using testing::StatusIs;

TEST(SealedTest, PaddingTellsTheSizeClassAlone) {
  const std::pair<size_t, size_t> rows[] = {
      {0, 4096},      {1, 4096},       {4095, 4096},     {4096, 16384},    {16384, 65536},
      {65535, 65536}, {65536, 262144}, {262143, 262144}, {262144, 524288}, {524287, 524288}};
  for (const auto& [size, want] : rows) {
    for (const char last : {'x', '\0', '\x80'}) {
      const std::string plain(size, last);
      const auto padded = Pad(plain);
      ASSERT_THAT(padded, testing::IsOk());
      EXPECT_EQ(padded->size(), want) << size;
      EXPECT_THAT(Unpad(*padded), IsOkAndHolds(plain));
    }
  }
  EXPECT_THAT(Pad(std::string(524288, 'x')), StatusIs(StatusCode::kInvalidArgument));
  // Where a class is asked for, however little it is.
  const auto padded = Pad("words", kMostPaddedBytes);
  ASSERT_THAT(padded, testing::IsOk());
  EXPECT_EQ(padded->size(), kMostPaddedBytes);
  EXPECT_THAT(Unpad(*padded), IsOkAndHolds("words"));
}

TEST(SealedTest, NothingElseIsPadded) {
  const std::string padded = *Pad("words");
  for (const std::string& wrong :
       {std::string(), std::string("words"), std::string("words\x80"), std::string(4096, '\0'),
        std::string(4096, 'x'), padded + std::string(4096, '\0'), padded.substr(0, 4095)}) {
    EXPECT_THAT(Unpad(wrong), StatusIs(StatusCode::kInvalidArgument)) << wrong.size();
  }
}

TEST(SealedTest, WantsAKey) {
  EXPECT_FALSE(IsSealingKey("short"));
  EXPECT_FALSE(IsSealingKey(std::string(32, '\0')));
  EXPECT_FALSE(IsSealingKey("\1" + std::string(31, '\0')));
  EXPECT_TRUE(IsSealingKey("\t" + std::string(31, '\0')));
  EXPECT_THAT(SealTo("short", "words"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SealTo(std::string(32, '\0'), "words"), StatusIs(StatusCode::kInvalidArgument));
}

TEST(SealedTest, AnAnswerOpensByTheKeyThatItWasSealedToAlone) {
  const ReplyKey mine, others;
  std::string sealed = *SealTo(mine.public_key(), "words");
  EXPECT_THAT(mine.Open(sealed), IsOkAndHolds("words"));
  EXPECT_THAT(others.Open(sealed), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(mine.Open("short"), StatusIs(StatusCode::kInvalidArgument));
  sealed.back() ^= 1;
  EXPECT_THAT(mine.Open(sealed), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace mamori::receipt
