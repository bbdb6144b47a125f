// How many may be at something at once; the others wait.
#ifndef MAMORI_COMMON_INSPECTION_SLOTS_H_
#define MAMORI_COMMON_INSPECTION_SLOTS_H_

#include <condition_variable>
#include <mutex>

namespace mamori::inspection {

class Slots {
 public:
  explicit Slots(int free) : free_(free) {}

  // One that is held until it is destroyed.
  class Held {
   public:
    explicit Held(Slots& slots) : slots_(slots) {
      std::unique_lock lock(slots_.mu_);
      slots_.freed_.wait(lock, [&] { return slots_.free_ > 0; });
      --slots_.free_;
    }
    ~Held() {
      const std::lock_guard lock(slots_.mu_);
      ++slots_.free_;
      slots_.freed_.notify_one();
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    Slots& slots_;
  };

 private:
  std::mutex mu_;
  std::condition_variable freed_;
  int free_;
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_SLOTS_H_
