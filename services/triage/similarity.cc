#include "services/triage/similarity.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/timestamp.h"
#include "common/worker/in_parallel.h"
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
// Most of them are open to most viewers, and each costs a look at its access record.
constexpr size_t kLookedAtFirst = 70;
constexpr int kMaxMentions = 200;
constexpr size_t kTextsPerThread = 8;

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

absl::StatusOr<std::vector<id::Id>> Similarity::OfSameActors(const CallContext& call,
                                                             const id::Id& report_id,
                                                             const mamori::v1::Report& report) {
  std::vector<id::Id> actors, reports;
  for (int i = 0; i < report.actors_size(); ++i) {
    for (const ActorKey& key : KeysOf(d_.keys, call.tenant, report.actors(i), i))
      actors.push_back(key.actor);
  }
  if (actors.empty()) return reports;
  ASSIGN_OR_RETURN(const std::vector<MentionRow> mentions,
                   d_.actors.ListOfActors(call.tenant, actors, id::Id(), std::nullopt, kMaxMentions,
                                          call.deadline));
  for (const MentionRow& mention : mentions) {
    if (mention.report_id != report_id) reports.push_back(mention.report_id);
  }
  return reports;
}

absl::StatusOr<Similarity::Places> Similarity::Look(const CallContext& call,
                                                    std::vector<id::Id> reports) {
  const ViewerFilter filter(call, d_.records, d_.gate);
  ASSIGN_OR_RETURN(const std::vector<id::Id> visible, filter.ReadableReports(std::move(reports)));
  if (visible.empty()) return Places();
  return d_.sketches.FindPlaces(call.tenant, visible, call.deadline);
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
  ASSIGN_OR_RETURN(const std::vector<id::Id> by_actor, OfSameActors(call, report_id, report));
  const std::set<id::Id> same_actor(by_actor.begin(), by_actor.end());
  const size_t longest = std::max(ordered.size(), by_actor.size());
  Places places;
  std::vector<Candidate> candidates;
  for (size_t from = 0, until = kLookedAtFirst; from < longest; from = until, until = longest) {
    std::vector<id::Id> looked_at;
    const auto look_at = [&](const std::vector<id::Id>& list) {
      for (size_t i = from; i < std::min(until, list.size()); ++i) looked_at.push_back(list[i]);
    };
    look_at(ordered);
    look_at(by_actor);
    ASSIGN_OR_RETURN(Places more, Look(call, std::move(looked_at)));
    places.merge(more);
    candidates.clear();
    std::set<id::Id> taken;
    const auto take = [&](const std::vector<id::Id>& list, size_t most) {
      for (const id::Id& one : list) {
        const auto place = places.find(one);
        if (candidates.size() >= most || place == places.end() || !taken.insert(one).second)
          continue;
        candidates.push_back(
            {.report_id = one, .same_actor = same_actor.count(one) > 0, .place = place->second});
      }
    };
    take(ordered, kMaxBySketch);
    const bool enough_alike = candidates.size() == kMaxBySketch || until >= ordered.size();
    take(by_actor, kMaxCandidates);
    take(ordered, kMaxCandidates);
    if (enough_alike && candidates.size() == kMaxCandidates) break;
  }
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
  std::vector<std::string_view> texts;
  for (const Candidate& one : candidates) {
    const auto other = opened.find(one.report_id);
    // Known by its actor alone, an anonymous report is not compared either.
    if (other == opened.end() || !MayBeCompared(other->second)) continue;
    v1::SimilarReport& similar = compared.emplace_back();
    similar.set_report(id::Name("reports", one.report_id));
    similar.set_case_name(id::Name("cases", one.place.case_id));
    similar.set_same_actor(one.same_actor);
    *similar.mutable_create_time() = time::ToTimestamp(one.place.create_time);
    texts.push_back(other->second.narrative());
  }
  // Reading the words is most of what a call takes.
  std::vector<LemmaCounts> lemmas(texts.size());
  worker::InParallel(texts.size(), kTextsPerThread, [&](size_t i) {
    compared[i].set_containment(Containment(grams, GramsOf(texts[i])));
    if (compared[i].containment() >= kUnrelated) lemmas[i] = LemmasOf(*tokenizer, texts[i]);
  });
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
