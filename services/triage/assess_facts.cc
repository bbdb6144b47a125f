#include "services/triage/assess_facts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mamori::triage {
namespace {

std::set<mamori::v1::ActorRelation> RelationsOf(const mamori::v1::Report& report) {
  std::set<mamori::v1::ActorRelation> relations;
  for (const mamori::v1::AllegedActor& actor : report.actors()) {
    relations.insert(actor.relation() == mamori::v1::ACTOR_RELATION_UNSPECIFIED
                         ? mamori::v1::ACTOR_RELATION_UNKNOWN
                         : actor.relation());
  }
  if (!relations.empty()) return relations;
  if (report.kind() == mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT) {
    return {mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR, mamori::v1::ACTOR_RELATION_INTERNAL_PEER,
            mamori::v1::ACTOR_RELATION_INTERNAL_SUBORDINATE};
  }
  return {mamori::v1::ACTOR_RELATION_UNKNOWN};
}

bool HasRelation(const mamori::v1::FactGate& gate, const mamori::v1::Report& report) {
  if (gate.actor_relations().empty()) return true;
  const std::set<mamori::v1::ActorRelation> relations = RelationsOf(report);
  return std::any_of(gate.actor_relations().begin(), gate.actor_relations().end(),
                     [&](int relation) {
                       return relations.count(static_cast<mamori::v1::ActorRelation>(relation)) > 0;
                     });
}

bool HasChannel(const mamori::v1::FactGate& gate, const mamori::v1::Report& report) {
  if (gate.channels().empty()) return true;
  return std::any_of(report.occurrences().begin(), report.occurrences().end(),
                     [&](const mamori::v1::Occurrence& occurrence) {
                       return std::find(gate.channels().begin(), gate.channels().end(),
                                        occurrence.channel()) != gate.channels().end();
                     });
}

bool HasUrl(const mamori::v1::Report& report) {
  return std::any_of(
      report.occurrences().begin(), report.occurrences().end(),
      [](const mamori::v1::Occurrence& occurrence) { return occurrence.urls_size() > 0; });
}

mamori::v1::Signal Signal(std::string kind, std::string value) {
  mamori::v1::Signal signal;
  signal.set_kind(std::move(kind));
  signal.set_value(std::move(value));
  return signal;
}

}  // namespace

bool HasSide(mamori::v1::ActorSide side, const mamori::v1::Report& report) {
  if (side == mamori::v1::ACTOR_SIDE_UNSPECIFIED) return true;
  const std::set<mamori::v1::ActorRelation> relations = RelationsOf(report);
  return std::any_of(relations.begin(), relations.end(), [&](mamori::v1::ActorRelation relation) {
    const bool inside = relation >= mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR;
    return inside == (side == mamori::v1::ACTOR_SIDE_INSIDE);
  });
}

bool FactsHold(const mamori::v1::FactGate& gate, const mamori::v1::Report& report) {
  const auto within = [](int value, int least, int most) {
    return value >= least && (most == 0 || value <= most);
  };
  return within(report.contact_count(), gate.min_contact_count(), gate.max_contact_count()) &&
         within(report.total_minutes(), gate.min_total_minutes(), gate.max_total_minutes()) &&
         HasSide(gate.actor_side(), report) && HasRelation(gate, report) &&
         HasChannel(gate, report) && (!gate.has_url() || HasUrl(report)) &&
         (!gate.immediate_danger() || report.immediate_danger());
}

std::vector<mamori::v1::Signal> SignalsOf(const mamori::v1::Report& report) {
  std::vector<mamori::v1::Signal> signals;
  for (const mamori::v1::ActorRelation relation : RelationsOf(report)) {
    signals.push_back(Signal("actor_relation", mamori::v1::ActorRelation_Name(relation)));
  }
  std::set<mamori::v1::Channel> channels;
  for (const auto& occurrence : report.occurrences()) channels.insert(occurrence.channel());
  channels.erase(mamori::v1::CHANNEL_UNSPECIFIED);
  for (const mamori::v1::Channel channel : channels) {
    signals.push_back(Signal("channel", mamori::v1::Channel_Name(channel)));
  }
  if (report.contact_count() > 0) {
    signals.push_back(Signal("contact_count", absl::StrCat(report.contact_count())));
  }
  if (report.total_minutes() > 0) {
    signals.push_back(Signal("total_minutes", absl::StrCat(report.total_minutes())));
  }
  if (HasUrl(report)) signals.push_back(Signal("url", "true"));
  if (report.immediate_danger()) signals.push_back(Signal("immediate_danger", "true"));
  return signals;
}

}  // namespace mamori::triage
