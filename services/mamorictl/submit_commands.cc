// submit and import: reports go in.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/code.pb.h"
#include "services/mamorictl/enum_flag.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/output.h"
#include "services/mamorictl/report_flags.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

using intake::v1::BatchSubmitReportsRequest;
using intake::v1::BatchSubmitReportsResponse;
using intake::v1::SubmitReportRequest;
using intake::v1::SubmitReportResponse;

constexpr int kBatch = 500;                      // the contract's limit
constexpr size_t kBatchBytes = 3 * 1024 * 1024;  // below its 4 MiB

bool ParseRequest(const std::string& json, SubmitReportRequest& request, std::string& error) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, &request);
  if (!status.ok()) error = std::string(status.message());
  return status.ok();
}

int Submit(Session& session, const std::string& file, const std::string& request_id,
           const mamori::v1::Report& from_flags) {
  SubmitReportRequest request;
  *request.mutable_report() = from_flags;
  if (!file.empty()) {
    std::string json;
    std::string error;
    if (!ReadText(file, json)) return session.FailLocally(absl::StrCat("cannot read ", file));
    if (!ParseRequest(json, request, error)) {
      return session.FailUsage(absl::StrCat(file, ": not a SubmitReportRequest: ", error));
    }
  }
  if (!request_id.empty()) request.set_request_id(request_id);
  request.set_request_id(session.RequestId(request.request_id()));
  SubmitReportResponse response;
  const auto status = session.intake().SubmitReport(session.Call().get(), request, &response);
  if (!status.ok()) {
    // With it the same command can be sent again without doubling anything.
    if (!session.json()) session.err() << "request id: " << request.request_id() << "\n";
    return session.Fail(status);
  }
  return session.Show(response, response.name() + "\n");
}

// Sends what was gathered and prints one line per item. The first failure's code is kept in
// `exit_code`. False when the call itself failed, so that nothing is known of its items.
bool SendBatch(Session& session, BatchSubmitReportsRequest& batch, int& exit_code) {
  if (batch.requests_size() == 0) return true;
  BatchSubmitReportsResponse response;
  const auto status = session.intake().BatchSubmitReports(session.Call().get(), batch, &response);
  if (!status.ok()) {
    exit_code = session.Fail(status);
    return false;
  }
  for (int i = 0; i < response.results_size(); ++i) {
    const auto& result = response.results(i);
    if (result.status().code() != 0 && exit_code == kOk) {
      exit_code = kStatusBase + result.status().code();
    }
    if (session.json()) {
      session.out() << Json(result, /*one_line=*/true);
    } else {
      const auto code = static_cast<google::rpc::Code>(result.status().code());
      session.out() << batch.requests(i).request_id() << "  "
                    << (result.status().code() == 0 ? result.name()
                                                    : absl::StrCat(google::rpc::Code_Name(code),
                                                                   ": ", result.status().message()))
                    << "\n";
    }
  }
  batch.Clear();
  return true;
}

int Import(Session& session, const std::string& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file);
  std::istream& in = file == "-" ? std::cin : opened;
  if (!in.good()) return session.FailLocally(absl::StrCat("cannot read ", file));
  BatchSubmitReportsRequest batch;
  int exit_code = kOk;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    SubmitReportRequest request;
    std::string error;
    if (!ParseRequest(line, request, error)) {
      return session.FailUsage(
          absl::StrCat(file, ":", number, ": not a SubmitReportRequest: ", error));
    }
    // An import is repeated as a whole: without ids of its own it would double.
    if (request.request_id().empty()) {
      return session.FailUsage(absl::StrCat(file, ":", number, ": requestId is missing"));
    }
    if (batch.requests_size() == kBatch || batch.ByteSizeLong() + line.size() > kBatchBytes) {
      if (!SendBatch(session, batch, exit_code)) return exit_code;
    }
    *batch.add_requests() = std::move(request);
  }
  SendBatch(session, batch, exit_code);
  session.out() << std::flush;
  return exit_code;
}

}  // namespace

void AddSubmitCommands(CLI::App& app, Choice& choice) {
  auto* submit = app.add_subcommand("submit", "Submit one report, from a file or from flags");
  auto file = std::make_shared<std::string>();
  auto request_id = std::make_shared<std::string>();
  auto* file_option = submit->add_option(
      "file", *file, "proto3 JSON of SubmitReportRequest; - reads standard input");
  submit->add_option("--request-id", *request_id,
                     "Same id and same report: the first answer again. Made when left out");
  auto report = AddReportFlags(*submit, *file_option);
  submit->footer(
      "Examples:\n"
      "  mamorictl submit report.json\n"
      "  mamorictl submit --company acme --kind customer-harassment --language en \\\n"
      "      --narrative 'He shouted at me for two hours.' --actor-relation customer \\\n"
      "      --actor-organisation 'Example Ltd' --total-minutes 120\n"
      "  mamorictl submit --danger --company acme --kind customer-harassment --narrative-file -\n"
      "Prints the report's name. Exit code 13 names every wrong field.");
  submit->callback([=, &choice] {
    if (file->empty() && report->narrative().empty()) {
      throw CLI::RequiredError("a file, --narrative or --narrative-file");
    }
    choice.run = [=](Session& session) { return Submit(session, *file, *request_id, *report); };
  });

  auto* import = app.add_subcommand("import", "Submit many reports, one JSON object per line");
  auto lines = std::make_shared<std::string>();
  import->add_option("file", *lines, "Lines of SubmitReportRequest; - reads standard input")
      ->required();
  import->footer(
      "Every line needs a requestId, so that an import that broke off can be run again.\n"
      "Example:\n"
      "  mamorictl import contacts.jsonl");
  import->callback(
      [=, &choice] { choice.run = [=](Session& session) { return Import(session, *lines);
};
}  // namespace mamori::ctl
);
}

}  // namespace mamori::ctl
