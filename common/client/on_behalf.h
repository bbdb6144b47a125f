// How a service reads from another what a person wants to see: with that person's token, and a
// statement of its own.
#ifndef MAMORI_COMMON_CLIENT_ON_BEHALF_H_
#define MAMORI_COMMON_CLIENT_ON_BEHALF_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/server/caller.h"
#include "common/time/clock.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::client {

class OnBehalf {
 public:
  // `tls`: the service's own certificate and key, read again for each statement, so that a renewed
  // one is used at once.
  OnBehalf(config::v1::Tls tls, const time::Clock& clock) : tls_(std::move(tls)), clock_(clock) {}

  // Makes the call that `context` is for the person's of `call`: the owner verifies the token
  // again and decides again. `method` is the one that will be called, `names` those in its request,
  // in order. FAILED_PRECONDITION when `call` brought no token; the codes of reading files.
  absl::Status Pass(const server::CallContext& call, std::string_view method,
                    const std::vector<std::string>& names, grpc::ClientContext& context) const;

 private:
  const config::v1::Tls tls_;
  const time::Clock& clock_;
};

}  // namespace mamori::client

#endif  // MAMORI_COMMON_CLIENT_ON_BEHALF_H_
