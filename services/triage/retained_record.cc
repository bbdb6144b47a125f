#include "services/triage/retained_record.h"

#include <utility>

#include "common/authz/record_rules.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/triage/breach_rules.h"
#include "services/triage/subject_request_rules.h"
#include "services/triage/tenant_records.h"
#include "services/triage/work_name.h"

namespace mamori::triage {
namespace {

constexpr const RecordKind* kKinds[] = {&kSubjectRequests, &kBreaches};

absl::Status AddCase(std::string_view collection, const std::string& part, RetainedRecord& found) {
  ASSIGN_OR_RETURN(WorkName name, ParseWorkName(collection, part));
  found.cases.push_back(std::move(name.case_id));
  return absl::OkStatus();
}

absl::Status ReadInto(const v1::SubjectRequest& request, RetainedRecord& found) {
  found.person = request.person();
  found.close_time = CloseTimeOf(request);
  for (const v1::SubjectFinding& one : request.findings()) {
    RETURN_IF_ERROR(AddCase("disclosures", one.disclosure(), found));
  }
  return absl::OkStatus();
}

absl::Status ReadInto(const v1::Breach& breach, RetainedRecord& found) {
  found.person = breach.person();
  found.close_time = CloseTimeOf(breach);
  for (const std::string& one : breach.incidents()) {
    RETURN_IF_ERROR(AddCase("leaks", one, found));
  }
  return absl::OkStatus();
}

template <typename Message>
absl::Status ReadAs(const TenantRecord& record, RetainedRecord& found) {
  ASSIGN_OR_RETURN(const Message message, MessageOf<Message>(record));
  return ReadInto(message, found);
}

}  // namespace

absl::StatusOr<RetainedRecord> RetainedOf(const RecordKind& kind, const TenantRecord& record) {
  RetainedRecord found{.kind = &kind,
                       .record_id = record.record_id,
                       .version = record.version,
                       .create_time = record.create_time};
  RETURN_IF_ERROR(&kind == &kBreaches ? ReadAs<v1::Breach>(record, found)
                                      : ReadAs<v1::SubjectRequest>(record, found));
  return found;
}

std::string NameOf(const RecordName& name) {
  return id::Name(name.kind->collection, name.record_id);
}

absl::StatusOr<RecordName> ParseRecordName(std::string_view name) {
  for (const RecordKind* kind : kKinds) {
    absl::StatusOr<id::Id> record_id = id::FromName(kind->collection, name);
    if (record_id.ok()) return RecordName{kind, *std::move(record_id)};
  }
  return absl::InvalidArgumentError("not the name of a record of the tenant");
}

const RecordKind* RecordKindOf(std::string_view collection) {
  for (const RecordKind* kind : kKinds) {
    if (kind->collection == collection) return kind;
  }
  return nullptr;
}

RecordClass RecordClassOf(const mamori::v1::RetentionPolicy& policy, const RecordKind& kind) {
  return &kind == &kBreaches ? BreachClass(policy) : SubjectRequestClass(policy);
}

bool MayKnowRecords(const authz::Viewer& viewer, const RecordKind& kind) {
  return &kind == &kBreaches ? MayLookAfterBreaches(viewer.roles)
                             : MayHandleSubjectRequests(viewer.roles);
}

absl::Status CheckRecordAccess(const authz::Viewer& viewer, const RecordKind& kind,
                               const std::string& person) {
  const bool hidden = authz::IsAboutOneself(viewer, person);
  if (MayKnowRecords(viewer, kind) && !hidden) return absl::OkStatus();
  return status::NotFound(kind.resource);
}

}  // namespace mamori::triage
