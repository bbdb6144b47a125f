#include "common/crypto/aead.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/crypto/key_arena.h"

namespace mamori::crypto {
namespace {

struct Opened {
  bool right = false;
  std::string text;
};

Opened Open(const Key& key, std::string_view nonce, std::string_view associated,
            std::string_view sealed) {
  Opened opened;
  opened.text.resize(sealed.size() < kSealBytes ? 0 : sealed.size() - kSealBytes);
  opened.right = OpenSealed(key.data(), nonce, associated, sealed,
                            reinterpret_cast<unsigned char*>(opened.text.data()));
  return opened;
}

TEST(Aead, OpensWhatItSealedAndNothingElse) {
  const Key key = *Key::FromHex(std::string(64, 'a'));
  const std::string nonce(kNonceBytes, 'n');
  std::string sealed = "before";
  AppendSealed(key.data(), nonce, "place", "words", sealed);
  EXPECT_EQ(sealed.substr(0, 6), "before");
  sealed = sealed.substr(6);
  EXPECT_EQ(sealed.size(), 5 + kSealBytes);
  EXPECT_EQ(sealed.find("words"), std::string::npos);
  EXPECT_TRUE(Open(key, nonce, "place", sealed).right);
  EXPECT_EQ(Open(key, nonce, "place", sealed).text, "words");
  EXPECT_FALSE(Open(key, nonce, "another", sealed).right);
  EXPECT_FALSE(Open(key, std::string(kNonceBytes, 'm'), "place", sealed).right);
  EXPECT_FALSE(Open(*Key::FromHex(std::string(64, 'b')), nonce, "place", sealed).right);
  EXPECT_FALSE(Open(key, nonce, "place", sealed.substr(1)).right);
  EXPECT_FALSE(Open(key, nonce.substr(1), "place", sealed).right);
  EXPECT_FALSE(Open(key, nonce, "place", "").right);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    const Opened opened = Open(key, nonce, "place", changed);
    EXPECT_FALSE(opened.right) << i;
    EXPECT_EQ(opened.text.find("words"), std::string::npos) << "given away although it was changed";
  }
}

TEST(FillRandom, GivesNothingTwice) {
  std::set<std::string> all;
  std::mutex mu;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        std::string bytes(i % 100 == 0 ? 2000 : 16 + i % 9, '\0');
        FillRandom(bytes.data(), bytes.size());
        const std::lock_guard lock(mu);
        EXPECT_TRUE(all.insert(bytes.substr(0, 16)).second);
        EXPECT_TRUE(all.insert(bytes.substr(bytes.size() - 8)).second);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Wipe, LeavesNothingInTheBytes) {
  std::string secret(100, 's');
  const char* const bytes = secret.data();
  Wipe(secret);
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(std::string(bytes + 1, 50), std::string(50, '\0'));
}

}  // namespace
}  // namespace mamori::crypto
