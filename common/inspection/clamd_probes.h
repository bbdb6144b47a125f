// Small harmless files that a scanner cannot read to the end, and must say so.
#ifndef MAMORI_COMMON_INSPECTION_CLAMD_PROBES_H_
#define MAMORI_COMMON_INSPECTION_CLAMD_PROBES_H_

#include <string>

namespace mamori::inspection {

// A ZIP with one member that is encrypted.
std::string EncryptedProbe();

// gzip in gzip, deeper than the 100 levels that clamd can be allowed at the most. 3 KiB.
std::string DeepProbe();

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_CLAMD_PROBES_H_
