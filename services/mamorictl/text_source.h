// Text that comes from a file or from standard input.
#ifndef MAMORI_SERVICES_MAMORICTL_TEXT_SOURCE_H_
#define MAMORI_SERVICES_MAMORICTL_TEXT_SOURCE_H_

#include <string>

namespace mamori::ctl {

// The whole of `file`, or of standard input for "-". False when it cannot be read.
bool ReadText(const std::string& file, std::string& text);

// Replaces `file` by `text` at once: a reader sees the old or the new. False when it cannot.
bool WriteText(const std::string& file, const std::string& text);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_TEXT_SOURCE_H_
