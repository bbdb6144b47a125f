// Channels and calls to other services: mTLS with watched files, deadline and trace carried on.
#ifndef MAMORI_COMMON_CLIENT_CHANNEL_H_
#define MAMORI_COMMON_CLIENT_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/server/caller.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::client {

// A channel that reconnects quickly (initial backoff 100 ms, at most 2 s), keeps alive, and retries
// by service config nothing: callers here rerun by themselves.
std::shared_ptr<grpc::Channel> CreateChannel(const config::v1::Peer& peer,
                                             const config::v1::Tls& tls);

// The context of an own call: deadline, and request id and trace of the call that caused it. Nobody
// acts through it but the caller itself; see on_behalf.h for a service that acts for a person.
std::unique_ptr<grpc::ClientContext> MakeContext(absl::Time deadline,
                                                 const server::CallContext* parent = nullptr);
// For applications: the call is the person's whose access token this is.
void SetToken(const std::string& token, grpc::ClientContext& context);

}  // namespace mamori::client

#endif  // MAMORI_COMMON_CLIENT_CHANNEL_H_
