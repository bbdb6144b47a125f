#include "services/notification/message.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/id/id.h"

namespace mamori::notification {
namespace {

struct Words {
  const char* type;
  const char* ja;
  const char* en;
};
constexpr Words kEvents[] = {
    {"case.opened", "新しい案件", "New case"},
    {"case.report_joined", "報告の追加", "Report added to a case"},
    {"case.state_changed", "状態の変更", "Case state changed"},
    {"case.assigned", "担当者の指定", "Case assigned"},
    {"case.merged", "案件の統合", "Case merged"},
    {"case.severity_changed", "重大度の変更", "Case severity changed"},
    {"deadline.near", "期限が近づいています", "A deadline comes near"},
    {"deadline.missed", "期限を過ぎています", "A deadline was missed"},
    {"measure.approved", "措置の承認", "Measure approved"},
    {"measure.carried_out", "措置の実施", "Measure carried out"},
    {"case.emergency_act", "緊急の二者承認の申請", "Emergency act of two persons requested"},
    {"case.message_received", "報告者からのメッセージ", "Message from a reporter"},
    {"case.report_withdrawn", "報告の取り下げ", "Report withdrawn"},
    {"case.evidence_added", "証拠ファイルの追加", "File added to a report"},
    {"case.evidence_inspected", "証拠ファイルの検査完了", "File inspected"},
    {"case.consent_decided", "相談者の同意についての連絡", "A decision about consent"},
};
constexpr Words kOther = {"", "案件のお知らせ", "Case notice"};

const Words& WordsOf(std::string_view event_type) {
  for (const Words& words : kEvents) {
    if (event_type == words.type) return words;
  }
  return kOther;
}

struct UrgencyWords {
  const char* id;
  const char* ja;
  const char* en;
};
UrgencyWords WordsOf(mamori::v1::Urgency urgency) {
  switch (urgency) {
    case mamori::v1::URGENCY_PAGE:
      return {"page", "至急", "AT ONCE"};
    case mamori::v1::URGENCY_HIGH:
      return {"high", "本日中", "TODAY"};
    default:
      return {"normal", "通常", "NORMAL"};
  }
}

// Encoded words (RFC 2047), split between characters, in lines of at most 76 characters: n bytes
// give 4/3 n of base64 and 12 around it. The first line holds the field's name as well.
std::string EncodeHeader(std::string_view text) {
  constexpr size_t kFirst = 36;
  constexpr size_t kMost = 45;
  std::string encoded;
  while (!text.empty()) {
    size_t size = std::min(encoded.empty() ? kFirst : kMost, text.size());
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    absl::StrAppend(&encoded, encoded.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    absl::Base64Escape(absl::string_view(text.data(), size)), "?=");
    text.remove_prefix(size);
  }
  return encoded;
}

std::string EncodeBody(const std::string& text) {
  constexpr size_t kLine = 76;
  const std::string base64 = absl::Base64Escape(text);
  std::string lines;
  for (size_t i = 0; i < base64.size(); i += kLine) {
    lines.append(base64, i, kLine).append("\r\n");
  }
  return lines;
}

std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<int>(c));
    } else {
      quoted += c;
    }
  }
  return quoted += '"';
}

}  // namespace

std::string LinkTo(std::string_view link_template, std::string_view case_id) {
  static constexpr std::string_view kPlace = "{case}";
  std::string link(link_template);
  const std::string text = id::ToText(case_id);
  for (size_t at = link.find(kPlace); at != std::string::npos; at = link.find(kPlace, at)) {
    link.replace(at, kPlace.size(), text);
    at += text.size();
  }
  return link;
}

std::string MailSubject(const Notice& notice) {
  const UrgencyWords urgency = WordsOf(notice.urgency);
  const Words& event = WordsOf(notice.event_type);
  std::string subject = absl::StrCat("[Mamori][", urgency.ja, " / ", urgency.en, "] ", event.ja,
                                     " / ", event.en, ": ", id::ToText(notice.case_id));
  if (notice.escalation_step > 0) {
    absl::StrAppend(&subject, " (未確認 ", notice.escalation_step, " / unacknowledged)");
  }
  return subject;
}

std::string MailBody(const Notice& notice, std::string_view link) {
  const UrgencyWords urgency = WordsOf(notice.urgency);
  const Words& event = WordsOf(notice.event_type);
  const std::string name = id::Name("cases", notice.case_id);
  const absl::string_view url(link.data(), link.size());
  std::string body = absl::StrCat(event.ja, "\r\n案件: ", name, "\r\n緊急度: ", urgency.ja, "\r\n");
  if (notice.escalation_step > 0) {
    absl::StrAppend(&body, "前の宛先から確認がなかったため、お送りしています。\r\n");
  }
  absl::StrAppend(&body, "内容は次の画面でご確認ください: ", url, "\r\n\r\n", event.en,
                  "\r\nCase: ", name, "\r\nUrgency: ", urgency.en, "\r\n");
  if (notice.escalation_step > 0) {
    absl::StrAppend(&body, "You receive this because nobody acknowledged it in time.\r\n");
  }
  absl::StrAppend(&body, "Read it here: ", url, "\r\n");
  return body;
}

std::string MailMessage(const Notice& notice, std::string_view link, std::string_view from,
                        std::string_view to, std::string_view host) {
  const absl::string_view sender(from.data(), from.size());
  return absl::StrCat(
      "Date: ",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", notice.create_time, absl::UTCTimeZone()),
      "\r\nFrom: <", sender, ">\r\nTo: <", absl::string_view(to.data(), to.size()),
      ">\r\nMessage-ID: <", id::ToText(notice.delivery_id), "@",
      absl::string_view(host.data(), host.size()),
      ">\r\nSubject: ", EncodeHeader(MailSubject(notice)),
      "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0"
      "\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      EncodeBody(MailBody(notice, link)));
}

std::string CloudEvent(const Notice& notice, std::string_view link) {
  return absl::StrCat(
      "{\"specversion\":\"1.0\",\"id\":", Quote(id::ToText(notice.delivery_id)),
      ",\"source\":", Quote(absl::StrCat("/mamori/tenants/", notice.tenant)),
      ",\"type\":", Quote(absl::StrCat("mamori.", notice.event_type)),
      ",\"subject\":", Quote(id::Name("cases", notice.case_id)), ",\"time\":",
      Quote(absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", notice.create_time, absl::UTCTimeZone())),
      ",\"datacontenttype\":\"application/json\",\"data\":{\"case\":",
      Quote(id::Name("cases", notice.case_id)), ",\"urgency\":", Quote(WordsOf(notice.urgency).id),
      ",\"escalation_step\":", notice.escalation_step, ",\"link\":", Quote(link), "}}");
}

}  // namespace mamori::notification
