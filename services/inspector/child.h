// Runs a parser in a process of its own, so that what happens to it happens to nobody else.
#ifndef MAMORI_SERVICES_INSPECTOR_CHILD_H_
#define MAMORI_SERVICES_INSPECTOR_CHILD_H_

#include <cstddef>
#include <functional>
#include <string>

#include "common/inspection/frame.h"

namespace mamori::inspector {

struct ChildResult {
  // kNone when it ended by itself, whatever its exit code says.
  inspection::Trouble trouble = inspection::Trouble::kFailed;
  int exit_code = -1;
  std::string output;  // the beginning of what it wrote to descriptor 1
};

// `body` has /dev/null as descriptors 0 and 2, and no other but 1; what goes there is read up to
// `max_output` bytes, which none that works as it should reaches. Its value is the exit code.
ChildResult RunChild(const std::function<int()>& body, size_t max_output);

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_CHILD_H_
