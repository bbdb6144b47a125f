// Requests to triage: cases and access, acts of two persons and holds, searches, batches of events.
#include "services/triage/guarded_request_rules.h"
#include "services/triage/search_rules.h"
#include "services/triage/validate.h"
#include "tests/fuzz/requests.h"

namespace {

using namespace mamori::triage;  // NOLINT: a program of its own

template <typename Request>
void Of(const std::string& bytes) {
  mamori::fuzz::TryRequest<Request>(bytes, [](const Request& one) { return Validate(one); });
}

void Events(const std::string& bytes) {
  mamori::fuzz::TryEvents<v1::IngestEventsRequest>(
      bytes, kMaxEvents, [](const v1::IngestEventsRequest& one) { return Validate(one); },
      ValidateEvent);
}

constexpr mamori::fuzz::Try kKinds[] = {
    Events,
    Of<v1::AnalyzeReportRequest>,
    Of<v1::ListCasesRequest>,
    Of<v1::AssignCaseRequest>,
    Of<v1::TriageCaseRequest>,
    Of<v1::CloseCaseRequest>,
    Of<v1::AddNoteRequest>,
    Of<v1::MergeCasesRequest>,
    Of<v1::ExcludePersonRequest>,
    Of<v1::MatchActorRequest>,
    Of<v1::CheckAccessRequest>,
    Of<v1::RequestActRequest>,
    Of<v1::ApproveActRequest>,
    Of<v1::ListActsRequest>,
    Of<v1::PlaceHoldRequest>,
    Of<v1::DisposeCaseRequest>,
    Of<v1::SearchCasesRequest>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mamori::fuzz::TryOne(kKinds, data, size);
  return 0;
}
