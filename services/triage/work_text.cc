#include "services/triage/work_text.h"

#include <google/protobuf/message.h>
#include <google/protobuf/wrappers.pb.h>

#include <memory>
#include <vector>

#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/triage/v1/disclosure_service.pb.h"
#include "mamori/triage/v1/fact_finding_service.pb.h"
#include "mamori/triage/v1/hearing_service.pb.h"
#include "mamori/triage/v1/judgement_service.pb.h"
#include "mamori/triage/v1/leak_incident_service.pb.h"
#include "mamori/triage/v1/measure_service.pb.h"
#include "mamori/triage/v1/prevention_service.pb.h"
#include "mamori/triage/v1/task_service.pb.h"
#include "mamori/triage/v1/triage_service.pb.h"

namespace mamori::triage {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void AddWords(const Message& message, std::string& words) {
  std::vector<const FieldDescriptor*> fields;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        AddWords(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                      : reflection.GetMessage(message, field),
                 words);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        words += field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                      : reflection.GetString(message, field);
        words += '\n';
      }
    }
  }
}

}  // namespace

const google::protobuf::Descriptor* TypeOfWork(WorkKind kind) {
  switch (kind) {
    case WorkKind::kStatement:
      return v1::Statement::descriptor();
    case WorkKind::kFinding:
      return v1::Finding::descriptor();
    case WorkKind::kConclusion:
      return v1::FactConclusion::descriptor();
    case WorkKind::kMeasure:
      return v1::Measure::descriptor();
    case WorkKind::kJudgement:
      return v1::Judgement::descriptor();
    case WorkKind::kCare:
      return v1::Care::descriptor();
    case WorkKind::kPrevention:
      return v1::PreventionAction::descriptor();
    case WorkKind::kTask:
      return v1::Task::descriptor();
    case WorkKind::kDetrimentRisk:
      return v1::DetrimentRisk::descriptor();
    case WorkKind::kRetaliation:
      return v1::RetaliationReport::descriptor();
    case WorkKind::kHearing:
      return v1::Hearing::descriptor();
    case WorkKind::kDisclosure:
      return v1::DisclosureRequest::descriptor();
    case WorkKind::kLeak:
      return v1::LeakIncident::descriptor();
    case WorkKind::kReopening:
      return v1::Reopening::descriptor();
  }
  return google::protobuf::StringValue::descriptor();
}

std::string SourceName(WorkKind kind) {
  std::string name;
  for (const char c : TypeOfWork(kind)->name()) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !name.empty()) name += '_';
    name += upper ? static_cast<char>(c | 0x20) : c;
  }
  return name;
}

std::string WordsIn(const google::protobuf::Message& message) {
  std::string words;
  AddWords(message, words);
  return words;
}

std::string WordsOf(const WorkRow& record) {
  std::string words;
  if (record.kind == WorkKind::kLeak) return words;
  const std::unique_ptr<Message> body(google::protobuf::MessageFactory::generated_factory()
                                          ->GetPrototype(TypeOfWork(record.kind))
                                          ->New());
  if (body->ParseFromString(record.body)) AddWords(*body, words);
  return words;
}

}  // namespace mamori::triage
