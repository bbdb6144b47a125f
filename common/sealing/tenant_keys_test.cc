// How often a key management service would be asked, counted on one in memory.
#include "common/sealing/tenant_keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/sealing/test_sealer.h"
#include "common/testing/matchers.h"

namespace mamori::sealing {
namespace {

using testing::IsOk;
using testing::StatusIs;

// Counts for whom it was asked, and may be away.
class CountingEncryption final : public KeyEncryption {
 public:
  explicit CountingEncryption(const std::string& digits = "a") : keys_("test", KeysOf(digits)) {}

  const std::string& primary() const override { return keys_.primary(); }
  std::vector<std::string> ids() const override { return keys_.ids(); }
  absl::Status Load(std::string_view id, std::string_view tenant,
                    unsigned char* key) const override {
    {
      const std::lock_guard lock(mu_);
      ++asked_[std::string(tenant)];
    }
    if (away) return absl::UnavailableError("away");
    // As over a network: long enough for others to come.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return keys_.Load(id, tenant, key);
  }
  std::map<std::string, int> asked() const {
    const std::lock_guard lock(mu_);
    return asked_;
  }
  std::atomic<bool> away{false};

 private:
  static std::vector<crypto::Key> KeysOf(const std::string& digits) {
    std::vector<crypto::Key> keys;
    for (const char digit : digits) keys.push_back(*crypto::Key::FromHex(std::string(64, digit)));
    return keys;
  }

  const FileKeyEncryption keys_;
  mutable std::mutex mu_;
  mutable std::map<std::string, int> asked_;
};

// What a tenant's key is, by whatever gives it.
std::string KeyOf(const KeyEncryption& keys, const std::string& tenant) {
  std::string key(crypto::kKeyBytes, '\0');
  EXPECT_THAT(keys.Load(keys.primary(), tenant, reinterpret_cast<unsigned char*>(key.data())),
              IsOk());
  return key;
}

class TenantKeysTest : public ::testing::Test {
 protected:
  // Over one that counts.
  const TenantKeys& Over(const std::string& digits) {
    auto encryption = std::make_unique<CountingEncryption>(digits);
    counting_ = encryption.get();
    keys_ = *TenantKeys::Create(std::move(encryption), arena_);
    return *keys_;
  }

  crypto::KeyArena arena_ = *crypto::KeyArena::Create();
  const std::unique_ptr<KeySlots> slots_ = *KeySlots::Create(arena_);
  std::unique_ptr<TenantKeys> keys_;
  CountingEncryption* counting_ = nullptr;
};

// Through all that a report passes, made, stored, read again, by several at once.
TEST_F(TenantKeysTest, AThousandReportsAskOnceForEachTenant) {
  time::SystemClock clock;
  MemoryKeyStore store;
  const KeyWrapper wrapper(Over("a"), *slots_);
  KeyStock stock(wrapper, store, clock, 256, nullptr);
  const Sealer sealer(wrapper, store, stock);
  const auto report = [&](const std::string& tenant, int i) {
    const Field field{.tenant = tenant, .name = "report.body", .resource = "r"};
    const auto key = sealer.Take(tenant, i % 2 == 0 ? KeyUse::kNamed : KeyUse::kAnonymous);
    ASSERT_THAT(key, IsOk());
    ASSERT_THAT(sealer.MakeDurable({&*key}, absl::InfiniteFuture()), IsOk());
    const std::string sealed = sealer.Open(*key)->Seal(field, absl::StrCat("report ", i));
    const auto ring = sealer.Fetch({sealed}, absl::InfiniteFuture());
    ASSERT_THAT(ring, IsOk());
    EXPECT_EQ(*ring->Open(field, sealed), absl::StrCat("report ", i));
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 250; ++i) {
        report(i % 5 == 0 ? "umbra" : "acme", thread * 250 + i);
        if (i % 50 == 0) {
          EXPECT_THAT(stock.RunOnce(), IsOk());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counting_->asked(), (std::map<std::string, int>{{"acme", 1}, {"umbra", 1}}));
}

TEST_F(TenantKeysTest, RewrappingAsksOnceForEachTenantAndKey) {
  const CountingEncryption former("a");
  const KeyWrapper old(former, *slots_);
  const auto batch = old.Make("acme");
  ASSERT_THAT(batch, IsOk());
  const KeyWrapper wrapper(Over("ba"), *slots_);
  for (int i = 0; i < 5; ++i) ASSERT_THAT(wrapper.Rewrap(*batch), IsOk());
  EXPECT_EQ(counting_->asked(), (std::map<std::string, int>{{"acme", 2}}));
}

TEST_F(TenantKeysTest, AFailureIsNotKept) {
  const TenantKeys& keys = Over("a");
  std::string key(crypto::kKeyBytes, '\0');
  counting_->away = true;
  EXPECT_THAT(keys.Load(keys.primary(), "acme", reinterpret_cast<unsigned char*>(key.data())),
              StatusIs(absl::StatusCode::kUnavailable));
  counting_->away = false;
  EXPECT_EQ(KeyOf(keys, "acme"), KeyOf(CountingEncryption("a"), "acme"));
  EXPECT_EQ(KeyOf(keys, "acme"), KeyOf(keys, "acme"));
  EXPECT_EQ(counting_->asked()["acme"], 2);
  EXPECT_THAT(keys.Load("unknown!", "acme", reinterpret_cast<unsigned char*>(key.data())),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Those that nobody asked for longest make room, and are asked for again.
TEST_F(TenantKeysTest, MoreTenantsThanThereIsRoomForAllHaveTheirOwn) {
  const TenantKeys& keys = Over("a");
  std::set<std::string> all;
  std::map<std::string, std::string> first;
  const auto name = [](size_t i) { return absl::StrCat("tenant-", i); };
  for (size_t i = 0; i < TenantKeys::kKept + 10; ++i) {
    first[name(i)] = KeyOf(keys, name(i));
    all.insert(first[name(i)]);
    KeyOf(keys, name(0));
  }
  EXPECT_EQ(all.size(), TenantKeys::kKept + 10);
  EXPECT_EQ(counting_->asked()[name(0)], 1) << "it was in use all the time";
  for (const auto& [tenant, key] : first) EXPECT_EQ(KeyOf(keys, tenant), key) << tenant;
}

TEST_F(TenantKeysTest, MakeRoomForOneAnotherUnderManyThreads) {
  const TenantKeys& keys = Over("a");
  std::vector<std::string> right;
  for (size_t i = 0; i < 2 * TenantKeys::kKept; ++i) {
    right.push_back(KeyOf(keys, absl::StrCat("tenant-", i)));
  }
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (size_t i = 0; i < 100; ++i) {
        const size_t one = (thread * 67 + i * 131) % right.size();
        EXPECT_EQ(KeyOf(keys, absl::StrCat("tenant-", one)), right[one]);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace mamori::sealing
