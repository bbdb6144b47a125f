#include "common/audit/hash.h"

#include <sodium.h>

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"

namespace mamori::audit {
namespace {

constexpr size_t kBytes = crypto_generichash_BYTES;
static_assert(kBytes == 32);

void Update(crypto_generichash_state& state, std::string_view part) {
  unsigned char size[8];
  for (int i = 0; i < 8; ++i) {
    size[i] = static_cast<unsigned char>(static_cast<uint64_t>(part.size()) >> (8 * i));
  }
  crypto_generichash_update(&state, size, sizeof(size));
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                            part.size());
}

std::vector<std::string> Up(const std::vector<std::string>& level) {
  std::vector<std::string> above;
  above.reserve((level.size() + 1) / 2);
  for (size_t i = 0; i + 1 < level.size(); i += 2) {
    above.push_back(Hash("node", {level[i], level[i + 1]}));
  }
  if (level.size() % 2 == 1) above.push_back(level.back());
  return above;
}

}  // namespace

std::string Hash(std::string_view purpose, std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kBytes);
  Update(state, "mamori.audit");
  Update(state, purpose);
  for (const std::string_view part : parts) Update(state, part);
  std::string hash(kBytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(hash.data()), kBytes);
  return hash;
}

std::string MerkleRoot(std::vector<std::string> leaves) {
  if (leaves.empty()) return Hash("no leaves", {});
  while (leaves.size() > 1) leaves = Up(leaves);
  return std::move(leaves.front());
}

std::vector<std::string> MerklePath(const std::vector<std::string>& leaves, size_t index) {
  return std::move(MerklePaths(leaves)[index]);
}

std::vector<std::vector<std::string>> MerklePaths(std::vector<std::string> level) {
  std::vector<std::vector<std::string>> paths(level.size());
  for (int height = 0; level.size() > 1; ++height) {
    for (size_t i = 0; i < paths.size(); ++i) {
      const size_t neighbour = (i >> height) ^ 1;
      if (neighbour < level.size()) paths[i].push_back(level[neighbour]);
    }
    level = Up(level);
  }
  return paths;
}

std::string RootFromPath(std::string leaf, size_t index, size_t count,
                         const std::vector<std::string>& path) {
  size_t used = 0;
  for (; count > 1; count = (count + 1) / 2, index /= 2) {
    if ((index ^ 1) >= count) continue;
    if (used == path.size()) return {};
    leaf = index % 2 == 0 ? Hash("node", {leaf, path[used]}) : Hash("node", {path[used], leaf});
    ++used;
  }
  return used == path.size() ? leaf : std::string();
}

std::string ToHex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace mamori::audit
