// Where a chunk of evidence belongs: what is sealed for one place opens at no other. Pure.
#ifndef MAMORI_COMMON_SEALING_EVIDENCE_PLACE_H_
#define MAMORI_COMMON_SEALING_EVIDENCE_PLACE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace mamori::sealing {

// Of evidence, what a file is. Numbers are sealed in.
enum class EvidencePart : uint8_t { kOriginal = 1, kDerivative = 2 };

struct EvidencePlace {
  std::string_view evidence_id;
  EvidencePart part = EvidencePart::kOriginal;
  int64_t index = 0;
  bool last = false;
  // How many chunks the file has; 0 for one that was sealed before that was known, a derivative:
  // its number and hash are in the chain of custody.
  int64_t total = 0;
};

// All of it in bytes, for EvidenceChunk.
inline std::string ResourceOf(const EvidencePlace& place) {
  std::string bytes(place.evidence_id);
  bytes.push_back(static_cast<char>(place.part));
  for (const int64_t number : {place.index, place.total}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>(static_cast<uint64_t>(number) >> shift & 0xff));
    }
  }
  bytes.push_back(place.last ? 1 : 0);
  return bytes;
}

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_EVIDENCE_PLACE_H_
