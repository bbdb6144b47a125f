#include "services/mamorictl/output.h"

#include <google/protobuf/util/json_util.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace mamori::ctl {
namespace {

int WidthOf(UChar32 c) {
  if (c < 0) return 1;  // malformed: a terminal shows one replacement character
  const int type = u_charType(c);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) return 0;
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

// Bytes of the longest beginning of `text` that fits into `width` columns, and its columns.
std::pair<size_t, int> Fit(std::string_view text, int width) {
  int used = 0;
  int32_t i = 0;
  const int32_t length = static_cast<int32_t>(text.size());
  while (i < length) {
    int32_t next = i;
    UChar32 c;
    U8_NEXT(text.data(), next, length, c);
    if (used + WidthOf(c) > width) break;
    used += WidthOf(c);
    i = next;
  }
  return {static_cast<size_t>(i), used};
}

// Control characters could rewrite what the terminal shows.
std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

// "ReportKind" -> "REPORT_KIND_".
std::string PrefixOf(const google::protobuf::EnumDescriptor* type) {
  std::string prefix;
  for (const char c : type->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return prefix + "_";
}

}  // namespace

int DisplayWidth(std::string_view utf8) { return Fit(utf8, 1 << 30).second; }

std::string Shorten(std::string_view utf8, int width) {
  const std::string line = OneLine(utf8);
  if (DisplayWidth(line) <= width) return line;
  return line.substr(0, Fit(line, width - 1).first) + "…";
}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(headers_.size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : OneLine(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::Text() const {
  std::vector<int> widths(headers_.size());
  const auto measure = [&widths](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  };
  measure(headers_);
  for (const auto& row : rows_) measure(row);
  std::string text;
  const auto write = [&](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    text += '\n';
  };
  write(headers_);
  for (const auto& row : rows_) write(row);
  return text;
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string TimeText(bool is_set, const google::protobuf::Timestamp& timestamp) {
  if (!is_set) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ",
                          absl::FromUnixSeconds(absl::ToUnixSeconds(ToTime(timestamp))),
                          absl::UTCTimeZone());
}

std::string DurationText(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 100) return absl::StrFormat("%.3f s", seconds);
  const int64_t whole = static_cast<int64_t>(seconds);
  if (whole < 3600) return absl::StrCat(whole / 60, " min ", whole % 60, " s");
  return absl::StrCat(whole / 3600, " h ", whole / 60 % 60, " min");
}

std::string Json(const google::protobuf::Message& message, bool one_line) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !one_line;
  std::string json;
  // Our messages hold nothing that has no JSON; an Any of a foreign type is the exception.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) json = "{}";
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

std::string ShortEnumName(const google::protobuf::EnumDescriptor* type, int value) {
  const auto* found = type->FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(value);
  const std::string prefix = PrefixOf(type);
  const std::string& name = found->name();
  if (name == prefix + "UNSPECIFIED") return "";
  return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

int ParseShortEnumName(const google::protobuf::EnumDescriptor* type, std::string_view text) {
  std::string name(text);
  absl::AsciiStrToUpper(&name);
  name = absl::StrReplaceAll(name, {{"-", "_"}});
  const auto* found = type->FindValueByName(name);
  if (found == nullptr) found = type->FindValueByName(PrefixOf(type) + name);
  return found == nullptr || found->number() == 0 ? -1 : found->number();
}

std::string EnumChoices(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> names;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0)
      names.push_back(ShortEnumName(type, type->value(i)->number()));
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace mamori::ctl
