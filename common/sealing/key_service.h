// A key management service: it wraps keys, and never gives away what it wraps them with.
#ifndef MAMORI_COMMON_SEALING_KEY_SERVICE_H_
#define MAMORI_COMMON_SEALING_KEY_SERVICE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::sealing {

// Asked once for a tenant's epoch and process, never for one report. Errors besides what is named
// are the service's own: UNAVAILABLE when it is away. Thread safe.
class KeyService {
 public:
  virtual ~KeyService() = default;
  // Of its keys that are open, the one that wraps first: kKeyEncryptionIdBytes bytes that tell
  // nothing of the key.
  virtual std::vector<std::string> ids() const = 0;
  // A tenant's key of kKeyBytes, with the first of them.
  virtual absl::StatusOr<std::string> Wrap(std::string_view tenant,
                                           const unsigned char* key) const = 0;
  // Writes kKeyBytes. FAILED_PRECONDITION when `id` is not open, DATA_LOSS when it is not what was
  // wrapped for the tenant.
  virtual absl::Status Unwrap(std::string_view id, std::string_view tenant,
                              std::string_view wrapped, unsigned char* key) const = 0;
};

// Its keys are files.
class FileKeyService final : public KeyService {
 public:
  // As FileKeyEncryption's.
  FileKeyService(std::string service, std::vector<crypto::Key> keys);

  std::vector<std::string> ids() const override;
  absl::StatusOr<std::string> Wrap(std::string_view tenant,
                                   const unsigned char* key) const override;
  absl::Status Unwrap(std::string_view id, std::string_view tenant, std::string_view wrapped,
                      unsigned char* key) const override;

 private:
  std::string Place(std::string_view tenant) const;

  const std::string service_;
  std::vector<std::pair<std::string, crypto::Key>> keys_;  // by id
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_SERVICE_H_
