// What a gRPC thread spends on one report: before it waits for the writer, and when it is opened
// and looked through by a search. Run by hand.
#include <benchmark/benchmark.h>

#include <string>

#include "common/id/id.h"
#include "common/sealing/fields.h"
#include "common/text/text_search.h"
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

// Sentences of a call, Japanese and English, that have nothing of what is looked for.
std::string Words(int64_t bytes) {
  std::string words;
  while (static_cast<int64_t>(words.size()) < bytes) {
    words += "電話で三時間、同じことを言われ続けた。He shouted ＡＴ me for ﾊﾟｿｺﾝ and left. ";
  }
  return words;
}

void OpenAndLook(benchmark::State& state) {
  const sealing::DataKey key = TestKey();
  auto request = GoodSubmit();
  request.mutable_report()->set_narrative(Words(state.range(0)));
  const sealing::Field field = sealing::ReportBody("acme", "0123456789abcdef");
  const std::string sealed = key.Seal(field, request.report().SerializeAsString());
  const auto search = text::TextSearch::Of("返金 SNS");
  for (auto _ : state) {
    const auto opened = key.Open(field, sealed);
    mamori::v1::Report report;
    benchmark::DoNotOptimize(report.ParseFromString(*opened));
    benchmark::DoNotOptimize(search->Find(report.narrative()));
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(request.report().narrative().size()));
}
BENCHMARK(OpenAndLook)->Arg(600)->Arg(4'000)->Arg(60'000);

}  // namespace
}  // namespace mamori::intake
