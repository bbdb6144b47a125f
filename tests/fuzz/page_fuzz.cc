// Page tokens: what nobody made is refused, whatever is done to one that somebody did.
#include <algorithm>
#include <string>

#include "common/idempotency/page_token.h"
#include "common/time/clock.h"
#include "tests/fuzz/requests.h"

namespace {

using mamori::fuzz::Require;

class FixedClock final : public mamori::time::Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'800'000'000); }
  absl::Duration Monotonic() const override { return absl::ZeroDuration(); }
};

std::string Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

// The first byte says how much of the rest is the position of a token that is made; what remains is
// a token that somebody sends, and what is done to the made one: where, and which bits.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const FixedClock clock;
  static const mamori::idempotency::PageTokens tokens(
      *mamori::crypto::Key::FromHex(std::string(64, 'e')), clock);
  const mamori::idempotency::TokenBinding binding{"acme", "desk1", "ListCases"};
  if (size < 4) return 0;
  const size_t length = std::min<size_t>(data[0], size - 4);
  const std::string position = Text(data + 4, length), sent = Text(data + 4, size - 4);
  // Nobody has the key: no token but those that were sealed is one.
  Require(!tokens.Open(binding, sent).ok());
  const std::string made = tokens.Seal(binding, position);
  Require(*tokens.Open(binding, made) == position);
  Require(!tokens.Open({"umbra", "desk1", "ListCases"}, made).ok());
  Require(!tokens.Open({"acme", "desk2", "ListCases"}, made).ok());
  Require(!tokens.Open({"acme", "desk1", "ListActs"}, made).ok());
  std::string changed = made;
  changed[(data[1] * 256 + data[2]) % changed.size()] ^= static_cast<char>(data[3] | 1);
  const auto opened = tokens.Open(binding, changed);
  // Bits of the last character that mean nothing, and the two alphabets, are all that may change.
  Require(!opened.ok() || *opened == position);
  Require(!tokens.Open(binding, made + sent.substr(0, 1) + "A").ok());
  return 0;
}
