// What the sink tells the driver while both run: two counters in a shared, mapped file, so that
// asking costs neither of them anything.
#ifndef MAMORI_TESTS_LOAD_MAIL_COUNTERS_H_
#define MAMORI_TESTS_LOAD_MAIL_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace mamori::load {

struct MailCounters {
  std::atomic<uint64_t> messages;  // accepted with 250
  std::atomic<uint64_t> cases;     // different cases among them
};
static_assert(std::atomic<uint64_t>::is_always_lock_free);

// Maps `file`, made by the sink with the right size; nullptr when it cannot be mapped.
MailCounters* MapCounters(const char* file, bool create);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_MAIL_COUNTERS_H_
