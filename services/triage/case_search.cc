#include "services/triage/case_search.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/idempotency/hash.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/case_reads.h"
#include "services/triage/page.h"
#include "services/triage/search_rules.h"
#include "services/triage/work_text.h"

namespace mamori::triage {
namespace {

constexpr int kCasesPerRead = 32;
constexpr int kMatchesPerCase = 3;

// The texts of one case, of which the first ones that match are told.
class LookedInto {
 public:
  // At most `most` of them.
  LookedInto(const text::TextSearch& search, std::string name, int most,
             v1::SearchCasesResponse& response)
      : search_(search), name_(std::move(name)), most_(most), response_(response) {}

  void Look(const std::string& words, const std::string& source) {
    bytes_ += words.size();
    if (found_ == most_) return;
    const std::optional<text::Span> span = search_.Find(words);
    if (!span) return;
    ++found_;
    v1::CaseMatch& match = *response_.add_matches();
    match.set_name(name_);
    match.set_source(source);
    match.set_excerpt(text::Excerpt(words, *span, text::kExcerptBytes));
  }
  size_t bytes() const { return bytes_; }

 private:
  const text::TextSearch& search_;
  const std::string name_;
  const int most_;
  v1::SearchCasesResponse& response_;
  int found_ = 0;
  size_t bytes_ = 0;
};

}  // namespace

absl::StatusOr<bool> CaseSearch::MaySee(const server::CallContext& call, const CaseRow& row) const {
  if (!d_.gate.MayRead(ViewerOf(call), row.access)) return false;
  const absl::Status seen = CheckMergedInto(d_.gate, d_.cases, call, row);
  if (absl::IsNotFound(seen)) return false;
  RETURN_IF_ERROR(seen);
  return true;
}

absl::Status CaseSearch::Look(const CaseRow& row, Run& run) {
  const auto admit = [&](const CaseRow& one) {
    return d_.gate.Check(ViewerOf(run.call), one.access, authz::Action::kRead);
  };
  const auto found = d_.cases.Get(run.call.tenant, row.case_id, admit, run.call.deadline);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();  // lost meanwhile
  RETURN_IF_ERROR(found.status());
  const int room = run.page_size - run.response.matches_size();
  LookedInto looked(run.search, found->name(), std::min(kMatchesPerCase, room), run.response);
  for (const mamori::v1::CaseNote& note : found->notes()) looked.Look(note.text(), "note");
  const auto file = d_.work.Read(run.call.tenant, row.case_id, admit, run.call.deadline);
  // Without content that was erased.
  if (!absl::IsNotFound(file.status())) {
    RETURN_IF_ERROR(file.status());
    for (const WorkRow& record : file->work) {
      looked.Look(WordsOf(record), SourceName(record.kind));
    }
  }
  run.bytes += looked.bytes();
  run.opened[row.case_id] = row.anonymous;
  return absl::OkStatus();
}

absl::StatusOr<v1::SearchCasesResponse> CaseSearch::Search(const server::CallContext& call,
                                                           const v1::SearchCasesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  const std::optional<text::TextSearch> search = text::TextSearch::Of(request.query());
  if (!search) return absl::InternalError("a validated query has no words");
  CaseFilter filter;
  filter.tenant = call.tenant;
  filter.viewer = d_.gate.ListViewerOf(call);
  const std::string digest = idempotency::Hash({"search cases", request.query()});
  const idempotency::TokenBinding binding{call.tenant, call.person, digest};
  ASSIGN_OR_RETURN(auto position, FromPageToken(d_.tokens, binding, request.page_token()));
  const absl::Duration end = d_.clock.Monotonic() + budget_.time;
  Run run{.call = call, .search = *search, .page_size = text::MatchesPerPage(request.page_size())};
  std::optional<CaseRow> last;  // the page ended after it
  for (bool more = true; more && !last;) {
    ASSIGN_OR_RETURN(const std::vector<CaseRow> rows,
                     d_.cases.List(filter, position, kCasesPerRead, call.deadline));
    more = static_cast<int>(rows.size()) == kCasesPerRead;
    for (size_t i = 0; i < rows.size() && !last; ++i) {
      position = CasePosition{.create_micros = absl::ToUnixMicros(rows[i].create_time),
                              .case_id = rows[i].case_id};
      ASSIGN_OR_RETURN(const bool seen, MaySee(call, rows[i]));
      if (!seen) continue;
      RETURN_IF_ERROR(Look(rows[i], run));
      const bool full = run.response.matches_size() >= run.page_size ||
                        run.bytes >= budget_.bytes || d_.clock.Monotonic() >= end;
      if (full) last = rows[i];
    }
  }
  if (last) run.response.set_next_page_token(ToPageToken(d_.tokens, binding, *last));
  RETURN_IF_ERROR(RecordCaseReads(d_.reads, call, run.opened));
  return std::move(run.response);
}

}  // namespace mamori::triage
