// States to whoever asks that an entry stands in the audit.
#ifndef MAMORI_COMMON_AUDIT_NOTARY_H_
#define MAMORI_COMMON_AUDIT_NOTARY_H_

#include <string>
#include <vector>

#include "common/audit/journal.h"
#include "common/crypto/signing_key.h"
#include "mamori/v1/proof.pb.h"

namespace mamori::audit {

// Thread safe.
class Notary {
 public:
  Notary(std::string service, const crypto::SigningKey& key)
      : service_(std::move(service)), key_(key) {}

  // One of each entry of a group that was committed, with one signature for all.
  std::vector<v1::EntryStatement> State(const Group& group) const;

 private:
  const std::string service_;
  const crypto::SigningKey& key_;
};

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_NOTARY_H_
