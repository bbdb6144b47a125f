// What is read back of the audit, of sinks and of statements: anything may be in a database or a
// file that somebody else owns. What is accepted has exactly one form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/audit/checkpoint.h"
#include "common/audit/entry.h"

namespace {

void Require(bool held) {
  if (!held) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mamori::audit;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      if (const auto entry = Decode(text); entry.ok()) Require(Encode(*entry) == text);
      break;
    case 1:
      if (const auto parts = Split(text); parts.ok()) {
        Require(Join({parts->begin(), parts->end()}) == text);
      }
      break;
    case 2:
      if (const auto leaves = DecodeLeaves(text); leaves.ok()) Require(Encode(*leaves) == text);
      break;
    case 3:
      if (const auto checkpoint = FromJson(text); checkpoint.ok()) {
        Require(!IsSigned(std::string(32, 'k'), *checkpoint));
        const auto again = FromJson(ToJson(*checkpoint));
        Require(again.ok() && HashOf(*again) == HashOf(*checkpoint));
      }
      break;
    case 4: {
      mamori::v1::EntryStatement statement;
      if (statement.ParseFromArray(text.data(), static_cast<int>(text.size()))) {
        Require(!Verify(std::string(32, 'k'), statement).ok());
      }
      break;
    }
  }
  return 0;
}
