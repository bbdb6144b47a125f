#include "common/crypto/keyed_hash.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace mamori::crypto {
namespace {

KeyedHash HashWith(char digit) { return *KeyedHash::FromHex(std::string(64, digit)); }

TEST(KeyedHash, BelievesItsOwnTagAlone) {
  const KeyedHash key = HashWith('a');
  const std::string tag = key.Tag({"t", "case", "1", "record"});
  EXPECT_EQ(tag.size(), kTagBytes);
  EXPECT_TRUE(key.Verify({"t", "case", "1", "record"}, tag));
  EXPECT_FALSE(key.Verify({"u", "case", "1", "record"}, tag));
  EXPECT_FALSE(key.Verify({"t", "case", "2", "record"}, tag));
  EXPECT_FALSE(key.Verify({"t", "case", "1", "recorD"}, tag));
  EXPECT_FALSE(key.Verify({"tc", "ase", "1", "record"}, tag)) << "parts run into one another";
  EXPECT_FALSE(key.Verify({"t", "case", "1", "record", ""}, tag));
  EXPECT_FALSE(HashWith('b').Verify({"t", "case", "1", "record"}, tag));
  EXPECT_FALSE(key.Verify({"t", "case", "1", "record"}, tag.substr(1)));
  EXPECT_FALSE(key.Verify({"t", "case", "1", "record"}, ""));
}

TEST(KeyedHash, TakesNoKeyOfAnotherLengthOrOneThatOthersRead) {
  EXPECT_FALSE(KeyedHash::FromHex(std::string(62, 'a')).ok());
  EXPECT_FALSE(KeyedHash::FromHex(std::string(66, 'a')).ok());
  EXPECT_FALSE(KeyedHash::FromHex(std::string(64, 'x')).ok());
  EXPECT_FALSE(KeyedHash::FromHex("").ok());
  const std::string file = ::testing::TempDir() + "/keyed_hash_test.key";
  std::ofstream(file) << std::string(64, 'a') << '\n';
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(KeyedHash::FromFile(file).status()));
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  EXPECT_TRUE(KeyedHash::FromFile(file).ok());
  std::ofstream(file) << "short\n";
  const absl::Status wrong = KeyedHash::FromFile(file).status();
  EXPECT_TRUE(absl::IsInvalidArgument(wrong));
  EXPECT_EQ(wrong.message().find("short"), std::string::npos) << "the key is told";
  std::remove(file.c_str());
  EXPECT_TRUE(absl::IsNotFound(KeyedHash::FromFile(file).status()));
}

}  // namespace
}  // namespace mamori::crypto
