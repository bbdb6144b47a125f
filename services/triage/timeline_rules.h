// What may be told to a reporter or an affected person. Pure: built from dates and states alone, so
// that nothing of what people wrote and nobody's name can get in.
#ifndef MAMORI_SERVICES_TRIAGE_TIMELINE_RULES_H_
#define MAMORI_SERVICES_TRIAGE_TIMELINE_RULES_H_

#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "mamori/triage/v1/care_service.pb.h"
#include "mamori/v1/case.pb.h"

namespace mamori::triage {

// The steps that have a date. Those that did not happen have none.
struct TimelineFacts {
  mamori::v1::CaseState state = mamori::v1::CASE_STATE_UNSPECIFIED;
  std::optional<google::protobuf::Timestamp> opened;
  std::optional<google::protobuf::Timestamp> first_statement;
  std::optional<google::protobuf::Timestamp> concluded;
  std::optional<google::protobuf::Timestamp> acted;
  // The affected person's, for AFFECTED alone.
  std::optional<google::protobuf::Timestamp> next_contact;
};

// Without what happened before `time`: that was of others.
TimelineFacts Since(TimelineFacts facts, const google::protobuf::Timestamp& time);

v1::Timeline TimelineOf(const TimelineFacts& facts, v1::TimelineAudience audience);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TIMELINE_RULES_H_
