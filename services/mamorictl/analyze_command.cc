// analyze: what the policy in force says of reports, one a line; nothing is stored.
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/policy/sample.h"
#include "services/mamorictl/exit_code.h"
#include "services/mamorictl/session.h"
#include "services/mamorictl/text_source.h"

namespace mamori::ctl {
namespace {

struct AnalyzeFlags {
  std::string input;
  std::string output = "-";
  int workers = 8;
};

// Some workers take the next report each until none is left or one failed.
class Analysis {
 public:
  Analysis(Session& session, std::vector<policy::Sample> samples)
      : session_(session),
        stub_(session.triage()),
        samples_(std::move(samples)),
        lines_(samples_.size()) {}

  grpc::Status Run(int workers) {
    std::vector<std::thread> threads;
    for (int i = 0; i < workers; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    return status_;
  }

  std::string Text() const {
    std::string text;
    for (const std::string& line : lines_) absl::StrAppend(&text, line, "\n");
    return text;
  }

 private:
  void Work() {
    for (size_t i = next_++; i < samples_.size() && !failed_; i = next_++) {
      triage::v1::AnalyzeReportRequest request;
      *request.mutable_report() = samples_[i].report;
      mamori::v1::Assessment assessment;
      const auto context = session_.Call();
      const grpc::Status status = stub_.AnalyzeReport(context.get(), request, &assessment);
      if (status.ok()) {
        lines_[i] = policy::PredictionLine(samples_[i].id, assessment);
        continue;
      }
      const std::lock_guard lock(mu_);
      if (!failed_.exchange(true)) status_ = status;
    }
  }

  Session& session_;
  triage::v1::TriageService::Stub& stub_;
  const std::vector<policy::Sample> samples_;
  std::vector<std::string> lines_;  // each written by the worker that took its report
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mu_;
  grpc::Status status_;
};

int RunAnalyze(Session& session, const AnalyzeFlags& flags) {
  std::string text;
  if (!ReadText(flags.input, text)) {
    return session.FailLocally(absl::StrCat("cannot read ", flags.input));
  }
  std::vector<policy::Sample> samples;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.find_first_not_of(" \t\r") == absl::string_view::npos) continue;
    auto sample = policy::ParseSample({line.data(), line.size()});
    if (!sample.ok()) {
      return session.FailUsage(
          absl::StrCat(flags.input, ":", number, ": ", sample.status().message()));
    }
    samples.push_back(*std::move(sample));
  }
  Analysis analysis(session, std::move(samples));
  const grpc::Status status = analysis.Run(flags.workers);
  if (!status.ok()) return session.Fail(status);
  if (flags.output == "-") {
    session.out() << analysis.Text() << std::flush;
    return session.out().good() ? kOk : kLocalFailure;
  }
  if (!WriteText(flags.output, analysis.Text())) {
    return session.FailLocally(absl::StrCat("cannot write ", flags.output));
  }
  return kOk;
}

}  // namespace

void AddAnalyzeCommand(CLI::App& app, Choice& choice) {
  auto* command =
      app.add_subcommand("analyze", "Say what the policy finds in reports; store nothing");
  auto flags = std::make_shared<AnalyzeFlags>();
  command
      ->add_option("--input", flags->input,
                   "Reports, one JSON object a line; - reads standard input")
      ->required();
  command
      ->add_option("--output", flags->output, "Where the answers go, in the order of the reports")
      ->capture_default_str();
  command->add_option("--workers", flags->workers, "How many calls at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->footer(
      "A line: {\"id\": \"1\", \"text\": \"...\", \"facts\": {\"channel\": \"phone\", "
      "\"contact_count\": 3,\n"
      "\"total_minutes\": 20, \"urls\": [], \"actor_kind\": \"customer\"}}; all but id and text "
      "may be missing.\n"
      "Example:\n"
      "  mamorictl analyze --input reports.jsonl --output predictions.jsonl");
  command->callback(
      [=, &choice] { choice.run = [=](Session& session) { return RunAnalyze(session, *flags); }; });
}

}  // namespace mamori::ctl
