// The contract of KeyStore, on the SQL store and on the one in memory.
#include "common/sealing/sealing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/sealing/test_sealer.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"
#include "common/time/day.h"

namespace mamori::sealing {
namespace {

using testing::IsOk;

const absl::Time kSoon = time::SystemClock().Now() + absl::Minutes(5);

class KeyStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  KeyStoreTest() {
    if (std::string(GetParam()) == "memory") {
      store_ = std::make_unique<MemoryKeyStore>();
      return;
    }
    database_ = std::make_unique<testing::TestDatabase>("deploy/db/migrations/keys");
    store_ = std::make_unique<SqlKeyStore>(database_->transactor(), clock_);
  }

  time::SystemClock clock_;
  std::unique_ptr<testing::TestDatabase> database_;
  std::unique_ptr<ErasureKeyStore> store_;
};

TEST_P(KeyStoreTest, KeepsWhatWasAddedOnceOrAgain) {
  const TestSealing sealing(*store_);
  const KeyBatch one = *sealing.wrapper().Make("acme");
  const KeyBatch other = *sealing.wrapper().Make("umbra");
  ASSERT_THAT(store_->Add({&one, &other}, kSoon), IsOk());
  ASSERT_THAT(store_->Add({&one, &other}, kSoon), IsOk());
  const auto found =
      store_->Find({one.KeyId(0), one.KeyId(63), other.KeyId(7), std::string(16, '\0')}, kSoon);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->size(), 3u);
  EXPECT_EQ(found->at(one.KeyId(63)).wrapped, one.Wrapped(63));
  EXPECT_EQ(found->at(other.KeyId(7)).wrapped, other.Wrapped(7));
  EXPECT_EQ(found->at(one.KeyId(0)).key_encryption_id, one.key_encryption_id);
  EXPECT_EQ(store_->Find({}, kSoon)->size(), 0u);
}

TEST_P(KeyStoreTest, ErasesOneKeyOfABatch) {
  const TestSealing sealing(*store_);
  const KeyBatch batch = *sealing.wrapper().Make("acme");
  ASSERT_THAT(store_->Add({&batch}, kSoon), IsOk());
  const std::vector<std::string> ids = {batch.KeyId(0), batch.KeyId(63)};
  ASSERT_THAT(store_->Erase(ids, clock_.Now(), kSoon), IsOk());
  ASSERT_THAT(store_->Erase(ids, clock_.Now(), kSoon), IsOk());
  EXPECT_EQ(*store_->ListErased("", 9, kSoon), ids);
  EXPECT_EQ(*store_->ListErased("", 1, kSoon), std::vector<std::string>({ids[0]}));
  EXPECT_EQ(*store_->ListErased(ids[0], 9, kSoon), std::vector<std::string>({ids[1]}));
  const auto found = store_->Find({ids[0], batch.KeyId(1), batch.KeyId(62), ids[1]}, kSoon);
  ASSERT_THAT(found, IsOk());
  const std::string zeros(kWrappedKeyBytes, '\0');
  EXPECT_EQ(found->at(ids[0]).wrapped, zeros);
  EXPECT_EQ(found->at(ids[1]).wrapped, zeros);
  EXPECT_EQ(found->at(batch.KeyId(1)).wrapped, batch.Wrapped(1));
  EXPECT_EQ(found->at(batch.KeyId(62)).wrapped, batch.Wrapped(62));
}

TEST_P(KeyStoreTest, RewrapsBatchesOfOneKeyOnly) {
  const TestSealing old(*store_, "a");
  const TestSealing both(*store_, "ba");
  std::vector<KeyBatch> batches;
  for (int i = 0; i < 3; ++i) batches.push_back(*old.wrapper().Make("acme"));
  batches.push_back(*both.wrapper().Make("acme"));
  for (const KeyBatch& batch : batches) ASSERT_THAT(store_->Add({&batch}, kSoon), IsOk());
  const auto rewrap = [&](const KeyBatch& batch) { return both.wrapper().Rewrap(batch); };
  EXPECT_EQ(*store_->Rewrap(batches[0].key_encryption_id, 2, rewrap, kSoon), 2);
  EXPECT_EQ(*store_->Rewrap(batches[0].key_encryption_id, 2, rewrap, kSoon), 1);
  EXPECT_EQ(*store_->Rewrap(batches[0].key_encryption_id, 2, rewrap, kSoon), 0);
  for (const KeyBatch& batch : batches) {
    const auto found = store_->Find({batch.KeyId(5)}, kSoon);
    ASSERT_THAT(found, IsOk());
    const StoredKey& key = found->at(batch.KeyId(5));
    EXPECT_EQ(key.key_encryption_id, both.wrapper().encryption().primary());
    EXPECT_THAT(both.wrapper().Unwrap("acme", key.key_encryption_id, batch.KeyId(5), key.wrapped),
                IsOk());
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyStoreTest, ::testing::Values("sql", "memory"),
                         [](const auto& info) { return std::string(info.param); });

TEST(SqlKeyStore, ListsWhatWasErased) {
  time::SystemClock clock;
  testing::TestDatabase database("deploy/db/migrations/keys");
  SqlKeyStore store(database.transactor(), clock);
  const TestSealing sealing(store);
  const KeyBatch batch = *sealing.wrapper().Make("acme");
  ASSERT_THAT(store.Add({&batch}, kSoon), IsOk());
  ASSERT_THAT(store.Erase({batch.KeyId(9)}, clock.Now(), kSoon), IsOk());
  const db::Rows rows = database.Query("SELECT key_id FROM erased_key");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].GetBytes(0), batch.KeyId(9));
}

class EraserFileTest : public ::testing::Test {
 protected:
  EraserFileTest() {
    std::filesystem::remove(file_);
    EXPECT_THAT(store_.Add({&batch_}, kSoon), IsOk());
  }
  // How many a start erases, and lists again, when both databases are from before every erasure.
  int64_t ReplayedFromTheFileAlone() {
    MemoryKeyStore restored;
    EXPECT_THAT(restored.Add({&batch_}, kSoon), IsOk());
    const int64_t erased = *Eraser(restored, file_, clock_).Replay(database_.transactor());
    EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM erased_key"), erased);
    return erased;
  }

  time::SystemClock clock_;
  const std::string file_ = ::testing::TempDir() + "/sealing_test.erased";
  testing::TestDatabase database_{"deploy/db/migrations/keys"};
  MemoryKeyStore store_;
  const TestSealing sealing_{store_};
  const KeyBatch batch_ = *sealing_.wrapper().Make("acme");
  Eraser eraser_{store_, file_, clock_};
};

// As when the disk was full in the midst of a line, and somebody made room.
TEST_F(EraserFileTest, AnErasureThatWasAnsweredIsListedBehindATornLine) {
  std::ofstream(file_) << absl::BytesToHexString(batch_.KeyId(5)).substr(0, 13);
  ASSERT_THAT(eraser_.Erase({batch_.KeyId(5), batch_.KeyId(6)}, kSoon), IsOk());
  EXPECT_EQ(ReplayedFromTheFileAlone(), 2);
}

TEST_F(EraserFileTest, WhatWentOnInATornLineIsReadToo) {
  const std::string id = absl::BytesToHexString(batch_.KeyId(5));
  std::ofstream(file_) << id.substr(0, 13) << id << "\n"
                       << absl::BytesToHexString(batch_.KeyId(6)) << "\n"
                       << "no id at all, though it is a long line\n"
                       << absl::BytesToHexString(batch_.KeyId(7)).substr(1) << "\n";
  EXPECT_EQ(ReplayedFromTheFileAlone(), 2);
}

// A restored database hears of it from the key store too.
TEST_F(EraserFileTest, TheOwnListIsMadeWholeFromTheKeyStores) {
  ASSERT_THAT(store_.Erase({batch_.KeyId(3), batch_.KeyId(4)}, clock_.Now(), kSoon), IsOk());
  EXPECT_EQ(*eraser_.Replay(database_.transactor()), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM erased_key"), 2);
  EXPECT_EQ(*eraser_.Replay(database_.transactor()), 0);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM erased_key"), 2);
}

// One that was made for an anonymous report would tell when that came.
TEST(SqlKeyStore, TellsTheDayOfABatchAlone) {
  time::SystemClock clock;
  testing::TestDatabase database("deploy/db/migrations/keys");
  SqlKeyStore store(database.transactor(), clock);
  const TestSealing sealing(store);
  const KeyBatch batch = *sealing.wrapper().Make("acme");
  ASSERT_THAT(store.Add({&batch}, kSoon), IsOk());
  const db::Rows rows = database.Query("SELECT create_time FROM key_batch");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].GetTime(0), time::BeginOfDay(rows[0].GetTime(0)));
  EXPECT_GT(rows[0].GetTime(0), clock.Now() - 2 * time::kDay);
}

}  // namespace
}  // namespace mamori::sealing
