#include "services/notification/readers.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace mamori::notification {
namespace {

bool SameAddress(std::string_view one, std::string_view other) {
  return absl::EqualsIgnoreCase(absl::string_view(one.data(), one.size()),
                                absl::string_view(other.data(), other.size()));
}

template <typename List>
bool Names(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::vector<mamori::v1::RosterEntry> ReadersOf(const mamori::v1::AccessPolicy& policy,
                                               std::string_view address) {
  std::vector<mamori::v1::RosterEntry> readers;
  for (const mamori::v1::RosterEntry& entry : policy.roster()) {
    const bool own = std::any_of(entry.mail().begin(), entry.mail().end(),
                                 [&](const auto& mail) { return SameAddress(mail, address); });
    const bool shared =
        std::any_of(policy.mailboxes().begin(), policy.mailboxes().end(), [&](const auto& mailbox) {
          return SameAddress(mailbox.mail(), address) && Names(mailbox.readers(), entry.person());
        });
    if (own || shared) readers.push_back(entry);
  }
  return readers;
}

}  // namespace mamori::notification
