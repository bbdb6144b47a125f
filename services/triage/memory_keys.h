// Turns names and words into what may be stored of them: hashes under a key that the database never
// sees, another for each tenant. Equal in, equal out, and nothing else can be told.
#ifndef MAMORI_SERVICES_TRIAGE_MEMORY_KEYS_H_
#define MAMORI_SERVICES_TRIAGE_MEMORY_KEYS_H_

#include <string_view>
#include <utility>

#include "common/crypto/keyed_hash.h"
#include "common/crypto/short_hash.h"
#include "common/id/id.h"
#include "mamori/triage/v1/actor_service.pb.h"

namespace mamori::triage {

class MemoryKeys {
 public:
  explicit MemoryKeys(crypto::KeyedHash key) : key_(std::move(key)) {}

  // 16 bytes for a name that NormaliseName has made; empty for an empty one.
  id::Id Actor(std::string_view tenant, v1::ActorKind kind, std::string_view name) const;
  // The same for NormaliseDemand.
  id::Id Demand(std::string_view tenant, std::string_view demand) const;
  // For the grams of a tenant's texts.
  crypto::ShortHash GramHash(std::string_view tenant) const { return {key_, "gram", tenant}; }

 private:
  id::Id Tag(std::string_view what, std::string_view tenant, std::string_view kind,
             std::string_view text) const;

  const crypto::KeyedHash key_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_MEMORY_KEYS_H_
