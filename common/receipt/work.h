// Proof of work for a receipt: cheap to check, and of no use for another receipt. Pure.
#ifndef MAMORI_COMMON_RECEIPT_WORK_H_
#define MAMORI_COMMON_RECEIPT_WORK_H_

#include <string>
#include <string_view>

namespace mamori::receipt {

// Whether BLAKE2b-256 over "mamori-work-1:", `receipt`, ":" and `work` begins with `difficulty`
// zero bits. `work` has at most 32 bytes; `receipt` is as Parse gives it.
bool IsWork(std::string_view receipt, std::string_view work, int difficulty);

// Such a `work`: takes about 2^difficulty hashes.
std::string DoWork(std::string_view receipt, int difficulty);

}  // namespace mamori::receipt

#endif  // MAMORI_COMMON_RECEIPT_WORK_H_
