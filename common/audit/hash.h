// BLAKE2b-256 of texts with their lengths, apart for each purpose; and trees of such hashes. Pure.
#ifndef MAMORI_COMMON_AUDIT_HASH_H_
#define MAMORI_COMMON_AUDIT_HASH_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace mamori::audit {

// 32 bytes.
std::string Hash(std::string_view purpose, std::initializer_list<std::string_view> parts);

// The root over `leaves`, which are hashes of 32 bytes; of none it is the hash of nothing. A node
// without a neighbour moves up as it is.
std::string MerkleRoot(std::vector<std::string> leaves);
// What RootFromPath needs beside a leaf to come to the root: the neighbours from below.
std::vector<std::string> MerklePath(const std::vector<std::string>& leaves, size_t index);
// Of every leaf, for not much more than the root.
std::vector<std::vector<std::string>> MerklePaths(std::vector<std::string> leaves);
std::string RootFromPath(std::string leaf, size_t index, size_t count,
                         const std::vector<std::string>& path);

std::string ToHex(std::string_view bytes);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_HASH_H_
