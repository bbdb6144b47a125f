#include "common/inspection/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace mamori::inspection {

Interrupt::Interrupt() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Interrupt::~Interrupt() {
  if (fd_ >= 0) close(fd_);
}

void Interrupt::Set() {
  const uint64_t one = 1;
  // It can only be full, and then it is set.
  (void)!write(fd_, &one, sizeof(one));
}

bool Interrupt::IsSet() const {
  pollfd one{.fd = fd_, .events = POLLIN, .revents = 0};
  return poll(&one, 1, 0) > 0;
}

absl::Status Interrupt::Check() const {
  return IsSet() ? absl::UnavailableError("the service is stopping") : absl::OkStatus();
}

}  // namespace mamori::inspection
