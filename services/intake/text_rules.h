// What a text in a request may look like. Pure.
#ifndef MAMORI_SERVICES_INTAKE_TEXT_RULES_H_
#define MAMORI_SERVICES_INTAKE_TEXT_RULES_H_

#include <cstddef>
#include <string_view>

namespace mamori::intake {

// What one pass over a text finds.
struct TextFacts {
  bool valid_utf8 = true;  // false: the counts below are of the valid beginning
  size_t characters = 0;   // Unicode code points
  size_t controls = 0;     // control characters other than tab, line feed and carriage return
};
TextFacts ReadText(std::string_view text);

// "ja", "en-GB", "zh-Hant-TW": the shape of BCP 47, not its registry.
bool IsLanguageTag(std::string_view text);

// An absolute http or https URL with a host. Characters beyond ASCII are let through: people paste
// what their browser shows them.
bool IsWebUrl(std::string_view text);

// One or more of [a-z0-9-].
bool IsSlug(std::string_view text);

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEXT_RULES_H_
