#include "common/client/on_behalf.h"

#include "common/authn/statement.h"
#include "common/config/textproto.h"
#include "common/status/macros.h"

namespace mamori::client {

absl::Status OnBehalf::Pass(const server::CallContext& call, std::string_view method,
                            const std::vector<std::string>& names,
                            grpc::ClientContext& context) const {
  if (call.token.empty())
    return absl::FailedPreconditionError("the call brought no person's token");
  ASSIGN_OR_RETURN(const std::string certificate, config::ReadFile(tls_.cert_file()));
  ASSIGN_OR_RETURN(const std::string key, config::ReadSecret(tls_.key_file()));
  ASSIGN_OR_RETURN(const std::string statement,
                   authn::SignStatement({.token_hash = call.token_hash,
                                         .method = std::string(method),
                                         .resource = authn::ResourceOf(names)},
                                        clock_.Now(), certificate, key));
  context.AddMetadata(server::kOnBehalfKey, call.token);
  context.AddMetadata(server::kStatementKey, statement);
  return absl::OkStatus();
}

}  // namespace mamori::client
