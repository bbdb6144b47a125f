// What a notice says: that there is something to do, how urgently, and where to read it. Never what
// it is about: no narrative, no names, no categories. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_MESSAGE_H_
#define MAMORI_SERVICES_NOTIFICATION_MESSAGE_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "mamori/v1/notification.pb.h"

namespace mamori::notification {

struct Notice {
  std::string delivery_id;  // 16 bytes
  std::string tenant;
  std::string case_id;     // 16 bytes
  std::string event_type;  // "case.opened"
  mamori::v1::Urgency urgency = mamori::v1::URGENCY_NORMAL;
  int escalation_step = 0;
  absl::Time create_time;  // of the delivery: every attempt carries the same bytes
};

// `link_template` with "{case}" replaced by the case's id as text.
std::string LinkTo(std::string_view link_template, std::string_view case_id);

// One line, Japanese and English: policy knows addresses, not the languages of those who read
// there.
std::string MailSubject(const Notice& notice);
// Plain text, Japanese first, then English.
std::string MailBody(const Notice& notice, std::string_view link);

// A complete RFC 5322 message with CRLF line ends: encoded subject (RFC 2047), base64 body, and a
// Message-ID that is the delivery's id at `host`.
std::string MailMessage(const Notice& notice, std::string_view link, std::string_view from,
                        std::string_view to, std::string_view host);

// A CloudEvents 1.0 structured JSON event; its id is the delivery's id, as the webhook-id is.
std::string CloudEvent(const Notice& notice, std::string_view link);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_MESSAGE_H_
