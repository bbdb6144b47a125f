#include "services/notification/circuit.h"

namespace mamori::notification {

absl::Duration CircuitBook::Ask(const std::string& endpoint, absl::Time now) {
  const auto found = circuits_.find(endpoint);
  if (found == circuits_.end() || !IsOpen(found->second)) return absl::ZeroDuration();
  if (now < found->second.shut_until) return found->second.shut_until - now;
  found->second.shut_until = now + options_.wait;
  return absl::ZeroDuration();
}

bool CircuitBook::WouldAllow(const std::string& endpoint, absl::Time now) const {
  const auto found = circuits_.find(endpoint);
  return found == circuits_.end() || !IsOpen(found->second) || now >= found->second.shut_until;
}

bool CircuitBook::IsOpen(const std::string& endpoint) const {
  const auto found = circuits_.find(endpoint);
  return found != circuits_.end() && IsOpen(found->second);
}

void CircuitBook::Failed(const std::string& endpoint, absl::Time now) {
  Circuit& circuit = circuits_[endpoint];
  ++circuit.failures;
  if (IsOpen(circuit)) circuit.shut_until = now + options_.wait;
}

int CircuitBook::open(absl::Time now) const {
  int open = 0;
  for (const auto& [endpoint, circuit] : circuits_) {
    if (IsOpen(circuit) && now < circuit.shut_until) ++open;
  }
  return open;
}

}  // namespace mamori::notification
