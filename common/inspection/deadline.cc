#include "common/inspection/deadline.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace mamori::inspection {

absl::Status Deadline::Await(int fd, short events) const {
  for (;;) {
    const absl::Duration left = Left();
    if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("out of time");
    // poll() passes over a negative descriptor.
    const int stop = interrupt_ == nullptr ? -1 : interrupt_->fd();
    pollfd both[] = {{.fd = fd, .events = events, .revents = 0},
                     {.fd = stop, .events = POLLIN, .revents = 0}};
    // A minute at most: what is left may be more milliseconds than an int holds.
    const auto wait = static_cast<int>(
        absl::ToInt64Milliseconds(std::min(left, absl::Minutes(1)) + absl::Milliseconds(1)));
    const int ready = poll(both, 2, wait);
    if (ready > 0 && both[1].revents != 0) return interrupt_->Check();
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return absl::InternalError("poll failed");
  }
}

}  // namespace mamori::inspection
