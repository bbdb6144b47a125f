// Who reads where a notice goes, as far as the policy knows. Pure.
#ifndef MAMORI_SERVICES_NOTIFICATION_READERS_H_
#define MAMORI_SERVICES_NOTIFICATION_READERS_H_

#include <string_view>
#include <vector>

#include "mamori/v1/policy.pb.h"

namespace mamori::notification {

// The people of the roster who read mail at `address`, which is compared without regard to case;
// none when nobody knows who reads there.
std::vector<mamori::v1::RosterEntry> ReadersOf(const mamori::v1::AccessPolicy& policy,
                                               std::string_view address);

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_READERS_H_
