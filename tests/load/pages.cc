#include "tests/load/pages.h"

#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"

namespace mamori::load {
namespace {

constexpr int kPage = 1000;
constexpr absl::Duration kTimeout = absl::Seconds(30);

// `page(context, token, next)` asks for one page and sets the token of the next.
using Page = std::function<grpc::Status(grpc::ClientContext&, const std::string&, std::string&)>;

grpc::Status Walk(const CallOptions& options, const Page& page, std::vector<std::string>& tokens) {
  std::string token;
  do {
    tokens.push_back(token);
    grpc::ClientContext context;
    SetUp(options, kTimeout, context);
    std::string next;
    if (grpc::Status status = page(context, token, next); !status.ok()) return status;
    token = next;
  } while (!token.empty());
  return grpc::Status::OK;
}

Page CasePage(triage::v1::TriageService::Stub& stub,
              const std::function<void(const std::string&, const std::string&)>& each) {
  return [&stub, each](grpc::ClientContext& context, const std::string& token, std::string& next) {
    triage::v1::ListCasesRequest request;
    triage::v1::ListCasesResponse response;
    request.set_page_size(kPage);
    request.set_page_token(token);
    grpc::Status status = stub.ListCases(&context, request, &response);
    for (const v1::Case& one : response.cases()) {
      for (const std::string& report : one.reports()) each(one.name(), report);
    }
    next = response.next_page_token();
    return status;
  };
}

}  // namespace

grpc::Status WalkTokens(const std::string& method, const std::shared_ptr<grpc::Channel>& channel,
                        const CallOptions& options, std::vector<std::string>& tokens) {
  grpc::Status status;
  if (method == "list_cases") {
    auto stub = triage::v1::TriageService::NewStub(channel);
    status = Walk(options, CasePage(*stub, [](const std::string&, const std::string&) {}), tokens);
  } else {
    auto stub = intake::v1::IntakeService::NewStub(channel);
    status = Walk(
        options,
        [&](grpc::ClientContext& context, const std::string& token, std::string& next) {
          intake::v1::ListReportsRequest request;
          intake::v1::ListReportsResponse response;
          request.set_page_size(kPage);
          request.set_page_token(token);
          grpc::Status one = stub->ListReports(&context, request, &response);
          next = response.next_page_token();
          return one;
        },
        tokens);
  }
  if (tokens.size() > 1) tokens.pop_back();
  return status;
}

grpc::Status WalkCases(const std::shared_ptr<grpc::Channel>& channel, const CallOptions& options,
                       const std::function<void(const std::string&, const std::string&)>& each) {
  auto stub = triage::v1::TriageService::NewStub(channel);
  std::vector<std::string> tokens;
  return Walk(options, CasePage(*stub, each), tokens);
}

}  // namespace mamori::load
