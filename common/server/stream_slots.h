// Who has a stream, where only so many go on at once because each holds a handler's thread: nobody
// has all of them, and nobody has one for ever while others wait.
#ifndef MAMORI_COMMON_SERVER_STREAM_SLOTS_H_
#define MAMORI_COMMON_SERVER_STREAM_SLOTS_H_

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"

namespace mamori::server {

// Thread safe.
class StreamSlots {
  struct Entry;
  using Entries = std::list<Entry>;

 public:
  struct Options {
    int most = 1;
    int most_per_holder = 1;
    // Nobody gives way to others before it has had so long.
    absl::Duration least_stay = absl::Seconds(10);
    // Those that had to give way hold their threads a moment longer: not more of them than this.
    int most_leaving = 2;
  };

  StreamSlots(const time::Clock& clock, Options options) : clock_(clock), options_(options) {}

  // A stream's place, until it is left or destroyed. The slots outlive it.
  class Place {
   public:
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { Leave(); }
    // RESOURCE_EXHAUSTED once it had to give way: the stream then ends.
    absl::Status Holds() const;
    // Nothing is called any more afterwards. May be called more than once.
    void Leave();

   private:
    friend class StreamSlots;
    Place(StreamSlots& slots, Entries::iterator entry) : slots_(slots), entry_(entry) {}

    StreamSlots& slots_;
    Entries::iterator entry_;
    bool left_ = false;  // guarded by the slots' mutex
    bool gave_way_ = false;
  };

  // A place for a stream of `holder` about `resource`, which may be empty: then it is like no other
  // one. An earlier stream of the same two gives way at once, as one whose connection broke
  // unnoticed; otherwise, where there is no room, the oldest does that has had its time: of the
  // holder's own when it has as many as one may have, else of all. RESOURCE_EXHAUSTED when there is
  // none such. `give_way` (may be null) is called when the place is taken, from another thread; it
  // must not call the slots.
  absl::StatusOr<std::shared_ptr<Place>> Enter(std::string holder, std::string resource,
                                               std::function<void()> give_way = nullptr);

 private:
  struct Entry {
    std::string holder;
    std::string resource;
    absl::Duration since;
    std::function<void()> give_way;
    bool leaving = false;

    bool IsSame(const std::string& other_holder, const std::string& other_resource) const {
      return !resource.empty() && holder == other_holder && resource == other_resource;
    }
  };
  // Who gives way to the new one; end() for nobody, when there is room.
  Entries::iterator FindOutgoing(const std::string& holder, const std::string& resource);

  const time::Clock& clock_;
  const Options options_;
  mutable std::mutex mu_;
  Entries entries_;  // in the order in which they came
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_STREAM_SLOTS_H_
