#include "tests/load/mail_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace mamori::load {
namespace {

constexpr size_t kIdLength = 26;

bool Begins(std::string_view line, std::string_view name) {
  return line.size() >= name.size() &&
         absl::EqualsIgnoreCase({line.data(), name.size()}, {name.data(), name.size()});
}

std::string_view Value(std::string_view line) {
  const size_t open = line.find('<');
  const size_t shut = line.find('>');
  if (open == line.npos || shut == line.npos || shut < open) return "";
  return line.substr(open + 1, shut - open - 1);
}

}  // namespace

MailFacts ReadMail(std::string_view message, std::string_view marker) {
  MailFacts facts;
  size_t at = 0;
  bool base64 = false;
  while (at < message.size()) {
    const size_t end = message.find("\r\n", at);
    const std::string_view line = message.substr(at, end - at);
    if (line.empty() || end == message.npos) break;  // the end of the headers
    if (Begins(line, "message-id:")) {
      // A long value stands on a line of its own.
      const size_t next = message.find("\r\n", end + 2);
      facts.message_id = Value(message.substr(at, next - at));
    } else if (Begins(line, "content-transfer-encoding:")) {
      base64 = line.find("base64") != line.npos;
    }
    at = end + 2;
  }
  std::string body(message.substr(std::min(at, message.size())));
  if (std::string plain; base64 && absl::Base64Unescape(body, &plain)) body = std::move(plain);
  const size_t marked = body.find(marker);
  if (marked == body.npos) return facts;
  const std::string id = absl::StrReplaceAll(body.substr(marked + marker.size(), 2 * kIdLength),
                                             {{"=\r\n", ""}});  // quoted-printable's soft break
  facts.case_id = id.substr(0, kIdLength);
  return facts;
}

void MailLog::Accept(std::string_view message, int recipients) {
  const MailFacts facts = ReadMail(message, marker_);
  std::fprintf(file_, "%lld %s %s %d\n", static_cast<long long>(absl::ToUnixMicros(clock_.Now())),
               facts.message_id.empty() ? "-" : facts.message_id.c_str(),
               facts.case_id.empty() ? "-" : facts.case_id.c_str(), recipients);
  counters_.messages.fetch_add(1, std::memory_order_relaxed);
  if (!facts.case_id.empty() && cases_.insert(facts.case_id).second) {
    counters_.cases.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace mamori::load
