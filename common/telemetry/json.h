// JSON text for log lines: whatever bytes come in, a valid line goes out.
#ifndef MAMORI_COMMON_TELEMETRY_JSON_H_
#define MAMORI_COMMON_TELEMETRY_JSON_H_

#include <string>
#include <string_view>

namespace mamori::telemetry {

// Appends `text` as a quoted JSON string in ASCII-safe UTF-8: control characters escaped, bytes
// that are not valid UTF-8 replaced by U+FFFD, at most `max_bytes` of the text taken.
void AppendJsonString(std::string& out, std::string_view text, size_t max_bytes = 2048);

}  // namespace mamori::telemetry

#endif  // MAMORI_COMMON_TELEMETRY_JSON_H_
