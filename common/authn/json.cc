#include "common/authn/json.h"

#include <algorithm>

#include "absl/strings/escaping.h"

namespace mamori::authn {
namespace {

constexpr int64_t kLastSecond = 253'402'300'799;  // of the year 9999

bool IsBase64Url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

Json ParseObject(std::string_view text) {
  Json json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
  return json_is_object(json.get()) ? std::move(json) : nullptr;
}

std::optional<std::string> TextOf(const json_t* object, const char* member) {
  const json_t* value = json_object_get(object, member);
  if (!json_is_string(value)) return std::nullopt;
  return std::string(json_string_value(value), json_string_length(value));
}

std::optional<int64_t> SecondsOf(const json_t* object, const char* member) {
  const json_t* value = json_object_get(object, member);
  if (!json_is_integer(value)) return std::nullopt;
  const json_int_t seconds = json_integer_value(value);
  if (seconds < 0 || seconds > kLastSecond) return std::nullopt;
  return seconds;
}

bool Has(const json_t* object, const char* member) {
  return json_object_get(object, member) != nullptr;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  if (!std::all_of(text.begin(), text.end(), IsBase64Url) || text.size() % 4 == 1 ||
      !absl::WebSafeBase64Unescape({text.data(), text.size()}, &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

std::string ToBase64Url(std::string_view bytes) {
  std::string text;
  absl::WebSafeBase64Escape({bytes.data(), bytes.size()}, &text);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

}  // namespace mamori::authn
