#include "common/policy/crosswalk.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace mamori::policy {
namespace {

bool Begins(const std::string& rule, const std::string& prefix) {
  return rule.compare(0, prefix.size(), prefix) == 0;
}

// How firmly `line` speaks of `act`; unspecified when it is silent.
v1::CrosswalkBasis BasisOf(const v1::CrosswalkLine& line, const FoundAct& act,
                           const std::set<v1::Channel>& channels) {
  if (line.category() != act.category) return v1::CROSSWALK_BASIS_UNSPECIFIED;
  const auto in_channels = [&](int channel) {
    return channels.count(static_cast<v1::Channel>(channel)) > 0;
  };
  if (!line.channels().empty() &&
      std::none_of(line.channels().begin(), line.channels().end(), in_channels)) {
    return v1::CROSSWALK_BASIS_UNSPECIFIED;
  }
  if (line.rule_prefixes().empty()) return line.basis();
  if (act.rules.empty()) return v1::CROSSWALK_BASIS_POSSIBLE;
  for (const std::string& prefix : line.rule_prefixes()) {
    for (const std::string& rule : act.rules) {
      if (Begins(rule, prefix)) return line.basis();
    }
  }
  return v1::CROSSWALK_BASIS_UNSPECIFIED;
}

}  // namespace

std::vector<v1::CrosswalkFinding> CrosswalkOf(const v1::Policy& policy,
                                              const std::vector<FoundAct>& acts,
                                              const std::set<v1::Channel>& channels) {
  std::vector<v1::CrosswalkFinding> findings;
  for (const v1::Scheme& scheme : policy.schemes()) {
    for (const v1::SchemeClass& one : scheme.classes()) {
      for (const FoundAct& act : acts) {
        const v1::CrosswalkLine* firmest = nullptr;
        v1::CrosswalkBasis basis = v1::CROSSWALK_BASIS_UNSPECIFIED;
        for (const v1::CrosswalkLine& line : policy.crosswalk_lines()) {
          if (line.scheme() != scheme.id() ||
              std::find(line.classes().begin(), line.classes().end(), one.id()) ==
                  line.classes().end()) {
            continue;
          }
          const v1::CrosswalkBasis says = BasisOf(line, act, channels);
          if (says == v1::CROSSWALK_BASIS_UNSPECIFIED) continue;
          // FOUND is firmer than POSSIBLE; of equals the first line speaks.
          if (firmest != nullptr && says >= basis) continue;
          firmest = &line;
          basis = says;
        }
        if (firmest == nullptr) continue;
        v1::CrosswalkFinding& finding = findings.emplace_back();
        finding.set_scheme(scheme.id());
        finding.set_class_id(one.id());
        finding.set_label_ja(one.label_ja());
        finding.set_label_en(one.label_en());
        finding.set_category(act.category);
        finding.set_policy_line(firmest->id());
        finding.set_basis(basis);
      }
    }
  }
  return findings;
}

}  // namespace mamori::policy
