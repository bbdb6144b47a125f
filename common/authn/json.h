// JSON as tokens and key sets bring it, read strictly: what two readers could understand in two
// ways is refused.
#ifndef MAMORI_COMMON_AUTHN_JSON_H_
#define MAMORI_COMMON_AUTHN_JSON_H_

#include <jansson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mamori::authn {

struct JsonRelease {
  void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, JsonRelease>;

// The object that `text` is, all of it. Null for anything else: other values, text after the end,
// the same member twice (at any depth), a NUL character, bytes that are no UTF-8.
Json ParseObject(std::string_view text);

// The text of a member; nullopt when it is missing or no text.
std::optional<std::string> TextOf(const json_t* object, const char* member);
// Whole seconds, as times are in tokens; nullopt when it is missing, no integer, or out of the
// years 1970 to 9999.
std::optional<int64_t> SecondsOf(const json_t* object, const char* member);
bool Has(const json_t* object, const char* member);

// Base64url without padding, as RFC 7515 has it. Nullopt for any other character, padding, or a
// length that cannot be.
std::optional<std::string> FromBase64Url(std::string_view text);
std::string ToBase64Url(std::string_view bytes);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_JSON_H_
