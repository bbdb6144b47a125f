// What a server's section of a configuration must say.
#ifndef MAMORI_COMMON_SERVER_SERVER_CONFIG_H_
#define MAMORI_COMMON_SERVER_SERVER_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config/textproto.h"
#include "common/server/authorizer.h"
#include "common/server/rpc.h"
#include "common/telemetry/telemetry.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::server {

// INVALID_ARGUMENT with one "FILE:LINE: field: what" line for each thing that is wrong with
// `config.server`, where `config` is one of the binaries' messages.
absl::Status CheckServerConfig(const google::protobuf::Message& config,
                               const config::v1::Server& server,
                               const config::Locations& locations);

// The table of `server.authorization_file`. NOT_FOUND, INVALID_ARGUMENT with file and line.
absl::StatusOr<Authorizer> ReadAuthorizer(const std::string& file,
                                          const std::vector<std::string>& known_methods);

// Whose tokens are believed: `server.people_file`, checked; with no issuer when it is empty.
// NOT_FOUND, INVALID_ARGUMENT with file and line.
absl::StatusOr<config::v1::People> ReadPeople(const std::string& file);

// "debug", "info", "warn", "error"; empty means info.
absl::StatusOr<telemetry::Level> ParseLevel(const std::string& text);

// Without the people: whoever makes them puts them in.
Rpc::Options RpcOptions(const config::v1::Server& server);
// Blocking handlers at once, at least one.
int MaxThreads(const config::v1::Server& server);
absl::Duration Grace(const config::v1::Server& server);
absl::Duration LameDuck(const config::v1::Server& server);

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_SERVER_CONFIG_H_
