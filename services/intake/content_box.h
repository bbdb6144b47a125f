// Seals what reporters entrust to intake alone: who they are. What this gives is sealed once more,
// with the report's data key, so that it is erased with the report.
#ifndef MAMORI_SERVICES_INTAKE_CONTENT_BOX_H_
#define MAMORI_SERVICES_INTAKE_CONTENT_BOX_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/key_arena.h"

namespace mamori::intake {

// Thread safe.
class ContentBox {
 public:
  explicit ContentBox(crypto::Key key) : key_(std::move(key)) {}

  // `where` says to what the content belongs: at another place it does not open.
  std::string Seal(std::initializer_list<std::string_view> where, std::string_view plain) const;
  // DATA_LOSS.
  absl::StatusOr<std::string> Open(std::initializer_list<std::string_view> where,
                                   std::string_view sealed) const;

 private:
  const crypto::Key key_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_CONTENT_BOX_H_
