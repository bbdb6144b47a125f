// Tenants' keys by epochs, over the real store: how often the key service is asked, by how many.
#include "common/sealing/epoch_keys.h"

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/sealing/sql_epoch_store.h"
#include "common/sealing/sql_key_store.h"
#include "common/sealing/tenant_keys.h"
#include "common/sealing/test_sealer.h"
#include "common/testing/matchers.h"
#include "common/testing/test_database.h"

namespace mamori::sealing {
namespace {

using testing::IsOk;
using testing::StatusIs;

std::vector<crypto::Key> KeysOf(const std::string& digits) {
  std::vector<crypto::Key> keys;
  for (const char digit : digits) keys.push_back(*crypto::Key::FromHex(std::string(64, digit)));
  return keys;
}

struct Calls {
  std::atomic<int> wrapped{0};
  std::atomic<int> unwrapped{0};
  std::atomic<bool> away{false};
  int all() const { return wrapped + unwrapped; }
};

class CountingService final : public KeyService {
 public:
  CountingService(const std::string& digits, Calls& calls)
      : service_("test", KeysOf(digits)), calls_(calls) {}

  std::vector<std::string> ids() const override { return service_.ids(); }
  absl::StatusOr<std::string> Wrap(std::string_view tenant,
                                   const unsigned char* key) const override {
    ++calls_.wrapped;
    if (calls_.away) return absl::UnavailableError("away");
    return service_.Wrap(tenant, key);
  }
  absl::Status Unwrap(std::string_view id, std::string_view tenant, std::string_view wrapped,
                      unsigned char* key) const override {
    ++calls_.unwrapped;
    if (calls_.away) return absl::UnavailableError("away");
    return service_.Unwrap(id, tenant, wrapped, key);
  }

 private:
  const FileKeyService service_;
  Calls& calls_;
};

// What one process has: an arena, keys and stock of its own, over the key store of all.
class Replica {
 public:
  Replica(const std::string& digits, Calls& calls, testing::TestDatabase& database)
      : epoch_store_(database.transactor(), clock_), store_(database.transactor(), clock_) {
    auto epochs =
        std::make_unique<EpochKeys>(std::make_unique<CountingService>(digits, calls), true);
    epochs->Use(epoch_store_);
    keys_ = *TenantKeys::Create(std::move(epochs), arena_);
    wrapper_ = std::make_unique<KeyWrapper>(*keys_, *slots_);
    stock_ = std::make_unique<KeyStock>(*wrapper_, store_, clock_, 256, nullptr);
    sealer_ = std::make_unique<Sealer>(*wrapper_, store_, *stock_);
  }

  absl::StatusOr<std::string> Seal(const std::string& tenant, const std::string& text) {
    const auto key = sealer_->Take(tenant, KeyUse::kNamed);
    if (!key.ok()) return key.status();
    const absl::Status durable = sealer_->MakeDurable({&*key}, absl::InfiniteFuture());
    if (!durable.ok()) return durable;
    return sealer_->Open(*key)->Seal(FieldOf(tenant), text);
  }
  absl::StatusOr<std::string> Open(const std::string& tenant, const std::string& sealed) {
    const auto ring = sealer_->Fetch({sealed}, absl::InfiniteFuture());
    if (!ring.ok()) return ring.status();
    return ring->Open(FieldOf(tenant), sealed);
  }
  KeyStock& stock() { return *stock_; }
  const KeyWrapper& wrapper() const { return *wrapper_; }
  KeyStore& store() { return store_; }

 private:
  static Field FieldOf(const std::string& tenant) {
    return {.tenant = tenant, .name = "report.body", .resource = "r"};
  }

  time::SystemClock clock_;
  crypto::KeyArena arena_ = *crypto::KeyArena::Create();
  const std::unique_ptr<KeySlots> slots_ = *KeySlots::Create(arena_);
  SqlEpochStore epoch_store_;
  SqlKeyStore store_;
  std::unique_ptr<TenantKeys> keys_;
  std::unique_ptr<KeyWrapper> wrapper_;
  std::unique_ptr<KeyStock> stock_;
  std::unique_ptr<Sealer> sealer_;
};

class EpochKeysTest : public ::testing::Test {
 protected:
  testing::TestDatabase database_{"deploy/db/migrations/keys"};
  Calls first_calls_, second_calls_;
};

// What is asked of a key service does not grow with the reports: for each tenant the process that
// is first has its key wrapped, the other one unwrapped.
TEST_F(EpochKeysTest, AThousandReportsOfTwoReplicasAskOnceForEachTenantAndReplica) {
  Replica first("a", first_calls_, database_), second("a", second_calls_, database_);
  for (int i = 0; i < 1000; ++i) {
    const std::string tenant = i % 5 == 0 ? "umbra" : "acme", text = absl::StrCat("report ", i);
    Replica& writes = i % 2 == 0 ? first : second;
    Replica& reads = i % 2 == 0 ? second : first;
    const auto sealed = writes.Seal(tenant, text);
    ASSERT_THAT(sealed, IsOk());
    // The other one's data keys, one of them in a batch: reading one in ten reads them all.
    if (i % 10 < 2) {
      EXPECT_EQ(*reads.Open(tenant, *sealed), text);
    }
    if (i % 50 == 0) {
      EXPECT_THAT(writes.stock().RunOnce(), IsOk());
    }
  }
  EXPECT_EQ(first_calls_.all(), 2);
  EXPECT_EQ(second_calls_.all(), 2);
  EXPECT_EQ(first_calls_.wrapped + second_calls_.wrapped, 2);
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM epoch_key"), 2);
}

TEST_F(EpochKeysTest, ReplicasThatBeginAtOnceAgreeOnOneKey) {
  constexpr int kReplicas = 4;
  std::vector<std::unique_ptr<Replica>> replicas;
  for (int i = 0; i < kReplicas; ++i) {
    replicas.push_back(std::make_unique<Replica>("a", first_calls_, database_));
  }
  std::vector<std::string> sealed(kReplicas);
  std::vector<std::thread> threads;
  for (int i = 0; i < kReplicas; ++i) {
    threads.emplace_back([&, i] { sealed[i] = replicas[i]->Seal("acme", "x").value_or(""); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& replica : replicas) {
    for (const std::string& one : sealed) {
      const auto opened = replica->Open("acme", one);
      ASSERT_THAT(opened, IsOk());
      EXPECT_EQ(*opened, "x");
    }
  }
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM epoch_key"), 1);
  EXPECT_LE(first_calls_.all(), 2 * kReplicas);
}

TEST_F(EpochKeysTest, NothingIsMadeWhileTheServiceIsAwayAndWhatIsOpenStaysSo) {
  Replica replica("a", first_calls_, database_);
  const auto sealed = replica.Seal("acme", "x");
  ASSERT_THAT(sealed, IsOk());
  first_calls_.away = true;
  EXPECT_THAT(replica.Seal("umbra", "y"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM epoch_key"), 1);
  EXPECT_EQ(*replica.Open("acme", *sealed), "x");
  first_calls_.away = false;
  EXPECT_THAT(replica.Seal("umbra", "y"), IsOk());
}

// The key service gets another key: a new epoch begins, and once all is wrapped anew the former key
// opens nothing any more.
TEST_F(EpochKeysTest, AnEpochEndsWhenAnotherKeyWraps) {
  Replica former("a", first_calls_, database_);
  const auto sealed = former.Seal("acme", "x");
  ASSERT_THAT(sealed, IsOk());
  Replica both("ba", second_calls_, database_);
  EXPECT_EQ(*both.Open("acme", *sealed), "x");
  const std::vector<std::string> ids = both.wrapper().encryption().ids();
  ASSERT_EQ(ids.size(), 2u);
  const auto rewrapped = both.store().Rewrap(
      ids[1], 50, [&](const KeyBatch& batch) { return both.wrapper().Rewrap(batch); },
      absl::InfiniteFuture());
  ASSERT_THAT(rewrapped, IsOk());
  EXPECT_GE(*rewrapped, 1);
  Replica after("b", second_calls_, database_);
  EXPECT_EQ(*after.Open("acme", *sealed), "x");
  Replica late("a", first_calls_, database_);
  EXPECT_THAT(late.Open("acme", *sealed), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(EpochKeysTest, WhatWasStoredForAnotherTenantOrEpochIsRefused) {
  {
    Replica replica("a", first_calls_, database_);
    ASSERT_THAT(replica.Seal("acme", "x"), IsOk());
  }
  database_.Run("INSERT INTO epoch_key SELECT epoch_id, 'umbra', wrapped FROM epoch_key");
  Replica replica("a", first_calls_, database_);
  EXPECT_THAT(replica.Seal("umbra", "y"), StatusIs(absl::StatusCode::kDataLoss));
  // A former epoch that the store has not: it was set back. None is made in its place.
  database_.Run("DELETE FROM epoch_key");
  Replica both("ba", first_calls_, database_);
  unsigned char key[crypto::kKeyBytes];
  const KeyEncryption& keys = both.wrapper().encryption();
  EXPECT_THAT(keys.Load(keys.ids()[1], "acme", key), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(database_.Number("SELECT COUNT(*) FROM epoch_key"), 0);
}

}  // namespace
}  // namespace mamori::sealing
