#include "common/inspection/clamd.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/inspection/clamd_probes.h"
#include "common/status/macros.h"

namespace mamori::inspection {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kMaxAnswer = 4096;
constexpr size_t kMaxChunk = 1 << 20;
constexpr absl::Duration kProbeAgain = absl::Minutes(10);

absl::StatusOr<int> Connect(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX};
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError("the socket's path is too long");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    return fd;
  }
  if (fd >= 0) close(fd);
  return absl::UnavailableError("the scanner cannot be reached");
}

absl::Status WriteAll(int fd, std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      RETURN_IF_ERROR(deadline.Await(fd, POLLOUT));
    } else if (errno != EINTR) {
      return absl::UnavailableError("the scanner broke off");
    }
  }
  return absl::OkStatus();
}

// Up to the NUL that ends an answer.
absl::StatusOr<std::string> ReadAnswer(int fd, const Deadline& deadline) {
  std::string answer;
  while (answer.size() < kMaxAnswer) {
    char piece[512];
    const ssize_t got = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);
    if (got > 0) {
      answer.append(piece, static_cast<size_t>(got));
      if (const size_t end = answer.find('\0'); end != std::string::npos) {
        return answer.substr(0, end);
      }
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      RETURN_IF_ERROR(deadline.Await(fd, POLLIN));
    } else if (got == 0 || errno != EINTR) {
      return absl::UnavailableError("the scanner broke off");
    }
  }
  return absl::UnavailableError("the scanner's answer has no end");
}

std::string Chunk(std::string_view bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  return {static_cast<char>(size >> 24), static_cast<char>(size >> 16),
          static_cast<char>(size >> 8), static_cast<char>(size)};
}

std::string Why(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) ? "the scanner did not answer in time"
                                          : std::string(status.message());
}

}  // namespace

Clamd::Scan::~Scan() { close(fd_); }

absl::Status Clamd::Scan::Write(std::string_view bytes) {
  return WriteAll(fd_, bytes, clamd_.Limit());
}

void Clamd::Scan::Send(std::string_view bytes) {
  while (failed_.ok() && !bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kMaxChunk);
    bytes.remove_prefix(piece.size());
    failed_ = Write(Chunk(piece));
    if (failed_.ok()) failed_ = Write(piece);
  }
}

Verdict Clamd::Scan::Finish() {
  if (failed_.ok()) failed_ = Write(Chunk(""));
  if (absl::IsDeadlineExceeded(failed_)) return NotScanned(Why(failed_));
  const absl::StatusOr<std::string> answer = ReadAnswer(fd_, clamd_.Limit());
  if (!answer.ok()) return NotScanned(Why(answer.status()));
  Verdict verdict = VerdictOf(*answer);
  if (verdict.malware != Inspection::kClean) return verdict;
  if (!failed_.ok()) return NotScanned(Why(failed_));
  const absl::Status trustworthy = clamd_.Trustworthy();
  return trustworthy.ok() ? verdict : NotScanned(Why(trustworthy));
}

absl::StatusOr<std::unique_ptr<Clamd::Scan>> Clamd::Begin() {
  ASSIGN_OR_RETURN(const int fd, Connect(options_.socket));
  std::unique_ptr<Scan> scan(new Scan(*this, fd));
  scan->failed_ = scan->Write("zINSTREAM\0"sv);
  return scan;
}

absl::StatusOr<std::string> Clamd::Ask(std::string_view request) {
  ASSIGN_OR_RETURN(const int fd, Connect(options_.socket));
  absl::StatusOr<std::string> answer;
  const absl::Status sent = WriteAll(fd, request, Limit());
  answer = sent.ok() ? ReadAnswer(fd, Limit()) : sent;
  close(fd);
  return answer;
}

absl::StatusOr<std::string> Clamd::ScanSmall(std::string_view file) {
  return Ask(absl::StrCat(std::string("zINSTREAM\0"sv), Chunk(file), std::string(file), Chunk("")));
}

absl::Status Clamd::Trustworthy() {
  ASSIGN_OR_RETURN(const std::string version, Ask("zVERSION\0"sv));
  ASSIGN_OR_RETURN(const absl::Time signatures, SignatureTime(version));
  if (clock_.Now() - signatures > options_.max_signature_age) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the signatures are of ", absl::FormatTime("%Y-%m-%d", signatures, absl::UTCTimeZone())));
  }
  return TellsWhatItLeavesOut();
}

// Whether AlertEncrypted and AlertExceedsMax are on cannot be asked, so it is tried.
absl::Status Clamd::TellsWhatItLeavesOut() {
  {
    const std::lock_guard lock(mu_);
    if (clock_.Monotonic() - probed_at_ < kProbeAgain) return absl::OkStatus();
  }
  for (const std::string& probe : {EncryptedProbe(), DeepProbe()}) {
    ASSIGN_OR_RETURN(const std::string answer, ScanSmall(probe));
    if (VerdictOf(answer).malware == Inspection::kClean) {
      return absl::FailedPreconditionError(
          "the scanner keeps silent about what it does not read (AlertEncrypted, AlertExceedsMax)");
    }
  }
  const std::lock_guard lock(mu_);
  probed_at_ = clock_.Monotonic();
  return absl::OkStatus();
}

}  // namespace mamori::inspection
