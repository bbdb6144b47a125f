// Keeps this process and what it starts from files, where the kernel has Landlock. Each returns its
// version, or 0 where there is none.
#ifndef MAMORI_SERVICES_INSPECTOR_LANDLOCK_H_
#define MAMORI_SERVICES_INSPECTOR_LANDLOCK_H_

namespace mamori::inspector {

// What remains: programs and their data read-only, the working directory to read and write but not
// to run. No TCP, no signals and no abstract sockets to processes outside.
unsigned char ForbidOtherFiles();

// Nothing remains to be opened.
unsigned char ForbidAllFiles();

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_LANDLOCK_H_
