#include "common/crypto/signing_key.h"

#include <gtest/gtest.h>

#include <string>

namespace mamori::crypto {
namespace {

TEST(SigningKey, IsBelievedForItsPurposeAndTextAlone) {
  auto arena = KeyArena::Create();
  ASSERT_TRUE(arena.ok());
  const auto key = SigningKey::FromSeed(*Key::FromHex(std::string(64, 'a')), *arena);
  const auto other = SigningKey::FromSeed(*Key::FromHex(std::string(64, 'b')), *arena);
  ASSERT_TRUE(key.ok() && other.ok());
  const std::string signature = key->Sign("checkpoint", "text");
  EXPECT_TRUE(VerifySignature(key->public_key(), "checkpoint", "text", signature));
  EXPECT_FALSE(VerifySignature(key->public_key(), "checkpoint", "texT", signature));
  EXPECT_FALSE(VerifySignature(key->public_key(), "statement", "text", signature));
  EXPECT_FALSE(VerifySignature(other->public_key(), "checkpoint", "text", signature));
  EXPECT_FALSE(VerifySignature(key->public_key(), "checkpoint", "text", signature.substr(1)));
  EXPECT_FALSE(VerifySignature("", "checkpoint", "text", signature));
}

}  // namespace
}  // namespace mamori::crypto
