// The words in what is recorded of the work on a case. Pure.
#ifndef MAMORI_SERVICES_TRIAGE_WORK_TEXT_H_
#define MAMORI_SERVICES_TRIAGE_WORK_TEXT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

#include "services/triage/work_row.h"

namespace mamori::triage {

// Which message the body of a record is.
const google::protobuf::Descriptor* TypeOfWork(WorkKind kind);

// Such as "statement".
std::string SourceName(WorkKind kind);

// All text in a message, a line each field.
std::string WordsIn(const google::protobuf::Message& message);

// All text of an opened record, a line each field; nothing of who could have read what leaked,
// which members of a case are not told.
std::string WordsOf(const WorkRow& record);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_TEXT_H_
