// The least gRPC server there is, with the same mTLS: what our own frame is compared with.
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "host:port");
ABSL_FLAG(std::string, cert, "", "server certificate, PEM");
ABSL_FLAG(std::string, key, "", "its key, PEM");
ABSL_FLAG(std::string, ca, "", "authority of the clients, PEM");

namespace {

std::string ReadFile(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

class BareEcho final : public mamori::intake::v1::IntakeService::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const mamori::intake::v1::EchoRequest* request,
                                 mamori::intake::v1::EchoResponse* response) override {
    response->set_payload(request->payload());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = ReadFile(absl::GetFlag(FLAGS_ca));
  tls.pem_key_cert_pairs.push_back(
      {ReadFile(absl::GetFlag(FLAGS_key)), ReadFile(absl::GetFlag(FLAGS_cert))});
  BareEcho service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(absl::GetFlag(FLAGS_listen), grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  std::cout << port << std::endl;
  server->Wait();
}
