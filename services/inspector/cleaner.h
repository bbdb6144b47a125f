// Makes the copy of a file that tells nothing besides what it shows, with mat2.
#ifndef MAMORI_SERVICES_INSPECTOR_CLEANER_H_
#define MAMORI_SERVICES_INSPECTOR_CLEANER_H_

#include <functional>
#include <string>
#include <string_view>

#include "common/inspection/frame.h"

namespace mamori::inspector {

// How the file must be called for mat2 to take it for what it is: ".jpg". Empty for a type that is
// not cleaned.
std::string_view CleanableSuffix(std::string_view media_type);

// Where the copy of the working directory's "original.jpg" is then.
std::string CleanedName(std::string_view suffix);

// Runs in a child: becomes the cleaner of the working directory's file `name`. Its exit code is a
// Trouble, or another one when it broke.
using Clean = std::function<int(const std::string& name)>;
int RunMat2(const std::string& name);

// What the exit code of Clean says.
inspection::Trouble TroubleOfCleaner(int exit_code);

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_CLEANER_H_
