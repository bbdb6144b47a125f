#include "services/triage/timeline_rules.h"

#include <google/protobuf/util/time_util.h>

namespace mamori::triage {
namespace {

using google::protobuf::Timestamp;

void AddStep(const std::optional<Timestamp>& time, const char* ja, const char* en,
             v1::Timeline& timeline) {
  if (!time.has_value()) return;
  v1::TimelineEntry& entry = *timeline.add_entries();
  *entry.mutable_entry_time() = *time;
  entry.set_text_ja(ja);
  entry.set_text_en(en);
}

struct Words {
  const char* ja;
  const char* en;
};

// What comes next, by where the work stands.
Words NextOf(mamori::v1::CaseState state) {
  switch (state) {
    case mamori::v1::CASE_STATE_CONSULTING:
      return {"相談窓口だけが内容を知っています。同意なしに先へは進みません。",
              "Only the consultation desk knows of it. Nothing goes on without consent."};
    case mamori::v1::CASE_STATE_RECEIVED:
      return {"担当者が内容を確認します。", "The desk will look at it."};
    case mamori::v1::CASE_STATE_TRIAGED:
      return {"事実の確認を始めます。", "The facts will be looked into."};
    case mamori::v1::CASE_STATE_INVESTIGATING:
      return {"事実の確認を進めています。", "The facts are being looked into."};
    case mamori::v1::CASE_STATE_DECIDING:
      return {"対応を検討しています。", "It is being decided what to do."};
    case mamori::v1::CASE_STATE_ACTING:
      return {"対応を進めています。", "What was decided is being done."};
    case mamori::v1::CASE_STATE_MONITORING:
      return {"対応の効果を見守っています。", "It is being watched whether that helps."};
    case mamori::v1::CASE_STATE_CLOSED:
      return {"対応は終わりました。何かあれば、いつでもまた知らせてください。",
              "The work is done. Speak up again at any time."};
    case mamori::v1::CASE_STATE_WITHDRAWN:
      return {"取り下げられました。いつでもまた相談できます。",
              "It was withdrawn. You can come back at any time."};
    case mamori::v1::CASE_STATE_DISPOSED:
      return {"対応は終わり、保管期間が過ぎた記録は廃棄されました。",
              "The work is done, and what was kept of it is gone."};
    default:
      return {"ほかの案件とあわせて対応しています。",
              "It is worked on together with another case."};
  }
}

void AddNext(const std::optional<Timestamp>& time, const Words& words, v1::Timeline& timeline) {
  v1::TimelineEntry& entry = *timeline.add_entries();
  entry.set_next(true);
  if (time.has_value()) *entry.mutable_entry_time() = *time;
  entry.set_text_ja(words.ja);
  entry.set_text_en(words.en);
}

}  // namespace

TimelineFacts Since(TimelineFacts facts, const Timestamp& time) {
  const auto drop = [&](std::optional<Timestamp>& step) {
    if (step.has_value() && *step < time) step.reset();
  };
  facts.opened = time;
  drop(facts.first_statement);
  drop(facts.concluded);
  drop(facts.acted);
  return facts;
}

v1::Timeline TimelineOf(const TimelineFacts& facts, v1::TimelineAudience audience) {
  v1::Timeline timeline;
  AddStep(facts.opened, "受け付けました。", "It was received.", timeline);
  AddStep(facts.first_statement, "聞き取りを始めました。", "People began to be heard.", timeline);
  AddStep(facts.concluded, "事実の確認を終えました。", "The facts were looked into.", timeline);
  AddStep(facts.acted, "会社として対応しました。", "The company acted.", timeline);
  AddNext(std::nullopt, NextOf(facts.state), timeline);
  if (audience == v1::TIMELINE_AUDIENCE_AFFECTED && facts.next_contact.has_value()) {
    AddNext(facts.next_contact, {"担当者からご連絡します。", "Somebody will speak with you."},
            timeline);
  }
  return timeline;
}

}  // namespace mamori::triage
