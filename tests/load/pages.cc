#include "tests/load/pages.h"

#include <functional>
#include <thread>

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

template <typename Service, typename Request, typename Response>
Page NextPage(const std::shared_ptr<grpc::Channel>& channel,
              grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*)) {
  std::shared_ptr<typename Service::Stub> stub = Service::NewStub(channel);
  return [stub, method](grpc::ClientContext& context, const std::string& token, std::string& next) {
    Request request;
    Response response;
    request.set_page_size(kPage);
    request.set_page_token(token);
    const grpc::Status status = ((*stub).*method)(&context, request, &response);
    next = response.next_page_token();
    return status;
  };
}

}  // namespace

grpc::Status WalkTokens(const std::string& method, const std::shared_ptr<grpc::Channel>& channel,
                        const CallOptions& options, std::vector<std::string>& tokens) {
  const grpc::Status status =
      method == "list_cases"
          ? Walk(options,
                 NextPage<triage::v1::TriageService, triage::v1::ListCasesRequest,
                          triage::v1::ListCasesResponse>(
                     channel, &triage::v1::TriageService::Stub::ListCases),
                 tokens)
          : Walk(options,
                 NextPage<intake::v1::IntakeService, intake::v1::ListReportsRequest,
                          intake::v1::ListReportsResponse>(
                     channel, &intake::v1::IntakeService::Stub::ListReports),
                 tokens);
  if (tokens.size() > 1) tokens.pop_back();
  return status;
}

grpc::Status FindCases(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
                       const CallOptions& options, const std::vector<std::string>& reports,
                       std::vector<std::string>& cases) {
  cases.resize(reports.size());
  std::vector<grpc::Status> statuses(channels.size());
  std::vector<std::thread> threads;
  for (size_t t = 0; t < channels.size(); ++t) {
    threads.emplace_back([&, t] {
      const auto stub = triage::v1::TriageService::NewStub(channels[t]);
      for (size_t i = t; i < reports.size() && statuses[t].ok(); i += channels.size()) {
        grpc::ClientContext context;
        SetUp(options, kTimeout, context);
        triage::v1::GetCaseRequest request;
        v1::Case response;
        request.set_name(reports[i]);
        statuses[t] = stub->GetCase(&context, request, &response);
        cases[i] = response.name();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const grpc::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return grpc::Status::OK;
}

}  // namespace mamori::load
