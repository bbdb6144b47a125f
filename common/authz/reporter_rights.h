// What a reporter's own say rests on: who may report for somebody else, and with whom a report is
// shared. Pure; asked besides the case's own access (access_rules.h), which it only ever narrows.
#ifndef MAMORI_COMMON_AUTHZ_REPORTER_RIGHTS_H_
#define MAMORI_COMMON_AUTHZ_REPORTER_RIGHTS_H_

#include <algorithm>
#include <array>
#include <string_view>

namespace mamori::authz {

// A role of tokens that lets nobody see a case, and that no policy can make a member of one.
inline constexpr std::string_view kManagerRole = "manager";

// Who may report for somebody else, whose dialogue is then open to them too: managers and the desk.
// `roles` are names, as tokens carry them.
template <typename Names>
bool MayReportForAnother(const Names& roles) {
  constexpr std::array<std::string_view, 5> kReporting = {kManagerRole, "desk", "consultation",
                                                          "first_reader", "executive"};
  return std::any_of(std::begin(roles), std::end(roles), [&](const auto& role) {
    return std::find(kReporting.begin(), kReporting.end(), std::string_view(role)) !=
           kReporting.end();
  });
}

// With whom a reporter shares a report and its dialogue.
enum class SharingScope {
  kEveryone,  // on the case; so it is until the reporter decides
  kPeople,    // those of them whom the reporter names
  kNobody,
};

// Whether the report is shared with a person who may see its case. `named`: the reporter names the
// person.
bool IsShared(SharingScope scope, bool named);

}  // namespace mamori::authz

#endif  // MAMORI_COMMON_AUTHZ_REPORTER_RIGHTS_H_
