// Where the models for the second opinion are kept, and which cases they may be trained from.
#ifndef MAMORI_SERVICES_TRIAGE_OPINION_STORE_H_
#define MAMORI_SERVICES_TRIAGE_OPINION_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/opinion_service.pb.h"
#include "services/triage/act_store.h"

namespace mamori::triage {

// A model as it is stored: never changed.
struct OpinionRow {
  std::string tenant;
  std::string policy_digest;
  int64_t sequence = 0;  // 1 for the first of the policy version
  std::string version;
  std::string previous_version;  // empty for the first
  id::Id act_id;
  absl::Time create_time;
  mamori::v1::OpinionModel model;
};

// The digest that names it.
std::string VersionOf(std::string_view policy_digest, const mamori::v1::OpinionModel& model);
// "policies/{id}" of a policy version, by the first half of its digest.
std::string PolicyName(std::string_view digest);
v1::Opinion ToProto(const OpinionRow& row);

// Every method is one transaction. A model of another tenant is one that does not exist, and so is
// one that does not match its digest.
class OpinionStore {
 public:
  virtual ~OpinionStore() = default;

  // The one in force for the policy version; nullopt when none was trained.
  virtual absl::StatusOr<std::optional<OpinionRow>> Newest(std::string_view tenant,
                                                           std::string_view policy_digest,
                                                           absl::Time deadline) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<OpinionRow> Get(std::string_view tenant, std::string_view version,
                                         absl::Time deadline) = 0;
  // Which versions reports were assessed by; those that have none are left out.
  virtual absl::StatusOr<std::map<id::Id, std::string>> VersionsOf(
      std::string_view tenant, const std::vector<id::Id>& report_ids, absl::Time deadline) = 0;
  // At most `limit` cases that people have judged, by id, after `after`.
  virtual absl::StatusOr<std::vector<id::Id>> ListJudged(std::string_view tenant,
                                                         const id::Id& after, int limit,
                                                         absl::Time deadline) = 0;

  // Uses the act up, then asks `train` for the next model of `policy_digest` and stores it: all or
  // nothing. `train` may be called several times and changes nothing; it is not called when the act
  // may not be used. The errors of UseAct; those of `train` are returned unchanged.
  using Train = absl::FunctionRef<absl::StatusOr<mamori::v1::OpinionModel>()>;
  virtual absl::StatusOr<v1::Opinion> Add(const CallKey& call, const ActCaller& caller,
                                          std::string_view tenant, std::string_view policy_digest,
                                          const id::Id& act_id, const std::string& person,
                                          Train train) = 0;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_OPINION_STORE_H_
