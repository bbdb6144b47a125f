// How many claims one dispatcher holds at once, so that a receiver that hangs does not keep the
// others from being served. Pure. Not thread safe; the dispatcher guards it.
#ifndef MAMORI_SERVICES_NOTIFICATION_CLAIM_QUOTA_H_
#define MAMORI_SERVICES_NOTIFICATION_CLAIM_QUOTA_H_

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace mamori::notification {

class ClaimQuota {
 public:
  // A receiver counts for at most `per_receiver` of `most`, however many of its claims are held;
  // from `per_receiver` on no more of it are wanted.
  ClaimQuota(int most, int per_receiver) : most_(most), per_receiver_(per_receiver) {}

  void Take(const std::string& receiver) {
    if (++held_[receiver] <= per_receiver_) ++counted_;
  }
  // True when claims are wanted now that were not before.
  bool Return(const std::string& receiver) {
    const auto held = held_.find(receiver);
    const bool was_full = held->second == per_receiver_;
    const bool counted = held->second <= per_receiver_;
    if (--held->second == 0) held_.erase(held);
    if (counted) --counted_;
    return was_full || (counted && counted_ == most_);
  }
  // Room for a whole batch or none: many small claims would cost as many commits.
  bool HasRoom() const { return counted_ <= most_; }
  // Receivers of which no more are wanted.
  std::vector<std::string> Full() const {
    std::vector<std::string> full;
    for (const auto& [receiver, count] : held_) {
      if (count >= per_receiver_) full.push_back(receiver);
    }
    return full;
  }

 private:
  int most_;
  int per_receiver_;
  int counted_ = 0;
  std::map<std::string, int> held_;
};

}  // namespace mamori::notification

#endif  // MAMORI_SERVICES_NOTIFICATION_CLAIM_QUOTA_H_
