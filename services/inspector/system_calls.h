// Which system calls this process, and what it starts, may still make.
#ifndef MAMORI_SERVICES_INSPECTOR_SYSTEM_CALLS_H_
#define MAMORI_SERVICES_INSPECTOR_SYSTEM_CALLS_H_

namespace mamori::inspector {

enum SystemCalls {
  // Files, memory, processes: what the worker and mat2 with its programs need. Anything of sockets,
  // other processes' memory, namespaces, mounts, keys and the kernel kills; the rest is answered as
  // if the kernel did not know it.
  kForPrograms,
  // Reading and writing what is open, memory, the end. Anything else kills.
  kForComputing,
};

// For good; another call can only take away more. Wants no_new_privs. False when it does not hold.
bool ForbidSystemCalls(SystemCalls calls);

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_SYSTEM_CALLS_H_
