// What a file is, by its content.
#ifndef MAMORI_SERVICES_INSPECTOR_MEDIA_TYPE_H_
#define MAMORI_SERVICES_INSPECTOR_MEDIA_TYPE_H_

#include <functional>
#include <string>
#include <string_view>

namespace mamori::inspector {

// Opens what is needed while files can still be opened; the function it returns only computes. That
// answers "image/jpeg" for the beginning of a file, empty when it cannot tell.
using MakeMediaType = std::function<std::function<std::string(std::string_view)>()>;

std::function<std::string(std::string_view)> MagicMediaType();

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_MEDIA_TYPE_H_
