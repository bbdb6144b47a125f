// Where the keys that wrap data keys come from.
#ifndef MAMORI_COMMON_SEALING_KEY_ENCRYPTION_H_
#define MAMORI_COMMON_SEALING_KEY_ENCRYPTION_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::sealing {

inline constexpr size_t kKeyEncryptionIdBytes = 8;

// Key-encryption keys, several of which may be open at once: that is how they are changed while the
// service runs. Each tenant has a key of its own under each of them. Files hold what those are
// derived from; a key management service would be asked for a tenant's key once, never for one
// report. Thread safe.
class KeyEncryption {
 public:
  virtual ~KeyEncryption() = default;
  // The one that wraps. kKeyEncryptionIdBytes bytes that tell nothing of the key.
  virtual const std::string& primary() const = 0;
  // All that are open.
  virtual std::vector<std::string> ids() const = 0;
  // Writes a tenant's key of kKeyBytes. FAILED_PRECONDITION when `id` is not open.
  virtual absl::Status Load(std::string_view id, std::string_view tenant,
                            unsigned char* key) const = 0;
};

class FileKeyEncryption final : public KeyEncryption {
 public:
  // The first of `files` wraps. `service` goes into every key: one file for two services would
  // still be two keys. Errors are KeyArena::Read's; INVALID_ARGUMENT for none or one twice.
  static absl::StatusOr<std::unique_ptr<FileKeyEncryption>> Read(
      const std::string& service, const std::vector<std::string>& files, crypto::KeyArena& arena);
  // Outside any arena, for tools and tests.
  FileKeyEncryption(std::string service, std::vector<crypto::Key> keys);

  const std::string& primary() const override { return keys_.front().id; }
  std::vector<std::string> ids() const override;
  absl::Status Load(std::string_view id, std::string_view tenant,
                    unsigned char* key) const override;

 private:
  struct One {
    std::string id;
    crypto::Key key;
  };

  const std::string service_;
  std::vector<One> keys_;
};

}  // namespace mamori::sealing

#endif  // MAMORI_COMMON_SEALING_KEY_ENCRYPTION_H_
