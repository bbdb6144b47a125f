// What a chain commits to, while it is looked for. Pure.
#ifndef MAMORI_COMMON_BUNDLE_COMMITMENTS_H_
#define MAMORI_COMMON_BUNDLE_COMMITMENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mamori/v1/bundle.pb.h"

namespace mamori::bundle {

class Commitments {
 public:
  // `chain` has audit entries.
  explicit Commitments(const v1::AuditChain& chain);

  // Which entry has it, once: then it is accounted for. Empty for none.
  std::optional<int64_t> Take(const std::string& commitment);
  // One that is there and is kept out, for this reason.
  void Withhold(const std::string& commitment, v1::WithheldReason reason);
  // What is not accounted for: disposed of where the chain says so, and else what `reason` says of
  // the entry's action.
  using ReasonOf = std::function<v1::WithheldReason(const std::string& action)>;
  std::vector<v1::WithheldContent> Rest(const ReasonOf& reason) const;

 private:
  struct Place {
    int64_t sequence = 0;
    std::string action;
    v1::WithheldReason withheld = v1::WITHHELD_REASON_UNSPECIFIED;  // until somebody says
  };

  const std::string service_;
  const std::string resource_;
  std::multimap<std::string, Place> open_;
  int64_t disposal_ = 0;
};

}  // namespace mamori::bundle

#endif  // MAMORI_COMMON_BUNDLE_COMMITMENTS_H_
