// What one assessment by the shipped policy takes. Run by hand.
#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <vector>

#include "common/policy/policy.h"
#include "common/policy/sample.h"
#include "common/testing/test_database.h"
#include "services/triage/assess.h"

namespace mamori::triage {
namespace {

const Assessor& Shipped() {
  static const Assessor* const assessor = [] {
    const auto version =
        *policy::LoadPolicyFile(testing::SourceRoot() + "/deploy/policy/default.textproto");
    return new Assessor(version->policy, version->digest);
  }();
  return *assessor;
}

std::vector<mamori::v1::Report> Reports(const std::string& name) {
  std::vector<mamori::v1::Report> reports;
  std::ifstream in(testing::SourceRoot() + "/services/triage/testdata/" + name);
  for (std::string line; std::getline(in, line);) {
    reports.push_back(policy::ParseSample(line)->report);
  }
  return reports;
}

// Reports of all categories, one after the other, each of them seen before.
void AssessSeen(benchmark::State& state) {
  const std::vector<mamori::v1::Report> reports = Reports("dev.jsonl");
  for (const auto& report : reports) Shipped().Assess(report, Shipped().opinion());
  size_t next = 0, bytes = 0;
  for (auto _ : state) {
    const mamori::v1::Report& report = reports[next++ % reports.size()];
    benchmark::DoNotOptimize(Shipped().Assess(report, Shipped().opinion()));
    bytes += report.narrative().size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(AssessSeen)->Unit(benchmark::kMicrosecond);

// The same when other work has taken the caches meanwhile, as on the road: what is measured is how
// much memory an assessment touches.
void AssessCold(benchmark::State& state) {
  const std::vector<mamori::v1::Report> reports = Reports("dev.jsonl");
  for (const auto& report : reports) Shipped().Assess(report, Shipped().opinion());
  std::vector<char> others(size_t{4} << 20);
  size_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (size_t at = 0; at < others.size(); at += 64) ++others[at];
    state.ResumeTiming();
    benchmark::DoNotOptimize(
        Shipped().Assess(reports[next++ % reports.size()], Shipped().opinion()));
  }
}
BENCHMARK(AssessCold)->Unit(benchmark::kMicrosecond);

// What a service that has seen many texts takes for one that it has not: each once.
void AssessFirstSeen(benchmark::State& state) {
  for (const auto& report : Reports("dev.jsonl")) Shipped().Assess(report, Shipped().opinion());
  const std::vector<mamori::v1::Report> reports = Reports("further_a.jsonl");
  size_t next = 0, bytes = 0;
  for (auto _ : state) {
    const mamori::v1::Report& report = reports[next++];
    benchmark::DoNotOptimize(Shipped().Assess(report, Shipped().opinion()));
    bytes += report.narrative().size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(AssessFirstSeen)->Unit(benchmark::kMicrosecond)->Iterations(60);

// The longest that is accepted, and half of it: the time grows as the text does.
void AssessLong(benchmark::State& state) {
  mamori::v1::Report report;
  const std::vector<mamori::v1::Report> reports = Reports("dev.jsonl");
  for (size_t i = 0; report.narrative().size() < static_cast<size_t>(state.range(0)); ++i) {
    report.mutable_narrative()->append(reports[i % reports.size()].narrative());
  }
  for (auto _ : state) benchmark::DoNotOptimize(Shipped().Assess(report, Shipped().opinion()));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(report.narrative().size()));
}
BENCHMARK(AssessLong)->Unit(benchmark::kMillisecond)->Arg(32 << 10)->Arg(64 << 10);

}  // namespace
}  // namespace mamori::triage
