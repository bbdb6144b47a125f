#include "tests/load/smtp_session.h"

#include "absl/strings/match.h"

namespace mamori::load {
namespace {

constexpr size_t kMaxLine = 4096;
constexpr size_t kMaxMessage = 10 << 20;

bool Begins(std::string_view line, std::string_view verb) {
  return line.size() >= verb.size() &&
         absl::EqualsIgnoreCase({line.data(), verb.size()}, {verb.data(), verb.size()});
}

}  // namespace

std::string Unstuff(std::string_view data) {
  std::string plain;
  plain.reserve(data.size());
  bool line_begins = true;
  for (size_t i = 0; i < data.size(); ++i) {
    if (line_begins && data[i] == '.') {
      line_begins = false;
      continue;
    }
    plain.push_back(data[i]);
    line_begins = data[i] == '\n';
  }
  return plain;
}

bool SmtpSession::Receive(std::string_view bytes) {
  input_.append(bytes);
  while (true) {
    if (in_data_) {
      const size_t before = input_.size();
      Data();
      if (in_data_ || input_.size() == before) return input_.size() <= kMaxMessage;
      continue;
    }
    const size_t end = input_.find('\n');
    if (end == input_.npos) return input_.size() <= kMaxLine;
    size_t length = end;
    if (length > 0 && input_[length - 1] == '\r') --length;
    const std::string line = input_.substr(0, length);
    input_.erase(0, end + 1);
    if (!Command(line)) return false;
  }
}

bool SmtpSession::Command(std::string_view line) {
  if (Begins(line, "EHLO")) {
    Reset();
    greeted_ = true;
    output += "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760\r\n";
  } else if (Begins(line, "HELO")) {
    Reset();
    greeted_ = true;
    output += "250 sink\r\n";
  } else if (Begins(line, "MAIL FROM:")) {
    if (!greeted_ || sender_) {
      output += "503 5.5.1 bad sequence\r\n";
    } else {
      sender_ = true;
      output += "250 2.1.0 ok\r\n";
    }
  } else if (Begins(line, "RCPT TO:")) {
    if (!sender_) {
      output += "503 5.5.1 bad sequence\r\n";
    } else {
      ++recipients_;
      output += "250 2.1.5 ok\r\n";
    }
  } else if (Begins(line, "DATA")) {
    if (recipients_ == 0) {
      output += "503 5.5.1 bad sequence\r\n";
    } else {
      in_data_ = true;
      searched_ = 0;
      output += "354 go on\r\n";
    }
  } else if (Begins(line, "RSET")) {
    Reset();
    output += "250 2.0.0 ok\r\n";
  } else if (Begins(line, "NOOP")) {
    output += "250 2.0.0 ok\r\n";
  } else if (Begins(line, "QUIT")) {
    output += "221 2.0.0 bye\r\n";
    return false;
  } else {
    output += "500 5.5.2 unknown\r\n";
  }
  return true;
}

void SmtpSession::Data() {
  size_t length = 0;
  size_t taken = 0;
  if (input_.compare(0, 3, ".\r\n") == 0) {  // a message without content
    taken = 3;
  } else {
    const size_t end = input_.find("\r\n.\r\n", searched_);
    if (end == input_.npos) {
      searched_ = input_.size() < 4 ? 0 : input_.size() - 4;
      return;
    }
    length = end + 2;
    taken = end + 5;
  }
  log_.Accept(Unstuff(std::string_view(input_).substr(0, length)), recipients_);
  input_.erase(0, taken);
  Reset();
  output += "250 2.0.0 accepted\r\n";
}

void SmtpSession::Reset() {
  sender_ = false;
  recipients_ = 0;
  in_data_ = false;
}

}  // namespace mamori::load
