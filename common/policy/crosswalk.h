// Under which classes of others, such as the ministry's nine types, acts of a policy fall. Pure.
#ifndef MAMORI_COMMON_POLICY_CROSSWALK_H_
#define MAMORI_COMMON_POLICY_CROSSWALK_H_

#include <set>
#include <string>
#include <vector>

#include "mamori/v1/crosswalk.pb.h"
#include "mamori/v1/policy.pb.h"
#include "mamori/v1/report.pb.h"

namespace mamori::policy {

// An act and how it was found.
struct FoundAct {
  std::string category;
  // Ids of the rules that matched. Empty when a person named the act: then lines that ask for rules
  // only say what is possible.
  std::vector<std::string> rules;
};

// What every line of the policy's crosswalk says of `acts`, in the order scheme, class, act, line
// as the policy has them. A class stands once per act, with its firmest line. `channels` are those
// of the occurrences; a line that asks for channels is silent without one of them.
std::vector<v1::CrosswalkFinding> CrosswalkOf(const v1::Policy& policy,
                                              const std::vector<FoundAct>& acts,
                                              const std::set<v1::Channel>& channels);

}  // namespace mamori::policy

#endif  // MAMORI_COMMON_POLICY_CROSSWALK_H_
