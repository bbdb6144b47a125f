#include "services/triage/similarity.h"

#include <algorithm>
#include <set>
#include <string>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "services/triage/named_request_rules.h"
#include "services/triage/report_memory.h"
#include "services/triage/text_grams.h"
#include "services/triage/text_likeness.h"
#include "services/triage/viewer_filter.h"

namespace mamori::triage {
namespace {

using server::CallContext;

constexpr size_t kMaxCandidates = 50;
// Room for those that tell of the same actor in other words.
constexpr size_t kMaxBySketch = 35;
// What may be hidden from the viewer must not take the place of what he may see.
constexpr size_t kMaxLookedAt = 400;
constexpr int kMaxMentions = 200;

absl::Status Validate(const v1::ListSimilarReportsRequest& request) {
  status::Violations violations;
  CheckName(violations, "name", "reports", request.name());
  return violations.Status();
}

void SetLikeness(v1::SimilarReport& similar) {
  if (similar.containment() >= kCopy) {
    similar.set_likeness(v1::LIKENESS_SAME_TEXT);
    similar.set_reason_ja("文面の大半が同じ");
    similar.set_reason_en("most of the text is the same");
  } else if (similar.cosine() >= kMaybeSameEvent) {
    similar.set_likeness(v1::LIKENESS_MAYBE_SAME_EVENT);
    similar.set_reason_ja("別の言葉で同じ出来事を述べている可能性がある");
    similar.set_reason_en("maybe the same event in other words");
  }
}

}  // namespace

absl::StatusOr<v1::ListSimilarReportsResponse> Similarity::List(
    const CallContext& call, const v1::ListSimilarReportsRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const id::Id report_id, id::FromName("reports", request.name()));
  const ViewerFilter filter(call, d_.records, d_.gate);
  ASSIGN_OR_RETURN(const std::vector<id::Id> readable, filter.ReadableReports({report_id}));
  if (readable.empty()) return status::NotFound("report");
  ASSIGN_OR_RETURN(const auto read, d_.reports.Read(call.tenant, {report_id}, call.deadline));
  const auto report = read.find(report_id);
  if (report == read.end()) return status::NotFound("report");
  v1::ListSimilarReportsResponse response;
  if (!MayBeCompared(report->second)) {
    response.set_not_compared(true);
    return response;
  }
  const std::vector<uint64_t> grams = GramsOf(report->second.narrative());
  ASSIGN_OR_RETURN(const std::vector<Candidate> candidates,
                   Candidates(call, report_id, report->second, grams));
  if (candidates.empty()) return response;
  return Compare(call, report->second, grams, candidates);
}

absl::StatusOr<std::vector<Similarity::Candidate>> Similarity::Candidates(
    const CallContext& call, const id::Id& report_id, const mamori::v1::Report& report,
    const std::vector<uint64_t>& grams) {
  ASSIGN_OR_RETURN(
      const std::vector<SketchIndex::Found> alike,
      d_.index.Find(call.tenant, report_id, SketchOf(grams, d_.keys.GramHash(call.tenant)),
                    kMaxLookedAt, call.deadline));
  std::vector<id::Id> ordered;
  for (const SketchIndex::Found& one : alike) ordered.push_back(one.report_id);
  std::vector<id::Id> actors;
  for (const ActorKey& key : Remember(d_.keys, call.tenant, report).actors)
    actors.push_back(key.actor);
  std::vector<id::Id> by_actor;
  if (!actors.empty()) {
    ASSIGN_OR_RETURN(const std::vector<MentionRow> mentions,
                     d_.actors.ListOfActors(call.tenant, actors, id::Id(), std::nullopt,
                                            kMaxMentions, call.deadline));
    for (const MentionRow& mention : mentions) {
      if (mention.report_id != report_id) by_actor.push_back(mention.report_id);
    }
  }
  std::vector<id::Id> all = ordered;
  all.insert(all.end(), by_actor.begin(), by_actor.end());
  if (all.empty()) return std::vector<Candidate>();
  const ViewerFilter filter(call, d_.records, d_.gate);
  ASSIGN_OR_RETURN(const std::vector<id::Id> visible, filter.ReadableReports(std::move(all)));
  if (visible.empty()) return std::vector<Candidate>();
  ASSIGN_OR_RETURN(const auto places, d_.sketches.FindPlaces(call.tenant, visible, call.deadline));
  std::vector<Candidate> candidates;
  std::set<id::Id> taken;
  const auto take = [&](const std::vector<id::Id>& from, size_t until) {
    for (const id::Id& one : from) {
      const auto place = places.find(one);
      if (candidates.size() >= until || place == places.end() || !taken.insert(one).second)
        continue;
      candidates.push_back({.report_id = one,
                            .same_actor = std::count(by_actor.begin(), by_actor.end(), one) > 0,
                            .place = place->second});
    }
  };
  take(ordered, kMaxBySketch);
  take(by_actor, kMaxCandidates);
  take(ordered, kMaxCandidates);
  return candidates;
}

absl::StatusOr<v1::ListSimilarReportsResponse> Similarity::Compare(
    const CallContext& call, const mamori::v1::Report& report, const std::vector<uint64_t>& grams,
    const std::vector<Candidate>& candidates) {
  std::vector<id::Id> ids;
  for (const Candidate& one : candidates) ids.push_back(one.report_id);
  ASSIGN_OR_RETURN(const auto opened, d_.reports.Read(call.tenant, ids, call.deadline));
  ASSIGN_OR_RETURN(text::Tokenizer* const tokenizer, d_.tokenizer.Get());
  std::vector<v1::SimilarReport> compared;
  std::vector<LemmaCounts> lemmas;
  for (const Candidate& one : candidates) {
    const auto other = opened.find(one.report_id);
    // Known by its actor alone, an anonymous report is not compared either.
    if (other == opened.end() || !MayBeCompared(other->second)) continue;
    v1::SimilarReport& similar = compared.emplace_back();
    similar.set_report(id::Name("reports", one.report_id));
    similar.set_case_name(id::Name("cases", one.place.case_id));
    similar.set_same_actor(one.same_actor);
    similar.set_containment(Containment(grams, GramsOf(other->second.narrative())));
    *similar.mutable_create_time() = time::ToTimestamp(one.place.create_time);
    lemmas.push_back(LemmasOf(*tokenizer, other->second.narrative()));
  }
  const std::vector<double> cosines = Cosines(LemmasOf(*tokenizer, report.narrative()), lemmas);
  for (size_t i = 0; i < compared.size(); ++i) {
    compared[i].set_cosine(cosines[i]);
    SetLikeness(compared[i]);
  }
  std::stable_sort(compared.begin(), compared.end(), [](const auto& a, const auto& b) {
    return std::max(a.containment(), a.cosine()) > std::max(b.containment(), b.cosine());
  });
  v1::ListSimilarReportsResponse response;
  for (v1::SimilarReport& one : compared) {
    if (one.likeness() != v1::LIKENESS_UNSPECIFIED) response.add_reports()->Swap(&one);
  }
  return response;
}

}  // namespace mamori::triage
