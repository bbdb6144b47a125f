// What a service and the worker that looks into one file for it say to one another, over a socket
// that both hold one end of. Neither trusts the other's bytes.
#ifndef MAMORI_COMMON_INSPECTION_FRAME_H_
#define MAMORI_COMMON_INSPECTION_FRAME_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mamori::inspection {

// The order: the worker's kHello; the service's kData … kEnd and, when that is read, the worker's
// kType; the service's kClean or kQuit; after kClean the worker's kData … kEnd or kNone. Then the
// worker ends.
enum class Frame : unsigned char {
  kHello = 'H',  // the worker is shut in: a Layers
  kData = 'D',   // some bytes of the file, or of its cleaned copy
  kEnd = 'E',    // the end of either; of the copy with its size, 8 bytes big endian
  kType = 'T',   // one Trouble, then the media type when that is kNone
  kClean = 'C',  // make a cleaned copy
  kQuit = 'Q',   // nothing else is wanted
  kNone = 'N',   // one Trouble: why there is no cleaned copy
};

// What kept the worker from an answer. Numbers are those on the socket.
enum class Trouble : unsigned char {
  kNone = 0,
  kNotCleanable = 1,         // no cleaner for this type
  kTooLarge = 2,             // above what is kept for the cleaner
  kDamaged = 3,              // the cleaner cannot read it, or it is encrypted
  kUnknownParts = 4,         // parts of it cannot be cleaned, and are not left out in silence
  kMetadataLeft = 5,         // the cleaned copy still had some
  kFailed = 6,               // the parser ended with an error
  kCrashed = 7,              // the parser was killed by a signal
  kForbidden = 8,            // the parser was killed for a call that it must not make
  kOutOfTime = 9,            // the parser used all its processor time
  kDerivativeTooLarge = 10,  // the copy is above what may be handed on
  kNoPrivateMemory = 11,     // there is no place for the file but a disk
};
inline constexpr unsigned char kLastTrouble = static_cast<unsigned char>(Trouble::kNoPrivateMemory);

// What shuts the worker in, besides the system call filter, the limits and no_new_privs, without
// which it does not begin. One byte each on the socket.
struct Layers {
  bool own_user = false;        // runs as a user who owns nothing
  bool own_network = false;     // a network namespace with nothing in it
  bool own_mounts = false;      // its files are in a file system in memory that nobody else sees
  unsigned char landlock = 0;   // version of Landlock that keeps it from other files; 0 for none
  bool private_memory = false;  // the file is nowhere on a disk
};
std::string EncodeLayers(const Layers& layers);
// DATA_LOSS unless EncodeLayers made it.
absl::StatusOr<Layers> DecodeLayers(std::string_view payload);

struct Message {
  Frame kind;
  std::string payload;
};

// One end. Not thread safe.
class FrameChannel {
 public:
  static constexpr size_t kMaxPayload = 1 << 20;
  // Until `fd` can be read or written (POLLIN, POLLOUT), or an error that Send and Receive return.
  using Wait = std::function<absl::Status(int fd, short events)>;

  // Without `wait` it blocks as `fd` does. `fd` stays the caller's.
  explicit FrameChannel(int fd, Wait wait = nullptr) : fd_(fd), wait_(std::move(wait)) {}

  // UNAVAILABLE when the other end is closed, INVALID_ARGUMENT above kMaxPayload, `wait`'s errors.
  absl::Status Send(Frame kind, std::string_view payload = {});
  // Besides, DATA_LOSS for what is no frame. After an error nothing more can be received.
  absl::StatusOr<Message> Receive();

 private:
  absl::Status WriteAll(std::string_view bytes);
  absl::Status ReadAll(char* into, size_t size);

  const int fd_;
  const Wait wait_;
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_FRAME_H_
