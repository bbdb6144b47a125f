// What an anonymous reporter types or sends: receipts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/receipt/receipt.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace receipt = mamori::receipt;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto parsed = receipt::Parse(text); parsed.ok()) {
    // One form, however it was typed, and no other receipt is a character away.
    Require(parsed->size() == receipt::kCharacters && *receipt::Parse(*parsed) == *parsed);
    Require(*receipt::Parse(receipt::Grouped(*parsed)) == *parsed);
    for (size_t i = 0; i < parsed->size(); ++i) {
      std::string other = *parsed;
      other[i] = other[i] == '7' ? '8' : '7';
      Require(!receipt::Parse(other).ok());
    }
  } else {
    // Nothing of what was typed is in what is said of it: the same is said of everything.
    Require(parsed.status() == receipt::Parse("").status());
  }
  if (size >= receipt::kRandomBytes) {
    const std::string made = receipt::Make(std::string_view(text).substr(0, receipt::kRandomBytes));
    Require(receipt::Parse(made).ok());
  }
  return 0;
}
