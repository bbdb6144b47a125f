#include "common/crypto/wiped_heap.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/testing/heap_search.h"
#include "mamori/v1/report.pb.h"

namespace mamori::crypto {
namespace {

#if !defined(__SANITIZE_ADDRESS__)
struct alignas(64) Aligned {
  char words[256];
};

// Held and given back in every way there is.
void Hold(const testing::HeapCanary& canary) {
  {
    const std::string text = canary.Words();
    EXPECT_GE(canary.Count(), 1) << "the search finds nothing";
  }
  {
    std::string grown = canary.Words();
    grown.append(4096, '-');
    grown.erase(0, 100);
  }
  {
    const std::string text = canary.Words();
    const std::vector<char> bytes(text.begin(), text.end());
    const std::unique_ptr<char[]> array(new char[256]);
    text.copy(array.get(), 256);
    const auto aligned = std::make_unique<Aligned>();
    text.copy(aligned->words, 256);
    const std::unique_ptr<Aligned[]> many(new Aligned[3]);
    text.copy(many[2].words, 256);
    EXPECT_GE(canary.Count(), 5);
  }
  {
    mamori::v1::Report report;
    *report.mutable_narrative() = canary.Words();
    const std::string bytes = report.SerializeAsString();
    mamori::v1::Report read;
    EXPECT_TRUE(read.ParseFromString(bytes));
    EXPECT_GE(canary.Count(), 3);
  }
}

TEST(WipedHeap, HasNothingOfWhatWasFreed) {
  const testing::HeapCanary before(1), after(2);
  Hold(before);
  EXPECT_GE(before.Count(), 1) << "it is gone by itself, so this test would see nothing";
  WipeWhatIsFreed();
  Hold(after);
  EXPECT_EQ(after.Count(), 0);
}
#endif

}  // namespace
}  // namespace mamori::crypto
