#include "services/intake/report_search.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/id/id.h"
#include "common/idempotency/hash.h"
#include "common/status/macros.h"
#include "common/text/text_search.h"
#include "services/intake/methods.h"
#include "services/intake/page.h"
#include "services/intake/read_records.h"
#include "services/intake/validate.h"

namespace mamori::intake {
namespace {

// What one page finds, and what it has looked through.
class SearchedPage {
 public:
  SearchedPage(const text::TextSearch& search, v1::SearchReportsResponse& response)
      : search_(search), response_(response) {}

  void Look(const mamori::v1::Report& report) {
    LookInto(report, report.narrative(), "narrative");
    for (const mamori::v1::Supplement& one : report.supplements()) {
      LookInto(report, one.text(), "supplement");
    }
    const auto id = id::FromName("reports", report.name());
    if (!id.ok()) return;
    read_.push_back({*id, report.reporter_mode() == mamori::v1::REPORTER_MODE_ANONYMOUS});
  }
  size_t bytes() const { return bytes_; }
  const std::vector<ReadReport>& read() const { return read_; }

 private:
  void LookInto(const mamori::v1::Report& report, const std::string& words, const char* source) {
    bytes_ += words.size();
    const std::optional<text::Span> span = search_.Find(words);
    if (!span) return;
    v1::ReportMatch& match = *response_.add_matches();
    match.set_name(report.name());
    match.set_source(source);
    match.set_excerpt(text::Excerpt(words, *span, text::kExcerptBytes));
  }

  const text::TextSearch& search_;
  v1::SearchReportsResponse& response_;
  std::vector<ReadReport> read_;
  size_t bytes_ = 0;
};

}  // namespace

absl::StatusOr<v1::SearchReportsResponse> ReportSearch::Search(
    const server::CallContext& call, const v1::SearchReportsRequest& request) {
  RETURN_IF_ERROR(ValidateSearchReports(request));
  const std::optional<text::TextSearch> search = text::TextSearch::Of(request.query());
  if (!search) return absl::InternalError("a validated query has no words");
  const std::string digest = idempotency::Hash({kSearchReports, request.query()});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(Position position, FromPageToken(tokens_, binding, request.page_token()));
  const int size = text::MatchesPerPage(request.page_size());
  v1::SearchReportsResponse response;
  SearchedPage page(*search, response);
  const absl::Duration end = clock_.Monotonic() + budget_.time;
  ASSIGN_OR_RETURN(const bool all,
                   reports_.Visit(call, position, [&](const mamori::v1::Report& report) {
                     page.Look(report);
                     return response.matches_size() < size && page.bytes() < budget_.bytes &&
                            clock_.Monotonic() < end;
                   }));
  if (!all) response.set_next_page_token(ToPageToken(tokens_, binding, position));
  RETURN_IF_ERROR(RecordReads(reads_, call, {call.caller, call.person}, call.tenant, page.read()));
  return response;
}

}  // namespace mamori::intake
