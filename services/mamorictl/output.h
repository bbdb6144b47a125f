// What a person or a script gets to see.
#ifndef MAMORI_SERVICES_MAMORICTL_OUTPUT_H_
#define MAMORI_SERVICES_MAMORICTL_OUTPUT_H_

#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace mamori::ctl {

// Columns on a terminal; Japanese characters take two.
int DisplayWidth(std::string_view utf8);
// The text on one line, cut to `width` columns with "…" when it is longer.
std::string Shorten(std::string_view utf8, int width);

class Table {
 public:
  explicit Table(std::vector<std::string> headers) : headers_(std::move(headers)) {}
  // As many cells as headers. Line breaks become spaces; an empty cell becomes "-".
  void AddRow(std::vector<std::string> cells);
  // Aligned, each line ended; the headers alone when there are no rows.
  std::string Text() const;

 private:
  std::vector<std::string> headers_;
  std::vector<std::vector<std::string>> rows_;
};

absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
// "2026-11-23 21:50:07Z"; empty when unset.
std::string TimeText(bool is_set, const google::protobuf::Timestamp& timestamp);
// "0.412 s", "3 min 5 s".
std::string DurationText(absl::Duration duration);

// proto3 JSON with a final line break: indented, or one line for streams.
std::string Json(const google::protobuf::Message& message, bool one_line = false);

// "CUSTOMER_HARASSMENT" for REPORT_KIND_CUSTOMER_HARASSMENT.
std::string ShortEnumName(const google::protobuf::EnumDescriptor* type, int value);
// The number for "CUSTOMER_HARASSMENT", "customer-harassment" or the full name; -1 for anything
// else.
int ParseShortEnumName(const google::protobuf::EnumDescriptor* type, std::string_view text);
// All of them but the unspecified, for help texts.
std::string EnumChoices(const google::protobuf::EnumDescriptor* type);

template <typename E>
std::string EnumText(E value) {
  return ShortEnumName(google::protobuf::GetEnumDescriptor<E>(), value);
}

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_OUTPUT_H_
