// What the sink has accepted: counters for the driver, and a line a message for afterwards.
#ifndef MAMORI_TESTS_LOAD_MAIL_LOG_H_
#define MAMORI_TESTS_LOAD_MAIL_LOG_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "common/time/clock.h"
#include "tests/load/mail_counters.h"

namespace mamori::load {

// The Message-ID (without its brackets) and the case of a message: the 26 characters behind
// `marker` in its body, which may be encoded as base64 or quoted-printable.
struct MailFacts {
  std::string message_id;
  std::string case_id;
};
MailFacts ReadMail(std::string_view message, std::string_view marker);

class MailLog {
 public:
  // Lines go to `file`: "<unix microseconds> <message id> <case id> <recipients>".
  MailLog(std::FILE* file, MailCounters& counters, std::string marker, const time::Clock& clock)
      : file_(file), counters_(counters), marker_(std::move(marker)), clock_(clock) {}

  void Accept(std::string_view message, int recipients);
  void Flush() { std::fflush(file_); }

 private:
  std::FILE* const file_;
  MailCounters& counters_;
  const std::string marker_;
  const time::Clock& clock_;
  absl::flat_hash_set<std::string> cases_;
};

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_MAIL_LOG_H_
