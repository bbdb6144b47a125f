#include "common/bundle/commitments.h"

#include <algorithm>

#include "common/audit/entry.h"

namespace mamori::bundle {

Commitments::Commitments(const v1::AuditChain& chain)
    : service_(chain.service()), resource_(chain.resource()) {
  for (const std::string& encoded : chain.entries()) {
    const absl::StatusOr<audit::Entry> entry = audit::Decode(encoded);
    if (!entry.ok()) continue;
    if (audit::IsDisposal(*entry)) {
      disposal_ = entry->sequence;
    }
    if (entry->commitment.empty()) continue;
    open_.emplace(entry->commitment, Place{entry->sequence, entry->action});
  }
}

std::optional<int64_t> Commitments::Take(const std::string& commitment) {
  const auto found = open_.find(commitment);
  if (found == open_.end()) return std::nullopt;
  const int64_t sequence = found->second.sequence;
  open_.erase(found);
  return sequence;
}

void Commitments::Withhold(const std::string& commitment, v1::WithheldReason reason) {
  const auto found = open_.find(commitment);
  if (found != open_.end()) found->second.withheld = reason;
}

std::vector<v1::WithheldContent> Commitments::Rest(const ReasonOf& reason) const {
  std::vector<v1::WithheldContent> rest;
  for (const auto& [commitment, place] : open_) {
    v1::WithheldContent& one = rest.emplace_back();
    one.set_service(service_);
    one.set_resource(resource_);
    one.set_sequence(place.sequence);
    if (place.sequence < disposal_) {
      one.set_reason(v1::WITHHELD_REASON_DISPOSED);
    } else if (place.withheld != v1::WITHHELD_REASON_UNSPECIFIED) {
      one.set_reason(place.withheld);
    } else {
      one.set_reason(reason(place.action));
    }
  }
  std::sort(rest.begin(), rest.end(),
            [](const auto& a, const auto& b) { return a.sequence() < b.sequence(); });
  return rest;
}

}  // namespace mamori::bundle
