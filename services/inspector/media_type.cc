#include "services/inspector/media_type.h"

#include <magic.h>

#include <memory>

namespace mamori::inspector {

std::function<std::string(std::string_view)> MagicMediaType() {
  // It looks into nothing that is packed: that is the scanner's and the cleaner's work.
  const std::shared_ptr<magic_set> magic(magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS),
                                         [](magic_t open) {
                                           if (open != nullptr) magic_close(open);
                                         });
  if (magic == nullptr || magic_load(magic.get(), nullptr) != 0) {
    return [](std::string_view) { return std::string(); };
  }
  return [magic](std::string_view beginning) -> std::string {
    const char* const type = magic_buffer(magic.get(), beginning.data(), beginning.size());
    return type == nullptr ? "" : type;
  };
}

}  // namespace mamori::inspector
