#include "services/inspector/original.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace mamori::inspector {
namespace {

constexpr char kName[] = "original";

}  // namespace

Original::Original(uint64_t max_bytes) : max_bytes_(max_bytes) {
  if (max_bytes_ > 0) fd_ = open(kName, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
}

Original::~Original() {
  if (fd_ >= 0) close(fd_);
}

void Original::Append(std::string_view bytes) {
  size_ += bytes.size();
  beginning_ += bytes.substr(0, std::min(bytes.size(), kBeginning - beginning_.size()));
  if (size_ > max_bytes_) {
    Drop();
  } else {
    Store(bytes);
  }
}

void Original::Store(std::string_view bytes) {
  while (fd_ >= 0 && !bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      Drop();
    }
  }
}

void Original::Drop() {
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
  unlink(kName);
}

bool Original::Keep(const std::string& name) {
  return fd_ >= 0 && std::rename(kName, name.c_str()) == 0;
}

}  // namespace mamori::inspector
