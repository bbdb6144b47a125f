// What both persons approve of an act, as one hash.
#ifndef MAMORI_SERVICES_TRIAGE_ACT_RECORD_H_
#define MAMORI_SERVICES_TRIAGE_ACT_RECORD_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/id/id.h"
#include "mamori/triage/v1/two_person_service.pb.h"
#include "services/triage/access_seal.h"

namespace mamori::triage {

// 32 bytes over the tenant and all of `act` that is neither its state nor who approved it, its salt
// included: nobody who has no salt tries reasons against it. Times count to the microsecond.
std::string HashOfAct(std::string_view tenant, const v1::TwoPersonAct& act);

// As clients see it.
v1::TwoPersonAct ToProto(const v1::TwoPersonAct& stored);

// What is about to be done, by what the doer knows of it: the hash both must have approved is that
// of `act` with these in their place.
struct ActUse {
  std::string tenant;
  id::Id act_id;
  v1::ActKind kind = v1::ACT_KIND_UNSPECIFIED;
  std::string resource;                                     // its name
  int64_t resource_version = 0;                             // as this transaction has locked it
  std::vector<std::pair<std::string, std::string>> fields;  // alphabetical
};
std::string HashOfUse(const ActUse& use, const v1::TwoPersonAct& act);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACT_RECORD_H_
