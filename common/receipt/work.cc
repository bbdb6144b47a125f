#include "common/receipt/work.h"

#include <sodium.h>

#include <cstdint>

namespace mamori::receipt {
namespace {

constexpr size_t kMaxWork = 32;
constexpr char kPurpose[] = "mamori-work-1:";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool HasZeros(const unsigned char* hash, int bits) {
  for (; bits >= 8; bits -= 8, ++hash) {
    if (*hash != 0) return false;
  }
  return bits == 0 || *hash >> (8 - bits) == 0;
}

// Of all that stands before the work.
crypto_generichash_state Begin(std::string_view receipt) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES);
  for (const std::string_view part : {std::string_view(kPurpose), receipt, std::string_view(":")}) {
    crypto_generichash_update(&state, Bytes(part), part.size());
  }
  return state;
}

bool Check(crypto_generichash_state state, std::string_view work, int difficulty) {
  unsigned char hash[crypto_generichash_BYTES];
  crypto_generichash_update(&state, Bytes(work), work.size());
  crypto_generichash_final(&state, hash, sizeof(hash));
  return HasZeros(hash, difficulty);
}

}  // namespace

bool IsWork(std::string_view receipt, std::string_view work, int difficulty) {
  return work.size() <= kMaxWork && Check(Begin(receipt), work, difficulty);
}

std::string DoWork(std::string_view receipt, int difficulty) {
  const crypto_generichash_state state = Begin(receipt);
  for (uint64_t i = 0;; ++i) {
    std::string work = std::to_string(i);
    if (Check(state, work, difficulty)) return work;
  }
}

}  // namespace mamori::receipt
