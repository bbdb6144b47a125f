#include "common/config/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace mamori::config {
namespace {

bool EndsWithinALine(int fd) {
  struct stat info {};
  char last = '\n';
  return fstat(fd, &info) == 0 && info.st_size > 0 && pread(fd, &last, 1, info.st_size - 1) == 1 &&
         last != '\n';
}

// A file that was made is found after a crash only when its folder was written too.
bool SyncFolderOf(const std::string& file) {
  const std::string parent = std::filesystem::path(file).parent_path().string();
  const int fd = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const absl::Cleanup close_it = [fd] { close(fd); };
  // Not every file system knows this of a folder.
  return fsync(fd) == 0 || errno == EINVAL;
}

}  // namespace

absl::Status AppendLines(const std::string& file, std::string_view lines, std::string_view what) {
  const auto failed = [what](const char* how) {
    return absl::UnavailableError(
        absl::StrCat(absl::string_view(what.data(), what.size()), " cannot be ", how));
  };
  const int fd = open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return failed("opened");
  const absl::Cleanup close_it = [fd] { close(fd); };
  std::string text = EndsWithinALine(fd) ? "\n" : "";
  text.append(lines);
  // At once: of two who add, each one's lines stay together.
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return failed("written");
  }
  return fsync(fd) == 0 && SyncFolderOf(file) ? absl::OkStatus() : failed("synced");
}

}  // namespace mamori::config
