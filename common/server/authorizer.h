// Who may call what: a reviewed table, deny by default.
#ifndef MAMORI_COMMON_SERVER_AUTHORIZER_H_
#define MAMORI_COMMON_SERVER_AUTHORIZER_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::server {

class Authorizer {
 public:
  // INVALID_ARGUMENT, with the path of the field, for a row or caller that is doubled or empty, for
  // a caller of which it is not said whether it needs a person or has a purpose, for an application
  // without tenants, and for a row that names a method of one of our services which is none of
  // `known_methods`. One table serves all binaries: rows of services that `known_methods` does not
  // touch are let be.
  static absl::StatusOr<Authorizer> Create(const config::v1::Authorization& table,
                                           const std::vector<std::string>& known_methods);

  struct Grant {
    // An application's: whether a person calls through it, and for which tenants.
    config::v1::PersonRule person = config::v1::PERSON_RULE_UNSPECIFIED;
    std::set<std::string, std::less<>> tenants;
    // A service's: what it does for itself, and whether it may do it for a person.
    std::string purpose;
    bool on_behalf = false;

    bool is_service() const { return person == config::v1::PERSON_RULE_UNSPECIFIED; }
  };
  // PERMISSION_DENIED (reason CALLER_NOT_ALLOWED) without a row; UNAUTHENTICATED for an empty
  // caller.
  absl::StatusOr<const Grant*> Check(std::string_view method, std::string_view caller) const;

 private:
  std::map<std::string, std::map<std::string, Grant, std::less<>>, std::less<>> rows_;
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_AUTHORIZER_H_
