// The allocator of the services' processes.
#ifndef MAMORI_COMMON_SERVER_ALLOCATOR_H_
#define MAMORI_COMMON_SERVER_ALLOCATOR_H_

namespace mamori::server {

// Gives memory that was freed back to the system, at once. For after a start, which takes more than
// running does. Safe at any time and from any thread; takes milliseconds.
void GiveMemoryBack();

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_ALLOCATOR_H_
