// Watches over a stream from beside its handler's thread, which may be waiting for the other side.
#ifndef MAMORI_COMMON_SERVER_STREAM_WATCH_H_
#define MAMORI_COMMON_SERVER_STREAM_WATCH_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace mamori::server {

class StreamWatch {
 public:
  // `holds` says, about once a second and from the watch's own thread, whether the stream may go
  // on. When it may not, or the other side was waited for too long, `lost` has the reason and
  // `cancel` ends a wait that is under way: not one that has only just begun, which most likely is
  // over at once, so that the other side sees the reason.
  StreamWatch(const time::Clock& clock, std::function<absl::Status()> holds,
              std::function<void()> cancel);
  // Stops.
  ~StreamWatch();

  // Waits for the other side by `wait`, which returns whether something came, or was taken; no
  // longer than `longest`. False as well when the stream may not go on.
  bool Await(absl::Duration longest, const std::function<bool()>& wait);
  // Nothing is called any more afterwards.
  void Stop();
  absl::Status lost() const;

 private:
  void Watch();

  const time::Clock& clock_;
  const std::function<absl::Status()> holds_;
  const std::function<void()> cancel_;

  mutable std::mutex mu_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::optional<absl::Duration> waits_since_;
  absl::Duration longest_;
  absl::Status lost_;
  std::thread thread_;
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_STREAM_WATCH_H_
