#include "common/inspection/frame.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"

namespace mamori::inspection {
namespace {

constexpr size_t kHeadBytes = 5;
constexpr size_t kLayerBytes = 5;

bool Known(unsigned char kind) { return std::strchr("HDETCQN", kind) != nullptr && kind != 0; }

absl::Status Closed() { return absl::UnavailableError("the other end is closed"); }

bool Again(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

std::string EncodeLayers(const Layers& layers) {
  const auto byte = [](int value) { return static_cast<char>(value); };
  return {byte(layers.own_user), byte(layers.own_network), byte(layers.own_mounts),
          byte(layers.landlock), byte(layers.private_memory)};
}

absl::StatusOr<Layers> DecodeLayers(std::string_view payload) {
  if (payload.size() != kLayerBytes) return absl::DataLossError("no layers");
  return Layers{.own_user = payload[0] != 0,
                .own_network = payload[1] != 0,
                .own_mounts = payload[2] != 0,
                .landlock = static_cast<unsigned char>(payload[3]),
                .private_memory = payload[4] != 0};
}

absl::Status FrameChannel::Send(Frame kind, std::string_view payload) {
  if (payload.size() > kMaxPayload) return absl::InvalidArgumentError("the frame is too long");
  const auto size = static_cast<uint32_t>(payload.size());
  const char head[kHeadBytes] = {static_cast<char>(kind), static_cast<char>(size >> 24),
                                 static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                                 static_cast<char>(size)};
  RETURN_IF_ERROR(WriteAll({head, kHeadBytes}));
  return WriteAll(payload);
}

absl::StatusOr<Message> FrameChannel::Receive() {
  unsigned char head[kHeadBytes];
  RETURN_IF_ERROR(ReadAll(reinterpret_cast<char*>(head), kHeadBytes));
  const size_t size =
      size_t{head[1]} << 24 | size_t{head[2]} << 16 | size_t{head[3]} << 8 | head[4];
  if (!Known(head[0]) || size > kMaxPayload) return absl::DataLossError("this is no frame");
  Message message{.kind = static_cast<Frame>(head[0]), .payload = std::string(size, '\0')};
  RETURN_IF_ERROR(ReadAll(message.payload.data(), size));
  return message;
}

// A service does not die of a worker that is gone (MSG_NOSIGNAL); a worker may, and its filter
// knows no send().
absl::Status FrameChannel::WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = wait_ == nullptr
                             ? write(fd_, bytes.data(), bytes.size())
                             : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (wait_ != nullptr && Again(errno)) {
      RETURN_IF_ERROR(wait_(fd_, POLLOUT));
    } else if (errno != EINTR) {
      return Closed();
    }
  }
  return absl::OkStatus();
}

absl::Status FrameChannel::ReadAll(char* into, size_t size) {
  while (size > 0) {
    const ssize_t got =
        wait_ == nullptr ? read(fd_, into, size) : recv(fd_, into, size, MSG_DONTWAIT);
    if (got > 0) {
      into += got;
      size -= static_cast<size_t>(got);
    } else if (got < 0 && wait_ != nullptr && Again(errno)) {
      RETURN_IF_ERROR(wait_(fd_, POLLIN));
    } else if (got == 0 || errno != EINTR) {
      return Closed();
    }
  }
  return absl::OkStatus();
}

}  // namespace mamori::inspection
