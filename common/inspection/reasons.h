// What people read when a file was not looked into, or not to the end.
#ifndef MAMORI_COMMON_INSPECTION_REASONS_H_
#define MAMORI_COMMON_INSPECTION_REASONS_H_

#include <string>
#include <string_view>

#include "common/inspection/frame.h"

namespace mamori::inspection {

// As Inspection says of its reasons: printable ASCII, at most 200 bytes.
std::string Reason(std::string_view text);

// What kept a parser from telling the type (kFailed to kOutOfTime), or from making a copy.
std::string_view ReasonOf(Trouble trouble);

// `text` when it looks like "image/jpeg", else "application/octet-stream".
std::string MediaTypeOr(std::string_view text);

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_REASONS_H_
