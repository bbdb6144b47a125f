// What a gRPC thread spends on one report before it waits for the writer. Run by hand.
#include <benchmark/benchmark.h>

#include <string>

#include "common/id/id.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/test_content.h"
#include "services/intake/test_requests.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

v1::SubmitReportRequest Request(int64_t characters) {
  auto request = GoodSubmit();
  std::string narrative;
  for (int64_t i = 0; i < characters; ++i) narrative += "守";
  request.mutable_report()->set_narrative(narrative);
  return request;
}

void Validate(benchmark::State& state) {
  const auto request = Request(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ValidateSubmitReport(request, TestNow()));
}
BENCHMARK(Validate)->Arg(10)->Arg(350)->Arg(20'000);

void ParseValidateAndMakeRows(benchmark::State& state) {
  const std::string bytes = Request(state.range(0)).SerializeAsString();
  const server::CallContext call = TestCall();
  id::RandomIdSource ids;
  for (auto _ : state) {
    v1::SubmitReportRequest request;
    benchmark::DoNotOptimize(request.ParseFromString(bytes));
    benchmark::DoNotOptimize(ValidateSubmitReport(request, TestNow()));
    benchmark::DoNotOptimize(
        MakeTestReport(call, kSubmitReport, request, {ids.NewId(), ids.NewId()}, TestNow()));
  }
}
BENCHMARK(ParseValidateAndMakeRows)->Arg(10)->Arg(350)->Arg(20'000);

}  // namespace
}  // namespace mamori::intake
