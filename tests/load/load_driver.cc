// Puts load on a gRPC method over mTLS and prints one JSON object of what it saw.
//
//   load_driver --target 127.0.0.1:7001 --server_name intake --ca FILE --cert FILE --key FILE
//   --method submit --in_flight 256
//
// Other methods than calls: `serving` waits for health, `cases` writes "case report" lines of all
// cases.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "tests/load/calls.h"
#include "tests/load/engine.h"
#include "tests/load/gate.h"
#include "tests/load/pages.h"
#include "tests/load/reports.h"
#include "tests/load/serving.h"

ABSL_FLAG(std::string, target, "", "host:port");
ABSL_FLAG(std::string, server_name, "",
          "name in the server's certificate, when it is not the host");
ABSL_FLAG(std::string, cert, "", "client certificate, PEM");
ABSL_FLAG(std::string, key, "", "its key, PEM");
ABSL_FLAG(std::string, ca, "", "authority, PEM; empty for no TLS");
ABSL_FLAG(
    std::string, method, "echo",
    "echo, submit, get_report, get_case, list_reports, list_cases, analyze, serving or cases");
ABSL_FLAG(int, in_flight, 256, "calls under way, at most");
ABSL_FLAG(double, rate, 0, "calls a second in open mode; 0 for the closed loop");
ABSL_FLAG(int, road_window, 0, "reports on the road at once; 0 for no road mode");
ABSL_FLAG(std::string, counters, "",
          "the sink's counters: what arrives is counted, and the road mode needs it");
ABSL_FLAG(int, channels, 4, "connections");
ABSL_FLAG(int, threads, 1, "threads, each with its share of calls and connections");
ABSL_FLAG(absl::Duration, warmup, absl::Seconds(2), "not measured");
ABSL_FLAG(absl::Duration, window, absl::Seconds(10), "measured");
ABSL_FLAG(std::string, token_file, "", "file with an access token, renewed there; empty for none");
ABSL_FLAG(std::string, company, "mihon", "company of the reports");
ABSL_FLAG(std::string, names, "", "file with one resource name a line, for the get methods");
ABSL_FLAG(std::string, out, "", "file for the acknowledged reports (submit) or the cases (cases)");
ABSL_FLAG(std::string, expect, "", "the one error code that is part of the measurement");

namespace mamori::load {
namespace {

std::string ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> ReadLines(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::shared_ptr<grpc::ChannelCredentials> Credentials() {
  const std::string ca = absl::GetFlag(FLAGS_ca);
  if (ca.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ReadFile(ca);
  options.pem_cert_chain = ReadFile(absl::GetFlag(FLAGS_cert));
  options.pem_private_key = ReadFile(absl::GetFlag(FLAGS_key));
  return grpc::SslCredentials(options);
}

// Channels of their own connection each, connected.
std::vector<std::shared_ptr<grpc::Channel>> Connect(int count) {
  const auto credentials = Credentials();
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("mamori.load.channel",
                     i);  // otherwise channels with equal arguments share one
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(16 << 20);
    const std::string name = absl::GetFlag(FLAGS_server_name);
    if (!name.empty()) arguments.SetSslTargetNameOverride(name);
    channels.push_back(
        grpc::CreateCustomChannel(absl::GetFlag(FLAGS_target), credentials, arguments));
    channels.back()->WaitForConnected(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(5, GPR_TIMESPAN)));
  }
  return channels;
}

int Fail(const std::string& what) {
  std::fprintf(stderr, "load_driver: %s\n", what.c_str());
  return 1;
}

double Quantile(const std::vector<uint32_t>& sorted, double q) {
  if (sorted.empty()) return 0;
  const size_t rank = static_cast<size_t>(q * static_cast<double>(sorted.size() - 1) + 0.5);
  return sorted[rank] / 1000.0;
}

// Prints the JSON; 0 unless there were errors that are not expected, or nothing at all.
int Print(Tally tally, absl::Duration window) {
  std::sort(tally.micros.begin(), tally.micros.end());
  std::string errors;
  uint64_t unexpected = 0;
  for (const auto& [code, count] : tally.errors) {
    absl::StrAppendFormat(&errors, "%s\"%s\": %d", errors.empty() ? "" : ", ", code, count);
    if (code != absl::GetFlag(FLAGS_expect)) unexpected += count;
  }
  absl::PrintF(
      "{\"rps\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"count\": %zu, "
      "\"begun\": %zu, \"mail_rps\": %.1f, \"seconds\": %.1f, \"errors\": {%s}}\n",
      static_cast<double>(tally.micros.size()) / absl::ToDoubleSeconds(window),
      Quantile(tally.micros, .5), Quantile(tally.micros, .99), Quantile(tally.micros, 1),
      tally.micros.size(), static_cast<size_t>(tally.begun),
      static_cast<double>(tally.cases) / absl::ToDoubleSeconds(window),
      absl::ToDoubleSeconds(window), errors);
  if (unexpected > 0) return Fail(absl::StrCat(unexpected, " calls failed: ", errors));
  if (tally.micros.empty()) return Fail("no call ended in the window");
  return 0;
}

std::unique_ptr<Gate> MakeGate(int share_of, const MailCounters* counters,
                               const time::Clock& clock) {
  const int limit = std::max(1, absl::GetFlag(FLAGS_in_flight) / share_of);
  if (absl::GetFlag(FLAGS_rate) > 0) {
    return std::make_unique<OpenGate>(absl::GetFlag(FLAGS_rate) / share_of, limit,
                                      absl::ToInt64Microseconds(clock.Monotonic()));
  }
  if (absl::GetFlag(FLAGS_road_window) > 0) {
    return std::make_unique<RoadGate>(absl::GetFlag(FLAGS_road_window), *counters);
  }
  return std::make_unique<ClosedGate>(limit);
}

int Drive(const std::string& method) {
  time::SystemClock clock;
  id::RandomIdSource ids;
  const int threads = !absl::GetFlag(FLAGS_counters).empty() ? 1 : absl::GetFlag(FLAGS_threads);
  const auto channels = Connect(std::max(threads, absl::GetFlag(FLAGS_channels)));

  const TokenFile token(absl::GetFlag(FLAGS_token_file));
  CallOptions calls;
  calls.token = &token;
  calls.run_id = absl::BytesToHexString(ids.NewId());
  if (method == "submit") {
    for (const v1::Report& report : MakeReports(600, absl::GetFlag(FLAGS_company), clock.Now())) {
      calls.reports.emplace_back(report.SerializeAsString());
    }
  }
  if (method == "analyze") {
    calls.drafts = MakeReports(600, absl::GetFlag(FLAGS_company), clock.Now());
  }
  if (method == "get_report" || method == "get_case" || method == "receipt") {
    calls.names = ReadLines(absl::GetFlag(FLAGS_names));
    if (calls.names.empty()) return Fail("--names: no names");
  }
  if (method == "list_reports" || method == "list_cases") {
    const grpc::Status walked = WalkTokens(method, channels[0], calls, calls.tokens);
    if (!walked.ok()) return Fail(absl::StrCat("walking the list: ", walked.error_message()));
  }
  const CallFactory factory = MakeFactory(method, calls);
  if (factory == nullptr) return Fail(absl::StrCat("--method: ", method, " is not known"));

  EngineOptions options;
  options.warmup = absl::GetFlag(FLAGS_warmup);
  options.window = absl::GetFlag(FLAGS_window);
  options.backoff_on_error = absl::Milliseconds(1);
  options.keep_acknowledgements = !absl::GetFlag(FLAGS_out).empty();

  if (!absl::GetFlag(FLAGS_counters).empty()) {
    options.counters = MapCounters(absl::GetFlag(FLAGS_counters).c_str(), false);
    if (options.counters == nullptr) return Fail("--counters: cannot be mapped");
  } else if (absl::GetFlag(FLAGS_road_window) > 0) {
    return Fail("--road_window needs --counters");
  }

  std::vector<Tally> tallies(threads);
  std::vector<std::thread> others;
  std::vector<std::unique_ptr<Gate>> gates;
  for (int t = 0; t < threads; ++t) {
    gates.push_back(MakeGate(threads, options.counters, clock));
  }
  for (int t = 0; t < threads; ++t) {
    others.emplace_back([&, t] {
      std::vector<std::shared_ptr<grpc::Channel>> own;
      for (size_t i = t; i < channels.size(); i += threads) own.push_back(channels[i]);
      tallies[t] = Run(options, own, factory, *gates[t], clock, t, threads);
    });
  }
  for (std::thread& other : others) other.join();
  for (int t = 1; t < threads; ++t) tallies[0].Merge(std::move(tallies[t]));

  if (options.keep_acknowledgements) {
    std::ofstream out(absl::GetFlag(FLAGS_out));
    for (const Acknowledgement& one : tallies[0].acknowledgements) {
      out << one.name << ' ' << one.sent_micros << ' ' << one.answered_micros << '\n';
    }
    if (!out.flush()) return Fail("--out: cannot be written");
  }
  return Print(std::move(tallies[0]), options.window);
}

int WriteCases() {
  const TokenFile token(absl::GetFlag(FLAGS_token_file));
  CallOptions calls;
  calls.token = &token;
  const std::vector<std::string> reports = ReadLines(absl::GetFlag(FLAGS_names));
  std::vector<std::string> cases;
  const grpc::Status status =
      FindCases(Connect(absl::GetFlag(FLAGS_channels)), calls, reports, cases);
  if (!status.ok()) return Fail(absl::StrCat("finding the cases: ", status.error_message()));
  std::ofstream out(absl::GetFlag(FLAGS_out));
  for (size_t i = 0; i < reports.size(); ++i) out << cases[i] << ' ' << reports[i] << '\n';
  return out.flush() ? 0 : Fail("--out: cannot be written");
}

int Serving() {
  time::SystemClock clock;
  time::SystemSleeper sleeper;
  if (!AwaitServing(absl::GetFlag(FLAGS_target), Credentials(), absl::Seconds(20), clock,
                    sleeper)) {
    return Fail("not serving after 20 s");
  }
  absl::PrintF("{\"serving_micros\": %d}\n", absl::ToUnixMicros(clock.Now()));
  return 0;
}

}  // namespace
}  // namespace mamori::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  // gRPC's own locks are Abseil's, which Debian builds with a search for cycles at every lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string method = absl::GetFlag(FLAGS_method);
  if (method == "serving") return mamori::load::Serving();
  if (method == "cases") return mamori::load::WriteCases();
  return mamori::load::Drive(method);
}
