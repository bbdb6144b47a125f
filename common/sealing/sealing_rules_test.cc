// Envelopes, wrapped keys and the stock of fresh ones, over a key store in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/sealing/test_sealer.h"
#include "common/testing/matchers.h"

namespace mamori::sealing {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

const absl::Time kSoon = absl::InfiniteFuture();

Field BodyOf(std::string_view resource) {
  return {.tenant = "acme", .name = "report.body", .resource = resource};
}

FreshKey Stored(const Sealer& sealer, std::string_view tenant = "acme") {
  auto key = sealer.Take(tenant, KeyUse::kNamed);
  EXPECT_THAT(key, IsOk());
  EXPECT_THAT(sealer.MakeDurable({&*key}, kSoon), IsOk());
  return *std::move(key);
}

TEST(Envelope, OpensInItsPlaceAlone) {
  MemorySealing memory;
  const auto key = memory.sealer().Open(Stored(memory.sealer()));
  ASSERT_THAT(key, IsOk());
  const Field field = BodyOf("r1");
  const std::string sealed = key->Seal(field, "words");
  EXPECT_EQ(sealed.size(), 5 + kOverheadBytes);
  EXPECT_NE(sealed, key->Seal(field, "words")) << "a nonce was used twice";
  const auto opened = key->Open(field, sealed);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(*opened, "words");

  for (Field other : {BodyOf("r2"), Field{"umbra", field.name, field.resource},
                      Field{field.tenant, "report.heading", field.resource},
                      Field{field.tenant, field.name, field.resource, 2},
                      Field{"acmer", "eport.body", field.resource}}) {
    EXPECT_THAT(key->Open(other, sealed), StatusIs(StatusCode::kDataLoss)) << other.name;
  }
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_THAT(key->Open(field, changed), StatusIs(StatusCode::kDataLoss)) << i;
  }
  // A key of the same tenant is not this one.
  const auto other = memory.sealer().Open(Stored(memory.sealer()));
  EXPECT_THAT(other->Open(field, sealed), StatusIs(StatusCode::kDataLoss));
}

TEST(Envelope, TakesNothingThatIsNotSealed) {
  MemorySealing memory;
  const auto key = memory.sealer().Open(Stored(memory.sealer()));
  const std::string long_text(200, 'x');
  for (const std::string& text : {std::string(), std::string("plain"), long_text}) {
    EXPECT_THAT(key->Open(BodyOf("r1"), text), StatusIs(StatusCode::kDataLoss));
    EXPECT_THAT(memory.sealer().FetchKey("acme", text, kSoon), StatusIs(StatusCode::kDataLoss));
  }
}

TEST(KeyRing, OpensForTheTenantWhoseKeyItIs) {
  MemorySealing memory;
  const FreshKey fresh = Stored(memory.sealer());
  const std::string sealed = memory.sealer().Open(fresh)->Seal(BodyOf("r1"), "words");
  const auto ring = memory.sealer().Fetch({sealed, ""}, kSoon);
  ASSERT_THAT(ring, IsOk());
  EXPECT_EQ(*ring->Open(BodyOf("r1"), sealed), "words");
  EXPECT_THAT(ring->Open({"umbra", "report.body", "r1"}, sealed), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(ring->Get("umbra", fresh.id()), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(ring->Get("acme", std::string(16, 'n')), StatusIs(StatusCode::kDataLoss));
}

TEST(KeyRing, OpensNothingOfAnErasedKeyAndAllOfItsNeighbours) {
  MemorySealing memory;
  const FreshKey erased = Stored(memory.sealer());
  const FreshKey kept = Stored(memory.sealer());
  ASSERT_EQ(erased.lot, kept.lot);
  const std::string gone = memory.sealer().Open(erased)->Seal(BodyOf("r1"), "words");
  const std::string there = memory.sealer().Open(kept)->Seal(BodyOf("r2"), "more");
  ASSERT_THAT(memory.store.Erase({erased.id()}, absl::Now(), kSoon), IsOk());
  const auto ring = memory.sealer().Fetch({gone, there}, kSoon);
  ASSERT_THAT(ring, IsOk());
  EXPECT_TRUE(IsErased(ring->Open(BodyOf("r1"), gone).status()));
  EXPECT_EQ(*ring->Open(BodyOf("r2"), there), "more");
}

TEST(KeyEncryption, IsChangedWhileEverythingStaysReadable) {
  MemoryKeyStore store;
  TestSealing old(store, "a");
  std::vector<std::string> sealed;
  std::vector<FreshKey> keys;
  for (int i = 0; i < 3; ++i) {
    keys.push_back(Stored(old.sealer()));
    sealed.push_back(old.sealer().Open(keys.back())->Seal(BodyOf("r"), "words"));
  }
  ASSERT_THAT(store.Erase({keys[1].id()}, absl::Now(), kSoon), IsOk());
  const auto opens = [&](const TestSealing& sealing, int i) {
    const auto ring = sealing.sealer().Fetch({sealed[i]}, kSoon);
    return ring.ok() ? ring->Open(BodyOf("r"), sealed[i]).status() : ring.status();
  };

  TestSealing both(store, "ba");
  EXPECT_THAT(opens(both, 0), IsOk());
  const std::string former = both.wrapper().encryption().ids()[1];
  const auto rewrap = [&](const KeyBatch& batch) { return both.wrapper().Rewrap(batch); };
  EXPECT_EQ(*store.Rewrap(former, 10, rewrap, kSoon), 1);
  EXPECT_EQ(*store.Rewrap(former, 10, rewrap, kSoon), 0);
  EXPECT_THAT(opens(both, 0), IsOk());
  EXPECT_TRUE(IsErased(opens(both, 1))) << "rewrapping brought an erased key back";

  TestSealing after(store, "b");
  EXPECT_THAT(opens(after, 0), IsOk());
  EXPECT_THAT(opens(after, 2), IsOk());
  EXPECT_THAT(opens(old, 0), StatusIs(StatusCode::kFailedPrecondition));
}

TEST(KeyEncryption, IsAnotherForEachServiceTenantAndFile) {
  const auto key = [](const std::string& service, char digit, const std::string& tenant) {
    const FileKeyEncryption one(service, {*crypto::Key::FromHex(std::string(64, digit))});
    std::string bytes(crypto::kKeyBytes, '\0');
    EXPECT_THAT(one.Load(one.primary(), tenant, reinterpret_cast<unsigned char*>(bytes.data())),
                IsOk());
    return bytes;
  };
  const std::set<std::string> keys = {key("intake", 'a', "acme"), key("triage", 'a', "acme"),
                                      key("intake", 'b', "acme"), key("intake", 'a', "umbra"),
                                      std::string(32, '\xaa')};
  EXPECT_EQ(keys.size(), 5u);
}

TEST(KeyEncryption, TakesNoFileThatOthersReadOrThatIsThereTwice) {
  auto arena = crypto::KeyArena::Create();
  const std::string file = ::testing::TempDir() + "/sealing_rules_test.key";
  std::ofstream(file) << std::string(64, 'a');
  chmod(file.c_str(), 0644);
  EXPECT_THAT(FileKeyEncryption::Read("intake", {file}, *arena),
              StatusIs(StatusCode::kFailedPrecondition));
  chmod(file.c_str(), 0600);
  EXPECT_THAT(FileKeyEncryption::Read("intake", {file}, *arena), IsOk());
  EXPECT_THAT(FileKeyEncryption::Read("intake", {file, file}, *arena),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(FileKeyEncryption::Read("intake", {}, *arena),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(KeyStock, GivesEachKeyOnceHoweverManyTake) {
  MemorySealing memory;
  std::vector<std::set<std::string>> taken(8);
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto key = memory.sealer().Take(i % 3 == 0 ? "umbra" : "acme",
                                              i % 2 == 0 ? KeyUse::kNamed : KeyUse::kAnonymous);
        ASSERT_THAT(key, IsOk());
        mine.insert(key->id());
        ASSERT_THAT(memory.sealer().Open(*key), IsOk());
      }
    });
  }
  std::thread stocking([&] {
    for (int i = 0; i < 50; ++i) ASSERT_THAT(memory.sealing.stock().RunOnce(), IsOk());
  });
  for (auto& thread : threads) thread.join();
  stocking.join();
  std::set<std::string> all;
  for (const auto& mine : taken) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 8u * 200u);
}

// A key's id stands in the row that it seals: it must not tell when that was written.
TEST(KeyStock, GivesKeysInNoOrderOfTheirIds) {
  MemorySealing memory;
  std::vector<std::string> ids;
  for (size_t i = 0; i < kKeysPerBatch; ++i)
    ids.push_back(memory.sealer().Take("acme", KeyUse::kNamed)->id());
  int rising = 0;
  for (size_t i = 1; i < ids.size(); ++i) rising += ids[i - 1] < ids[i] ? 1 : 0;
  // In order they are 63; drawn, 31.5 with a deviation of 2.3.
  EXPECT_LT(rising, 50);
  EXPECT_GT(rising, 13);
}

// A key's neighbours must not tell when an anonymous report came.
TEST(KeyStock, KeepsKeysOfAnonymousReportsApart) {
  MemorySealing memory;
  std::set<std::string> named, anonymous;
  for (size_t i = 0; i < 3 * kKeysPerBatch; ++i) {
    named.emplace(BatchIdOf(memory.sealer().Take("acme", KeyUse::kNamed)->id()));
    if (i % 2 != 0) continue;
    anonymous.emplace(BatchIdOf(memory.sealer().Take("acme", KeyUse::kAnonymous)->id()));
  }
  for (const std::string& batch : anonymous) EXPECT_EQ(named.count(batch), 0u);
  EXPECT_EQ(anonymous.size(), 2u);
}

// Nor must it be told by when its batch was made that it was the first of its kind.
TEST(KeyStock, KeepsKeysOfBothKindsReadyFromTheFirstOfEither) {
  MemorySealing named, anonymous;
  ASSERT_THAT(named.sealer().Take("acme", KeyUse::kNamed), IsOk());
  ASSERT_THAT(anonymous.sealer().Take("acme", KeyUse::kAnonymous), IsOk());
  for (MemorySealing* memory : {&named, &anonymous}) {
    ASSERT_THAT(memory->sealing.stock().RunOnce(), IsOk());
    for (const KeyUse use : {KeyUse::kNamed, KeyUse::kAnonymous}) {
      EXPECT_TRUE((memory == &named) == (use == KeyUse::kNamed) ||
                  memory->sealer().Take("acme", use)->lot->durable);
    }
  }
}

TEST(KeyStock, IsDurableAheadAndSaysWhatIsNot) {
  MemorySealing memory;
  auto first = memory.sealer().Take("acme", KeyUse::kNamed);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->lot->durable);
  EXPECT_EQ(memory.store.batch_count(), 0u);
  ASSERT_THAT(memory.sealer().MakeDurable({&*first}, kSoon), IsOk());
  EXPECT_EQ(memory.store.batch_count(), 1u);

  ASSERT_TRUE(*memory.sealing.stock().RunOnce());
  EXPECT_FALSE(*memory.sealing.stock().RunOnce()) << "there are enough";
  const size_t ahead = memory.store.batch_count() - 1;  // that one is for anonymous reports
  EXPECT_GE(ahead, 4u);
  memory.store.FailWith(absl::UnavailableError("away"));
  // As long as there are keys ahead, nobody asks the store.
  for (size_t i = 1; i < ahead * kKeysPerBatch; ++i) {
    const auto key = memory.sealer().Take("acme", KeyUse::kNamed);
    ASSERT_THAT(memory.sealer().MakeDurable({&*key}, kSoon), IsOk()) << i;
  }
  const auto beyond = memory.sealer().Take("acme", KeyUse::kNamed);
  ASSERT_THAT(beyond, IsOk());
  EXPECT_THAT(memory.sealer().MakeDurable({&*beyond}, kSoon), StatusIs(StatusCode::kUnavailable));
  EXPECT_THAT(memory.sealing.stock().RunOnce(), StatusIs(StatusCode::kUnavailable));
  memory.store.FailWith(absl::OkStatus());
  EXPECT_THAT(memory.sealer().MakeDurable({&*beyond}, kSoon), IsOk());
}

TEST(KeySlots, WaitForOneAnotherAndAreEmptyAgain) {
  auto arena = crypto::KeyArena::Create();
  const auto slots = KeySlots::Create(*arena);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 2 * KeySlots::kSlots; ++i) {
    threads.emplace_back([&] {
      const KeySlots::Slot slot = (*slots)->Take();
      EXPECT_EQ(slot.first()[0] + slot.second()[31], 0) << "somebody's key is still there";
      slot.first()[0] = slot.second()[31] = 1;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace mamori::sealing
