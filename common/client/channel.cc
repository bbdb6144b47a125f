#include "common/client/channel.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace mamori::client {
namespace {

constexpr unsigned kTlsRefreshSeconds = 1;
constexpr int kMaxMessageBytes = 8 << 20;

grpc::ChannelArguments Arguments(const config::v1::Peer& peer) {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
              2000);  // how long one attempt may take, handshake and all
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  args.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  args.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // as the servers: no windows that grow
  args.SetMaxReceiveMessageSize(kMaxMessageBytes);
  if (!peer.server_name().empty()) {
    args.SetSslTargetNameOverride(peer.server_name());
    args.SetString(GRPC_ARG_DEFAULT_AUTHORITY, peer.server_name());
  }
  return args;
}

}  // namespace

std::shared_ptr<grpc::Channel> CreateChannel(const config::v1::Peer& peer,
                                             const config::v1::Tls& tls) {
  namespace gx = grpc::experimental;
  gx::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<gx::FileWatcherCertificateProvider>(
      tls.key_file(), tls.cert_file(), tls.ca_file(), kTlsRefreshSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(std::make_shared<gx::HostNameCertificateVerifier>());
  return grpc::CreateCustomChannel(peer.target(), gx::TlsCredentials(options), Arguments(peer));
}

std::unique_ptr<grpc::ClientContext> MakeContext(absl::Time deadline,
                                                 const server::CallContext* parent) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(deadline));
  if (parent == nullptr) return context;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) context->AddMetadata(key, value);
  };
  add(server::kRequestIdKey, parent->request_id);
  add(server::kTraceparentKey, parent->traceparent);
  return context;
}

void SetToken(const std::string& token, grpc::ClientContext& context) {
  context.AddMetadata(server::kAuthorizationKey, "Bearer " + token);
}

}  // namespace mamori::client
