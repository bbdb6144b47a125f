#include "services/inspector/worker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/inspection/frame.h"
#include "services/inspector/child.h"
#include "services/inspector/original.h"
#include "services/inspector/sandbox.h"

namespace mamori::inspector {
namespace {

using inspection::Frame;
using inspection::FrameChannel;
using inspection::Layers;
using inspection::Message;
using inspection::Trouble;

constexpr int kCommandLine = 2;
constexpr int kNotShutIn = 3;
constexpr int kProtocol = 4;

constexpr size_t kMaxTypeBytes = 128;
constexpr size_t kMaxChatter = 1 << 16;  // of a cleaner, which nobody reads
// For telling a type: libmagic's tables are 10 MiB, its work is short.
constexpr uint64_t kTypeMemory = 256 << 20;
constexpr uint64_t kTypeSeconds = 10;

struct Options {
  SandboxOptions sandbox;
  uint64_t max_clean_bytes = 0;
  uint64_t max_derivative_bytes = 0;
};

template <typename Number>
bool Parse(const char* text, Number& number) {
  const std::string_view all(text);
  return std::from_chars(all.data(), all.data() + all.size(), number).ptr ==
         all.data() + all.size();
}

std::optional<Options> ParseOptions(int argc, char** argv) {
  Options options;
  SandboxOptions& sandbox = options.sandbox;
  if (argc != 8 || !Parse(argv[2], sandbox.uid) || !Parse(argv[3], sandbox.gid) ||
      !Parse(argv[4], options.max_clean_bytes) || !Parse(argv[5], options.max_derivative_bytes) ||
      !Parse(argv[6], sandbox.memory_bytes) || !Parse(argv[7], sandbox.cpu_seconds)) {
    return std::nullopt;
  }
  sandbox.directory = argv[1];
  // One above: a copy that is too large is seen to be, instead of being cut.
  sandbox.file_bytes = std::max(options.max_clean_bytes, options.max_derivative_bytes) + 1;
  return options;
}

std::string Byte(Trouble trouble) { return {static_cast<char>(trouble)}; }

class Worker {
 public:
  Worker(const Options& options, const Parsers& parsers, const Layers& layers)
      : options_(options),
        parsers_(parsers),
        layers_(layers),
        service_(STDIN_FILENO),
        original_(layers.private_memory ? options.max_clean_bytes : 0) {}

  int Run() {
    if (!service_.Send(Frame::kHello, inspection::EncodeLayers(layers_)).ok() || !ReadOriginal()) {
      return kProtocol;
    }
    const Trouble trouble = TellType();
    if (!service_.Send(Frame::kType, Byte(trouble) + media_type_).ok()) return kProtocol;
    const absl::StatusOr<Message> next = service_.Receive();
    if (!next.ok() || (next->kind != Frame::kClean && next->kind != Frame::kQuit)) return kProtocol;
    if (next->kind == Frame::kQuit) return 0;
    const Trouble none = HandOver();
    return none == Trouble::kNone || service_.Send(Frame::kNone, Byte(none)).ok() ? 0 : kProtocol;
  }

 private:
  bool ReadOriginal() {
    for (;;) {
      const absl::StatusOr<Message> message = service_.Receive();
      if (!message.ok()) return false;
      if (message->kind == Frame::kEnd) return true;
      if (message->kind != Frame::kData) return false;
      original_.Append(message->payload);
    }
  }

  Trouble TellType() {
    const ChildResult told = RunChild(
        [this] {
          const auto media_type = parsers_.make_media_type();
          const uint64_t seconds = std::min(kTypeSeconds, options_.sandbox.cpu_seconds);
          if (!EnterComputeOnly(kTypeMemory, seconds)) return kNotShutIn;
          const std::string type = media_type(original_.beginning());
          return write(STDOUT_FILENO, type.data(), type.size()) < 0 ? 1 : 0;
        },
        kMaxTypeBytes);
    if (told.trouble != Trouble::kNone) return told.trouble;
    if (told.exit_code != 0) return Trouble::kFailed;
    media_type_ = told.output;
    return Trouble::kNone;
  }

  // kNone when the copy has been sent.
  Trouble HandOver() {
    const std::string_view suffix = CleanableSuffix(media_type_);
    if (suffix.empty()) return Trouble::kNotCleanable;
    if (!layers_.private_memory) return Trouble::kNoPrivateMemory;
    const std::string name = absl::StrCat("original", std::string(suffix));
    if (!original_.Keep(name)) return Trouble::kTooLarge;
    const ChildResult cleaned = RunChild([&] { return parsers_.clean(name); }, kMaxChatter);
    if (cleaned.trouble != Trouble::kNone) return cleaned.trouble;
    const Trouble told = TroubleOfCleaner(cleaned.exit_code);
    return told == Trouble::kNone ? SendCopy(CleanedName(suffix)) : told;
  }

  // The name is the cleaner's, who may have been taken over: a link or a pipe is no copy.
  Trouble SendCopy(const std::string& name) {
    const int fd = open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return Trouble::kFailed;
    if (static_cast<uint64_t>(info.st_size) > options_.max_derivative_bytes) {
      return Trouble::kDerivativeTooLarge;
    }
    uint64_t size = 0;
    std::string piece(FrameChannel::kMaxPayload / 4, '\0');
    for (ssize_t got; (got = read(fd, piece.data(), piece.size())) != 0;) {
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Trouble::kFailed;
      size += static_cast<uint64_t>(got);
      const std::string_view bytes(piece.data(), static_cast<size_t>(got));
      if (!service_.Send(Frame::kData, bytes).ok()) return Trouble::kFailed;
    }
    std::string end(8, '\0');
    for (int i = 0; i < 8; ++i) end[i] = static_cast<char>(size >> (56 - 8 * i));
    return service_.Send(Frame::kEnd, end).ok() ? Trouble::kNone : Trouble::kFailed;
  }

  const Options& options_;
  const Parsers& parsers_;
  const Layers layers_;
  FrameChannel service_;
  Original original_;
  std::string media_type_;
};

}  // namespace

int WorkerMain(int argc, char** argv, const Parsers& parsers) {
  const std::optional<Options> options = ParseOptions(argc, argv);
  if (!options) return kCommandLine;
  umask(077);
  if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0) return kNotShutIn;
  const std::optional<Layers> layers = EnterSandbox(options->sandbox);
  if (!layers) return kNotShutIn;
  return Worker(*options, parsers, *layers).Run();
}

}  // namespace mamori::inspector
