#include "common/policy/sample.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mamori::policy {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr double kMaxNumber = 1e9;

const Value* Find(const Struct& object, const std::string& name) {
  const auto it = object.fields().find(name);
  return it == object.fields().end() ? nullptr : &it->second;
}

std::string Text(const Struct& object, const std::string& name) {
  const Value* const value = Find(object, name);
  return value == nullptr ? "" : value->string_value();
}

int Number(const Struct& object, const std::string& name) {
  const Value* const value = Find(object, name);
  const double number = value == nullptr ? 0 : value->number_value();
  return number >= 0 && number <= kMaxNumber ? static_cast<int>(number) : 0;
}

const ListValue& List(const Struct& object, const std::string& name) {
  const Value* const value = Find(object, name);
  return value == nullptr ? ListValue::default_instance() : value->list_value();
}

absl::Status ReadFacts(const Struct& facts, mamori::v1::Report& report) {
  report.set_contact_count(Number(facts, "contact_count"));
  report.set_total_minutes(Number(facts, "total_minutes"));
  mamori::v1::Occurrence* const occurrence = report.add_occurrences();
  if (const std::string channel = Text(facts, "channel"); !channel.empty()) {
    mamori::v1::Channel value;
    if (!mamori::v1::Channel_Parse("CHANNEL_" + absl::AsciiStrToUpper(channel), &value)) {
      return absl::InvalidArgumentError("facts.channel: is no channel");
    }
    occurrence->set_channel(value);
  }
  for (const Value& url : List(facts, "urls").values()) occurrence->add_urls(url.string_value());
  report.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  if (const std::string actor = Text(facts, "actor_kind"); !actor.empty()) {
    mamori::v1::ActorRelation value;
    if (!mamori::v1::ActorRelation_Parse("ACTOR_RELATION_" + absl::AsciiStrToUpper(actor),
                                         &value)) {
      return absl::InvalidArgumentError("facts.actor_kind: is no relation");
    }
    report.add_actors()->set_relation(value);
    if (value >= mamori::v1::ACTOR_RELATION_INTERNAL_SUPERIOR) {
      report.set_kind(mamori::v1::REPORT_KIND_INTERNAL_HARASSMENT);
    }
  }
  return absl::OkStatus();
}

Value String(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return value;
}

}  // namespace

absl::StatusOr<Sample> ParseSample(std::string_view line) {
  Struct object;
  if (!google::protobuf::util::JsonStringToMessage(
           google::protobuf::StringPiece(line.data(), line.size()), &object)
           .ok()) {
    return absl::InvalidArgumentError("is no JSON object");
  }
  Sample sample;
  sample.id = Text(object, "id");
  if (sample.id.empty()) return absl::InvalidArgumentError("id: is required");
  sample.report.set_narrative(Text(object, "text"));
  if (sample.report.narrative().empty()) return absl::InvalidArgumentError("text: is required");
  sample.report.set_language(Text(object, "lang"));
  const Value* const facts = Find(object, "facts");
  const absl::Status read =
      ReadFacts(facts == nullptr ? Struct() : facts->struct_value(), sample.report);
  if (!read.ok()) return read;
  for (const Value& label : List(object, "labels").values()) {
    if (label.string_value() != "NONE") sample.labels.insert(label.string_value());
  }
  if (const std::string severity = Text(object, "severity"); !severity.empty()) {
    if (!mamori::v1::Severity_Parse("SEVERITY_" + severity, &sample.severity)) {
      return absl::InvalidArgumentError("severity: is no severity");
    }
  }
  for (const Value& one : List(object, "evidence").values()) {
    const Struct& passage = one.struct_value();
    sample.evidence.push_back(
        {Text(passage, "label"), Number(passage, "byte_start"), Number(passage, "byte_end")});
  }
  return sample;
}

std::string PredictionLine(const std::string& id, const mamori::v1::Assessment& assessment) {
  Struct object;
  auto& fields = *object.mutable_fields();
  fields["id"] = String(id);
  ListValue* const labels = fields["labels"].mutable_list_value();
  ListValue* const evidence = fields["evidence"].mutable_list_value();
  ListValue* const rules = fields["rules"].mutable_list_value();
  for (const mamori::v1::CategoryFinding& finding : assessment.findings()) {
    *labels->add_values() = String(finding.category());
    for (const std::string& rule : finding.rule_ids()) *rules->add_values() = String(rule);
    for (const mamori::v1::EvidenceSpan& span : finding.evidence()) {
      auto& passage = *evidence->add_values()->mutable_struct_value()->mutable_fields();
      passage["label"] = String(finding.category());
      passage["byte_start"].set_number_value(span.byte_start());
      passage["byte_end"].set_number_value(span.byte_end());
    }
  }
  if (labels->values().empty()) *labels->add_values() = String("NONE");
  fields["severity"] =
      String(mamori::v1::Severity_Name(assessment.severity()).substr(sizeof("SEVERITY_") - 1));
  ListValue* const measures = fields["measures"].mutable_list_value();
  for (const auto& one : assessment.recommended_measures()) {
    *measures->add_values() = String(one.measure());
  }
  ListValue* const dangers = fields["dangers"].mutable_list_value();
  for (const int danger : assessment.dangers()) {
    *dangers->add_values() =
        String(mamori::v1::Danger_Name(static_cast<mamori::v1::Danger>(danger)));
  }
  fields["no_rule_matched"].set_bool_value(assessment.no_rule_matched());
  std::string line;
  // A message made of strings, numbers and lists always has a JSON form.
  static_cast<void>(google::protobuf::util::MessageToJsonString(object, &line));
  return line;
}

}  // namespace mamori::policy
