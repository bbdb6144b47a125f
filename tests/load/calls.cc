#include "tests/load/calls.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/generic/generic_stub.h>

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mamori/intake/v1/dialogue_service.grpc.pb.h"
#include "mamori/intake/v1/intake_service.grpc.pb.h"
#include "mamori/triage/v1/triage_service.grpc.pb.h"

namespace mamori::load {
namespace {

using intake::v1::IntakeService;
using triage::v1::TriageService;

constexpr absl::Duration kTimeout = absl::Seconds(20);

// One unary call: `Method` is the stub's Async member function.
template <typename Stub, auto Method, typename Request, typename Response>
class UnaryCall final : public Call {
 public:
  using Check = std::string (*)(const Request&, const Response&);
  UnaryCall(std::unique_ptr<Stub> stub, Request request, Check check)
      : stub_(std::move(stub)), request_(std::move(request)), check_(check) {}

  void Start(grpc::CompletionQueue* queue) override {
    reader_ = ((*stub_).*Method)(&context, request_, queue);
    reader_->Finish(&response_, &status, this);
  }
  std::string Result() const override { return check_(request_, response_); }

 private:
  const std::unique_ptr<Stub> stub_;
  const Request request_;
  const Check check_;
  Response response_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader_;
};

// Spreads call numbers evenly over `size` things, in no order that a cache could follow.
size_t Pick(uint64_t number, size_t size) {
  uint64_t x = number + 0x9e3779b97f4a7c15;  // splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return (x ^ (x >> 31)) % size;
}

template <typename Service, auto Method, typename Response, typename Request>
std::unique_ptr<Call> Make(const std::shared_ptr<grpc::Channel>& channel,
                           const CallOptions& options, Request request,
                           std::string (*check)(const Request&, const Response&)) {
  auto call = std::make_unique<UnaryCall<typename Service::Stub, Method, Request, Response>>(
      Service::NewStub(channel), std::move(request), check);
  SetUp(options, kTimeout, call->context);
  return call;
}

std::unique_ptr<Call> Echo(const std::shared_ptr<grpc::Channel>& channel,
                           const CallOptions& options, uint64_t) {
  intake::v1::EchoRequest request;
  return Make<IntakeService, &IntakeService::Stub::AsyncEcho, intake::v1::EchoResponse>(
      channel, options, std::move(request),
      +[](const intake::v1::EchoRequest& sent, const intake::v1::EchoResponse& got) {
        return std::string(got.payload() == sent.payload() ? "echo" : "");
      });
}

// One SubmitReport. The report was serialized beforehand: its field is put behind that of the
// request id, so that the client's own work leaves the machine to what is measured.
class SubmitCall final : public Call {
 public:
  SubmitCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& request_id,
             const grpc::Slice& report)
      : stub_(channel) {
    std::string head;
    google::protobuf::io::StringOutputStream stream(&head);
    google::protobuf::io::CodedOutputStream out(&stream);
    WireFormatLite::WriteString(intake::v1::SubmitReportRequest::kRequestIdFieldNumber, request_id,
                                &out);
    WireFormatLite::WriteTag(intake::v1::SubmitReportRequest::kReportFieldNumber,
                             WireFormatLite::WIRETYPE_LENGTH_DELIMITED, &out);
    out.WriteVarint32(static_cast<uint32_t>(report.size()));
    out.Trim();
    const grpc::Slice slices[] = {grpc::Slice(head), report};
    request_ = grpc::ByteBuffer(slices, 2);
  }

  void Start(grpc::CompletionQueue* queue) override {
    reader_ = stub_.PrepareUnaryCall(&context, "/mamori.intake.v1.IntakeService/SubmitReport",
                                     request_, queue);
    reader_->StartCall();
    reader_->Finish(&response_, &status, this);
  }
  std::string Result() const override { return response_.name(); }

 private:
  using WireFormatLite = google::protobuf::internal::WireFormatLite;
  grpc::TemplatedGenericStub<grpc::ByteBuffer, intake::v1::SubmitReportResponse> stub_;
  grpc::ByteBuffer request_;
  intake::v1::SubmitReportResponse response_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<intake::v1::SubmitReportResponse>> reader_;
};

std::unique_ptr<Call> Submit(const std::shared_ptr<grpc::Channel>& channel,
                             const CallOptions& options, uint64_t number) {
  auto call = std::make_unique<SubmitCall>(channel, absl::StrCat(options.run_id, "-", number),
                                           options.reports[number % options.reports.size()]);
  SetUp(options, kTimeout, call->context);
  return call;
}

std::unique_ptr<Call> GetReport(const std::shared_ptr<grpc::Channel>& channel,
                                const CallOptions& options, uint64_t number) {
  intake::v1::GetReportRequest request;
  request.set_name(options.names[Pick(number, options.names.size())]);
  return Make<IntakeService, &IntakeService::Stub::AsyncGetReport, v1::Report>(
      channel, options, std::move(request),
      +[](const intake::v1::GetReportRequest& sent, const v1::Report& got) {
        return got.name() == sent.name() && !got.narrative().empty() ? got.name() : std::string();
      });
}

std::unique_ptr<Call> GetCase(const std::shared_ptr<grpc::Channel>& channel,
                              const CallOptions& options, uint64_t number) {
  triage::v1::GetCaseRequest request;
  request.set_name(options.names[Pick(number, options.names.size())]);
  return Make<TriageService, &TriageService::Stub::AsyncGetCase, v1::Case>(
      channel, options, std::move(request),
      +[](const triage::v1::GetCaseRequest& sent, const v1::Case& got) {
        return got.name() == sent.name() && got.reports_size() > 0 ? got.name() : std::string();
      });
}

std::unique_ptr<Call> ListReports(const std::shared_ptr<grpc::Channel>& channel,
                                  const CallOptions& options, uint64_t number) {
  intake::v1::ListReportsRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.tokens[Pick(number, options.tokens.size())]);
  return Make<IntakeService, &IntakeService::Stub::AsyncListReports,
              intake::v1::ListReportsResponse>(
      channel, options, std::move(request),
      +[](const intake::v1::ListReportsRequest& sent, const intake::v1::ListReportsResponse& got) {
        return std::string(got.reports_size() == sent.page_size() ? "page" : "");
      });
}

std::unique_ptr<Call> ListCases(const std::shared_ptr<grpc::Channel>& channel,
                                const CallOptions& options, uint64_t number) {
  triage::v1::ListCasesRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.tokens[Pick(number, options.tokens.size())]);
  return Make<TriageService, &TriageService::Stub::AsyncListCases, triage::v1::ListCasesResponse>(
      channel, options, std::move(request),
      +[](const triage::v1::ListCasesRequest& sent, const triage::v1::ListCasesResponse& got) {
        return std::string(got.cases_size() == sent.page_size() ? "page" : "");
      });
}

std::unique_ptr<Call> Analyze(const std::shared_ptr<grpc::Channel>& channel,
                              const CallOptions& options, uint64_t number) {
  triage::v1::AnalyzeReportRequest request;
  *request.mutable_report() = options.drafts[number % options.drafts.size()];
  return Make<TriageService, &TriageService::Stub::AsyncAnalyzeReport, v1::Assessment>(
      channel, options, std::move(request),
      +[](const triage::v1::AnalyzeReportRequest&, const v1::Assessment& got) {
        return got.policy_digest();
      });
}

// What a reporter does most: looks by receipt whether somebody wrote. Nobody's call.
std::unique_ptr<Call> Receipt(const std::shared_ptr<grpc::Channel>& channel,
                              const CallOptions& options, uint64_t number) {
  static const CallOptions* const kNobody = new CallOptions();
  using intake::v1::DialogueService;
  intake::v1::ListAnonymousMessagesRequest request;
  request.set_receipt(options.names[Pick(number, options.names.size())]);
  request.set_after_number(-1);
  return Make<DialogueService, &DialogueService::Stub::AsyncListAnonymousMessages,
              intake::v1::ListMessagesResponse>(
      channel, *kNobody, std::move(request),
      +[](const intake::v1::ListAnonymousMessagesRequest&,
          const intake::v1::ListMessagesResponse& got) {
        return std::string(got.messages_size() > 0 ? "page" : "");
      });
}

constexpr absl::Duration kReadAgain = absl::Minutes(1);

}  // namespace

std::string TokenFile::Read() const {
  if (file_.empty()) return "";
  std::lock_guard lock(mu_);
  const absl::Time now = absl::Now();
  if (now - read_ >= kReadAgain) {
    std::ifstream(file_) >> token_;
    read_ = now;
  }
  return token_;
}

void SetUp(const CallOptions& options, absl::Duration timeout, grpc::ClientContext& context) {
  const std::string token = options.token == nullptr ? "" : options.token->Read();
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  // Relative, so that a jump of the wall clock ends no call.
  context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                   gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN)));
}

CallFactory MakeFactory(const std::string& method, const CallOptions& options) {
  using Maker = std::unique_ptr<Call> (*)(const std::shared_ptr<grpc::Channel>&, const CallOptions&,
                                          uint64_t);
  const std::pair<std::string, Maker> makers[] = {
      {"echo", Echo},
      {"submit", Submit},
      {"get_report", GetReport},
      {"get_case", GetCase},
      {"list_reports", ListReports},
      {"list_cases", ListCases},
      {"analyze", Analyze},
      {"receipt", Receipt},
  };
  for (const auto& [name, maker] : makers) {
    if (name != method) continue;
    return [maker = maker, &options](const std::shared_ptr<grpc::Channel>& channel,
                                     uint64_t number) { return maker(channel, options, number); };
  }
  return nullptr;
}

}  // namespace mamori::load
