// Ends every wait of whoever looks into files at once, when the service stops.
#ifndef MAMORI_COMMON_INSPECTION_INTERRUPT_H_
#define MAMORI_COMMON_INSPECTION_INTERRUPT_H_

#include "absl/status/status.h"

namespace mamori::inspection {

// Thread safe.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // For good.
  void Set();
  bool IsSet() const;
  // UNAVAILABLE once it is set: the file is given again.
  absl::Status Check() const;
  // Can be read from once it is set.
  int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_INTERRUPT_H_
