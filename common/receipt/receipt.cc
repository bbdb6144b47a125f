#include "common/receipt/receipt.h"

#include <sodium.h>

#include <cstdint>

#include "absl/status/status.h"

namespace mamori::receipt {
namespace {

constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kRandomCharacters = 26;
constexpr size_t kGroup = 5;
constexpr char kPurpose[] = "mamori-receipt-1:";
// More is not looked at: hyphens and spaces between all characters are plenty.
constexpr size_t kMaxTyped = 128;

// `count` characters of the first 5 * `count` bits.
std::string Characters(std::string_view bytes, size_t count) {
  std::string text;
  uint32_t bits = 0;
  int have = 0;
  for (size_t next = 0; text.size() < count;) {
    if (have < 5) {
      bits = bits << 8 | static_cast<unsigned char>(bytes[next++]);
      have += 8;
    }
    have -= 5;
    text += kAlphabet[bits >> have & 31];
  }
  return text;
}

std::string ChecksumOf(std::string_view random_characters) {
  std::string text = kPurpose;
  text += random_characters;
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return Characters({reinterpret_cast<const char*>(hash), sizeof(hash)},
                    kCharacters - kRandomCharacters);
}

// The character that was meant; 0 for none.
char Meant(char typed) {
  const char c = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return c != '\0' && std::string_view(kAlphabet).find(c) != std::string_view::npos ? c : '\0';
}

absl::Status NoReceipt() {
  return absl::InvalidArgumentError(
      "not a receipt, want 30 characters whose last 4 check the rest");
}

}  // namespace

std::string Make(std::string_view random) {
  const std::string characters = Characters(random, kRandomCharacters);
  return characters + ChecksumOf(characters);
}

absl::StatusOr<std::string> Parse(std::string_view text) {
  if (text.size() > kMaxTyped) return NoReceipt();
  std::string receipt;
  for (const char typed : text) {
    if (typed == '-' || typed == ' ') continue;
    const char c = Meant(typed);
    if (c == '\0') return NoReceipt();
    receipt += c;
  }
  if (receipt.size() != kCharacters) return NoReceipt();
  const std::string_view characters = std::string_view(receipt).substr(0, kRandomCharacters);
  if (receipt.substr(kRandomCharacters) != ChecksumOf(characters)) return NoReceipt();
  return receipt;
}

std::string Grouped(std::string_view receipt) {
  std::string text;
  for (size_t i = 0; i < receipt.size(); ++i) {
    if (i > 0 && i % kGroup == 0) text += '-';
    text += receipt[i];
  }
  return text;
}

}  // namespace mamori::receipt
