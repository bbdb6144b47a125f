#include "common/bundle/archive.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <functional>

#include "common/bundle/names.h"
#include "common/bundle/test_bundle.h"
#include "common/testing/matchers.h"

namespace mamori::bundle {
namespace {

using ::testing::HasSubstr;

std::string Entry(const std::string& name, const std::string& bytes = "x") {
  return Header(name, bytes.size()) + bytes + std::string(PaddingAfter(bytes.size()), '\0');
}

std::string Ending() { return Entry(kManifest) + Entry(kSignature) + End(); }

absl::Status ScanOf(const std::string& bytes) {
  MemorySource source(bytes);
  return Scan(source).status();
}

// A header with its sum put right, as a forger would.
std::string Forged(const std::string& name, const std::function<void(std::string&)>& change) {
  std::string block = Header(name, 1);
  change(block);
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  char text[8];
  std::snprintf(text, sizeof(text), "%06o", sum);
  block.replace(148, 8, std::string(text, 6) + std::string("\0 ", 2));
  return block + "x" + std::string(kBlock - 1, '\0');
}

TEST(Archive, TakesWhatIsWrittenInItsOneForm) {
  EXPECT_THAT(ScanOf(Entry("intake/files/a") + Entry("intake/files/b", std::string(512, 'y')) +
                     Entry("intake/files/c", "") + Ending()),
              testing::IsOk());
}

TEST(Archive, RefusesNamesThatLeadElsewhereOrAreTwoInOne) {
  const struct {
    std::string name;
    const char* why;
  } kRows[] = {
      {"../a", "leads out of the archive"},
      {"intake/../../a", "leads out of the archive"},
      {"/etc/passwd", "begins at the root"},
      {"intake//a", "empty or a hidden part"},
      {"./a", "empty or a hidden part"},
      {"intake/files/", "empty or a hidden part"},
      {".hidden", "empty or a hidden part"},
      {"intake/files/A", "bytes that no name"},
      {"intake/files/\xe5\xae\x88", "bytes that no name"},
      {"intake\\files", "bytes that no name"},
      {"c:a", "bytes that no name"},
      {"a\nb", "bytes that no name"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(ScanOf(Entry(row.name) + Ending()),
                testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.why)))
        << row.name;
  }
  EXPECT_THAT(WhatIsWrongWith(""), HasSubstr("no name"));
  EXPECT_THAT(WhatIsWrongWith(std::string(101, 'a')), HasSubstr("too long"));
}

TEST(Archive, RefusesWhatIsNoPlainFile) {
  const struct {
    std::function<void(std::string&)> change;
    const char* why;
  } kRows[] = {
      {[](std::string& b) { b[156] = '1'; }, "hard link"},
      {[](std::string& b) { b[156] = '2'; }, "symbolic link"},
      {[](std::string& b) { b[156] = '3'; }, "device"},
      {[](std::string& b) { b[156] = '4'; }, "device"},
      {[](std::string& b) { b[156] = '5'; }, "directory"},
      {[](std::string& b) { b[156] = '6'; }, "pipe"},
      {[](std::string& b) { b[156] = 'x'; }, "extension of the header"},
      {[](std::string& b) { b[156] = 'g'; }, "extension of the header"},
      {[](std::string& b) { b[156] = 'L'; }, "extension of the header"},
      {[](std::string& b) { b[156] = 'S'; }, "no plain file"},
      {[](std::string& b) { b[156] = '\0'; }, "no plain file"},
      {[](std::string& b) { b.replace(345, 3, "etc"); }, "second part"},
      {[](std::string& b) { b.replace(15, 1, "h"); }, "says it otherwise"},  // behind the zero
      {[](std::string& b) { b.replace(100, 7, "0000644"); }, "says it otherwise"},
      {[](std::string& b) { b.replace(124, 11, "          1"); }, "says it otherwise"},
      {[](std::string& b) { b[124] = '\x80'; }, "says it otherwise"},  // a size in base 256
      {[](std::string& b) { b.replace(136, 11, "14000000000"); }, "says it otherwise"},
      {[](std::string& b) { b.replace(157, 4, "/etc"); }, "says it otherwise"},
      {[](std::string& b) { b.replace(257, 8, std::string("ustar  \0", 8)); }, "says it otherwise"},
      {[](std::string& b) { b.replace(265, 4, "root"); }, "says it otherwise"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(ScanOf(Forged("intake/files/a", row.change) + Ending()),
                testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.why)));
  }
  EXPECT_THAT(ScanOf(Forged("intake/files/a", [](std::string&) {}) + Ending()), testing::IsOk());
}

TEST(Archive, RefusesWhatStandsTwiceOrOutOfItsOrder) {
  const std::string a = Entry("intake/files/a"), b = Entry("intake/files/b");
  const std::string manifest = Entry(kManifest), signature = Entry(kSignature);
  const struct {
    std::string bytes;
    const char* why;
  } kRows[] = {
      {a + a + Ending(), "twice"},
      {a + b + a + Ending(), "twice"},
      {b + a + Ending(), "out of its order"},
      {a + manifest + b + signature + End(), "after the manifest"},
      {a + manifest + signature + b + End(), "after the manifest"},
      {a + manifest + manifest + signature + End(), "twice"},
      {a + manifest + signature + signature + End(), "twice"},
      {a + signature + manifest + End(), "not right before"},
      {a + End(), "without a signed manifest"},
      {a + manifest + End(), "without a signed manifest"},
      {a + signature + End(), "not right before"},
      {End(), "without a signed manifest"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(ScanOf(row.bytes),
                testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.why)));
  }
}

TEST(Archive, RefusesWhateverIsCutOffOrHungOn) {
  const std::string whole = Entry("intake/files/a", std::string(700, 'y')) + Ending();
  for (size_t size = 0; size < whole.size(); size += 100) {
    EXPECT_THAT(ScanOf(whole.substr(0, size)),
                testing::StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
  EXPECT_THAT(ScanOf(whole + "x"), testing::StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ScanOf(whole + End()),
              testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("after its end")));
  std::string padded = whole;
  padded[kBlock + 700] = 'z';
  EXPECT_THAT(ScanOf(padded),
              testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("hidden behind")));
  // A size that the archive has not.
  EXPECT_THAT(ScanOf(Header("intake/files/a", kMaxEntryBytes) + Ending()),
              testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ends within")));
}

TEST(Archive, NoChangedByteOfAHeaderIsTaken) {
  const std::string whole = Entry("intake/files/a") + Ending();
  for (size_t at = 0; at < kBlock; ++at) {
    std::string changed = whole;
    changed[at] ^= 1;
    // Of the name another one may come out, which the manifest does not name.
    if (at < 14) continue;
    EXPECT_FALSE(ScanOf(changed).ok()) << at;
  }
}

}  // namespace
}  // namespace mamori::bundle
