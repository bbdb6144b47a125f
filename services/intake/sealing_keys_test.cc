#include "services/intake/sealing_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/receipt/sealed.h"
#include "common/status/errors.h"
#include "common/testing/matchers.h"

namespace mamori::intake {
namespace {

using testing::HasReason;
using testing::IsOkAndHolds;
using testing::StatusIs;

crypto::KeyedHash Secret(char digit) { return *crypto::KeyedHash::FromHex(std::string(64, digit)); }

class SealingKeysTest : public ::testing::Test {
 protected:
  // Begins and ends with a period.
  time::FakeClock clock_{absl::UnixEpoch() + kSealingPeriod * 230};
  const SealingKeys keys_{{Secret('3')}, clock_};
};

TEST_F(SealingKeysTest, AKeyIsReplacedAndOpensForAsLongAsItSays) {
  const auto first = keys_.Published("acme");
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(first->expire_time, clock_.Now() + kSealingPeriod * 2);
  const std::string sealed = *receipt::SealTo(first->key, "words");
  EXPECT_THAT(keys_.Open("acme", sealed), IsOkAndHolds("words"));
  clock_.Advance(kSealingPeriod - absl::Seconds(1));
  EXPECT_EQ(keys_.Published("acme")->key, first->key);
  EXPECT_GT(keys_.Published("acme")->expire_time - clock_.Now(), kSealingPeriod);
  clock_.Advance(absl::Seconds(1));
  EXPECT_NE(keys_.Published("acme")->key, first->key);
  clock_.Set(first->expire_time - absl::Seconds(1));
  EXPECT_THAT(keys_.Open("acme", sealed), IsOkAndHolds("words"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(keys_.Open("acme", sealed), HasReason(mamori::v1::ERROR_REASON_SEALING));
}

TEST_F(SealingKeysTest, EachTenantHasItsOwn) {
  const auto mine = keys_.Published("acme");
  EXPECT_NE(mine->key, keys_.Published("other")->key);
  EXPECT_THAT(keys_.Open("other", *receipt::SealTo(mine->key, "words")),
              HasReason(mamori::v1::ERROR_REASON_SEALING));
}

TEST_F(SealingKeysTest, AnOldSecretOpensAndIsNotPublished) {
  const SealingKeys both({Secret('4'), Secret('3')}, clock_);
  const std::string old = keys_.Published("acme")->key;
  EXPECT_NE(both.Published("acme")->key, old);
  EXPECT_THAT(both.Open("acme", *receipt::SealTo(old, "words")), IsOkAndHolds("words"));
  const SealingKeys replaced({Secret('4')}, clock_);
  EXPECT_THAT(replaced.Open("acme", *receipt::SealTo(old, "words")),
              HasReason(mamori::v1::ERROR_REASON_SEALING));
  EXPECT_THAT(SealingKeys({}, clock_).Published("acme"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Nobody learns from the answer how far something was opened.
TEST_F(SealingKeysTest, WhateverIsWrongIsAnsweredAlike) {
  const std::string key = keys_.Published("acme")->key;
  const std::string good = *receipt::SealTo(key, "words");
  std::string changed = good;
  changed.back() ^= 1;
  for (const std::string& wrong :
       {std::string(), std::string("short"), changed, good.substr(1), good + std::string(1, 'x'),
        *receipt::SealTo(keys_.Published("other")->key, "words")}) {
    const auto answer = keys_.Open("acme", wrong);
    EXPECT_EQ(answer.status(), NotSealed()) << wrong.size();
  }
}

}  // namespace
}  // namespace mamori::intake
