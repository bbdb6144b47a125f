// What stands where in a bundle. Pure.
#ifndef MAMORI_COMMON_BUNDLE_NAMES_H_
#define MAMORI_COMMON_BUNDLE_NAMES_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace mamori::bundle {

inline constexpr char kCase[] = "triage/case.json";
// The last two, in this order; all others stand before them in the order of their bytes.
inline constexpr char kManifest[] = "manifest.json";
inline constexpr char kSignature[] = "manifest.sig";

inline constexpr char kJson[] = "application/json";

// `resource` is "reports/{id}".
// The file whose hash is told by what this entry commits to.
std::string FileName(std::string_view resource, int64_t sequence);
std::string ChainName(std::string_view service, std::string_view resource);
std::string CheckpointsName(std::string_view service);
std::string ContentName(std::string_view service, std::string_view resource, int64_t sequence);

// What an entry holds, by its name alone.
enum class Kind { kCase, kChain, kCheckpoints, kContent, kFile, kUnknown };
Kind KindOf(std::string_view name);

// Why `name` is none that stands in a bundle, in plain words; empty when it may: at most 100 bytes
// in parts of [a-z0-9._-] that do not begin with a dot. So no two names are one on a disk that
// knows no case, and none leads anywhere else.
std::string WhatIsWrongWith(std::string_view name);

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_NAMES_H_
