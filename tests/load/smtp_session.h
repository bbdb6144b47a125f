// One SMTP conversation (RFC 5321 with PIPELINING and 8BITMIME), without any I/O of its own.
#ifndef MAMORI_TESTS_LOAD_SMTP_SESSION_H_
#define MAMORI_TESTS_LOAD_SMTP_SESSION_H_

#include <string>
#include <string_view>

#include "tests/load/mail_log.h"

namespace mamori::load {

class SmtpSession {
 public:
  explicit SmtpSession(MailLog& log) : log_(log) { output = "220 sink ESMTP\r\n"; }

  // Takes what was received; the replies are appended to `output`. False when the conversation is
  // over.
  bool Receive(std::string_view bytes);

  std::string output;

 private:
  bool Command(std::string_view line);
  void Data();
  void Reset();

  MailLog& log_;
  std::string input_;
  bool greeted_ = false;
  bool sender_ = false;
  int recipients_ = 0;
  bool in_data_ = false;
  size_t searched_ = 0;  // how far of input_ the end of the data was looked for
};

// Takes the doubled dots at the beginning of lines away (RFC 5321 4.5.2).
std::string Unstuff(std::string_view data);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_SMTP_SESSION_H_
