// Flags that say something of each service: SERVICE=VALUE.
#ifndef MAMORI_SERVICES_MAMORICTL_BY_SERVICE_H_
#define MAMORI_SERVICES_MAMORICTL_BY_SERVICE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mamori/v1/proof.pb.h"

namespace mamori::ctl {

// INVALID_ARGUMENT for what is no SERVICE=VALUE.
absl::StatusOr<std::map<std::string, std::vector<std::string>>> ByService(
    const std::vector<std::string>& texts);

// The one public key of a service, 32 bytes, out of what --public-key gave for it.
absl::StatusOr<std::string> PublicKeyOf(const std::vector<std::string>& given,
                                        const std::string& service);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_BY_SERVICE_H_
