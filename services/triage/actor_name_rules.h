// What remains of a name when everything is gone that different people write differently. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_ACTOR_NAME_RULES_H_
#define MAMORI_SERVICES_TRIAGE_ACTOR_NAME_RULES_H_

#include <string>
#include <string_view>

#include "mamori/triage/v1/actor_service.pb.h"

namespace mamori::triage {

// The same for each way to write one name: width, letter case, kana of either kind and size, long
// vowel marks, old forms of kanji, spaces and punctuation; for an organisation its legal form, for
// a person honorifics, titles and the order of Latin names, for an online handle the "@" and the
// address before it. Empty for what names nobody, such as "unknown", "a customer" or "A": those
// would be everybody's.
std::string NormaliseName(v1::ActorKind kind, std::string_view name);

// What was demanded, without what does not change it: as above, and without the politeness at its
// end. Empty for a demand of less than four characters.
std::string NormaliseDemand(std::string_view demand);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACTOR_NAME_RULES_H_
