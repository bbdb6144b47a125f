// Where acts of two persons are kept.
#ifndef MAMORI_SERVICES_TRIAGE_ACT_STORE_H_
#define MAMORI_SERVICES_TRIAGE_ACT_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/hold_service.pb.h"
#include "services/triage/access_past.h"
#include "services/triage/act_record.h"
#include "services/triage/case_store.h"
#include "services/triage/retained_record.h"
#include "services/triage/retention_rules.h"
#include "services/triage/two_person_rules.h"

namespace mamori::triage {

// What an act is about, as a transaction has read it.
struct ActResource {
  // The cases: one, or for a hold as many as it names; may be none.
  std::vector<CaseRow> cases;
  // Where it is one; without a version otherwise.
  v1::LegalHold hold;
  // The record that is the tenant's: of an act that disposes of one, of a hold on one.
  std::optional<RetainedRecord> record;
  // About the tenant as a whole, and no case of it.
  bool of_tenant = false;
  // Who could see the cases before; only of what was locked.
  AccessPast past;
  // Of an act that opens an identity: the case's reports.
  std::vector<id::Id> reports;
  // Of an act that disposes: what the case's retention depends on.
  RetentionFacts retention;
  // Of what `kind` counts: the case's access record, the case, the hold, the record, or the model
  // in force.
  int64_t version = 0;

  std::vector<const mamori::v1::CaseAccess*> access() const {
    std::vector<const mamori::v1::CaseAccess*> all;
    for (const CaseRow& row : cases) all.push_back(&row.access);
    return all;
  }
};

// An act to be stored, with the change of its case that tells of it.
struct NewAct {
  id::Id act_id;
  v1::TwoPersonAct act;
  std::optional<CaseChange> told;
};

// For the audit.
struct ActCaller {
  audit::Who who;
  std::string action;
};

// Every method is one transaction. An act of another tenant is one that does not exist, and so is
// one whose stored record is not believed.
class ActStore {
 public:
  virtual ~ActStore() = default;

  // NOT_FOUND for a resource that the tenant does not have.
  virtual absl::StatusOr<ActResource> ReadResource(std::string_view tenant, v1::ActKind kind,
                                                   const std::string& resource,
                                                   absl::Time deadline) = 0;

  // Locks the resource and asks `decide`, which may be called several times; its errors are
  // returned unchanged.
  using DecideNew =
      absl::FunctionRef<absl::StatusOr<NewAct>(const ActResource& resource, const ActTime& time)>;
  virtual absl::StatusOr<v1::TwoPersonAct> Add(const CallKey& call, const ActCaller& caller,
                                               std::string_view tenant, v1::ActKind kind,
                                               const std::string& resource, DecideNew decide) = 0;

  // The same for a stored act, which is locked too. NOT_FOUND.
  using Decide = absl::FunctionRef<absl::StatusOr<v1::TwoPersonAct>(
      const v1::TwoPersonAct& act, const ActResource& resource, const ActTime& time)>;
  virtual absl::StatusOr<v1::TwoPersonAct> Change(const CallKey& call, const ActCaller& caller,
                                                  std::string_view tenant, const id::Id& act_id,
                                                  Decide decide) = 0;

  // NOT_FOUND.
  virtual absl::StatusOr<v1::TwoPersonAct> Get(std::string_view tenant, const id::Id& act_id,
                                               absl::Time deadline) = 0;
  // At most `limit`, newest first, after `position` where there is one.
  virtual absl::StatusOr<std::vector<v1::TwoPersonAct>> List(
      std::string_view tenant, const std::string& resource,
      const std::optional<CasePosition>& position, int limit, absl::Time deadline) = 0;

  // CaseStore::ChangeAccess that uses an act up: done together or not at all. `decide` is asked
  // first, so that what cannot be done uses nothing up.
  virtual absl::StatusOr<mamori::v1::CaseAccess> ChangeAccessByAct(
      const CallKey& call, std::string_view tenant, const id::Id& case_id, const id::Id& act_id,
      const std::string& person, const std::vector<std::pair<std::string, std::string>>& fields,
      CaseStore::Decide decide) = 0;

  // Uses up an act that opens the identity of a report's reporter, once `admit` has admitted the
  // case that has the report; whose errors are returned unchanged. NOT_FOUND; the errors of UseAct.
  using Admit = absl::FunctionRef<absl::Status(const CaseRow& row)>;
  virtual absl::Status UseForIdentity(const CallKey& call, const ActCaller& caller,
                                      std::string_view tenant, const id::Id& report_id,
                                      const id::Id& act_id, const std::string& person,
                                      Admit admit) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACT_STORE_H_
