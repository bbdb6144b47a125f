// Asks a clamd over its Unix socket whether a file is malware, and believes "clean" only of one
// that says when it did not read to the end.
#ifndef MAMORI_COMMON_INSPECTION_CLAMD_H_
#define MAMORI_COMMON_INSPECTION_CLAMD_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/inspection/deadline.h"
#include "common/inspection/scan_answer.h"
#include "common/time/clock.h"

namespace mamori::inspection {

struct ClamdOptions {
  std::string socket;
  absl::Duration max_signature_age = absl::Hours(24 * 7);
  // From the last byte to the answer, and for any one byte.
  absl::Duration time_limit = absl::Minutes(2);
};

// Thread safe.
class Clamd {
 public:
  Clamd(ClamdOptions options, const time::Clock& clock, const Interrupt& interrupt)
      : options_(std::move(options)), clock_(clock), interrupt_(interrupt) {}

  // One file on its way. Used by one thread.
  class Scan {
   public:
    ~Scan();
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;
    // In order. What goes wrong is told by Finish.
    void Send(std::string_view bytes);
    Verdict Finish();

   private:
    friend class Clamd;
    Scan(Clamd& clamd, int fd) : clamd_(clamd), fd_(fd) {}
    absl::Status Write(std::string_view bytes);

    Clamd& clamd_;
    const int fd_;
    absl::Status failed_;  // it may have said why before it closed
  };

  // UNAVAILABLE when clamd is not there.
  absl::StatusOr<std::unique_ptr<Scan>> Begin();

 private:
  absl::StatusOr<std::string> Ask(std::string_view request);
  absl::StatusOr<std::string> ScanSmall(std::string_view file);
  // OK when "clean" can be believed: the signatures are not too old, and it tells of files that it
  // cannot read to the end.
  absl::Status Trustworthy();
  absl::Status TellsWhatItLeavesOut();

  Deadline Limit() const { return {clock_, options_.time_limit, &interrupt_}; }

  const ClamdOptions options_;
  const time::Clock& clock_;
  const Interrupt& interrupt_;
  std::mutex mu_;
  absl::Duration probed_at_ = -absl::InfiniteDuration();  // monotonic; when it last told
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_CLAMD_H_
