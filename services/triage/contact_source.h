// Where contacts are read: intake owns them.
#ifndef MAMORI_SERVICES_TRIAGE_CONTACT_SOURCE_H_
#define MAMORI_SERVICES_TRIAGE_CONTACT_SOURCE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "mamori/v1/contact.pb.h"

namespace mamori::triage {

class ContactSource {
 public:
  virtual ~ContactSource() = default;
  // The tenant's contacts by id; those that do not exist are left out. UNAVAILABLE and
  // DEADLINE_EXCEEDED: again later.
  virtual absl::StatusOr<std::map<id::Id, mamori::v1::Contact>> ReadContacts(
      const std::string& tenant, const std::vector<id::Id>& ids, absl::Time deadline) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CONTACT_SOURCE_H_
