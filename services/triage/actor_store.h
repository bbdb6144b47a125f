// Where it is kept whom reports tell of, and who was said to be whom.
#ifndef MAMORI_SERVICES_TRIAGE_ACTOR_STORE_H_
#define MAMORI_SERVICES_TRIAGE_ACTOR_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mamori/triage/v1/actor_service.pb.h"
#include "services/triage/case_row.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

// An actor in a report, and the case that has the report now.
struct MentionRow {
  id::Id actor;
  v1::ActorKind kind = v1::ACTOR_KIND_UNSPECIFIED;
  id::Id report_id;
  int index = 0;
  id::Id case_id;
  absl::Time create_time;
};

// Where a page ends. Of a case's own actors only the ids count.
struct MentionPosition {
  int64_t create_micros = INT64_MAX;
  id::Id report_id;
  id::Id actor;
};

struct JoinRow {
  id::Id join_id;
  id::Id actor;
  id::Id report_id;
  id::Id other_actor;
  id::Id other_report_id;
  std::string author;
  absl::Time create_time;
  std::string split_by;                  // empty while it stands
  std::optional<absl::Time> split_time;  // likewise
};

// Every method is one transaction. A case of another tenant is one that does not exist.
class ActorStore {
 public:
  virtual ~ActorStore() = default;

  // At most `limit` mentions of a case's reports, by report and actor, after `after`.
  virtual absl::StatusOr<std::vector<MentionRow>> ListOfCase(
      std::string_view tenant, const id::Id& case_id, const std::optional<MentionPosition>& after,
      int limit, absl::Time deadline) = 0;
  // At most `limit` mentions of any of `actors` (not empty) in other cases than `case_id`, newest
  // first.
  virtual absl::StatusOr<std::vector<MentionRow>> ListOfActors(
      std::string_view tenant, const std::vector<id::Id>& actors, const id::Id& case_id,
      const std::optional<MentionPosition>& after, int limit, absl::Time deadline) = 0;
  // At most `limit` of all mentions, newest first.
  virtual absl::StatusOr<std::vector<MentionRow>> ListNewest(
      std::string_view tenant, const std::optional<MentionPosition>& after, int limit,
      absl::Time deadline) = 0;

  // The joins that stand of any of `actors` (not empty), at most 500.
  virtual absl::StatusOr<std::vector<JoinRow>> FindJoins(std::string_view tenant,
                                                         const std::vector<id::Id>& actors,
                                                         absl::Time deadline) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<JoinRow> GetJoin(std::string_view tenant, const id::Id& join_id,
                                          absl::Time deadline) = 0;

  // Locks both cases (once when they are one), asks `decide` for the changes of them, and writes
  // those with the join and the answer. `decide` may be called several times; its errors are
  // returned unchanged. NOT_FOUND for a case, and for an actor that does not stand in its case;
  // FAILED_PRECONDITION when a join of the two stands.
  struct Joining {
    id::Id case_id;
    id::Id actor;
    id::Id other_case_id;
    id::Id other_actor;
  };
  struct JoinChange {
    CaseChange change;                // of `case_id`
    std::optional<CaseChange> other;  // of the other case, when it is another
    JoinRow row;                      // without reports, which the store finds
  };
  using DecideJoin =
      absl::FunctionRef<absl::StatusOr<JoinChange>(const CaseRow& row, const CaseRow& other)>;
  virtual absl::StatusOr<v1::ActorJoin> Join(const CallKey& call, std::string_view tenant,
                                             const Joining& joining, DecideJoin decide) = 0;

  // The same for undoing one: `split_by` and its time are set. NOT_FOUND also when neither actor
  // stands in the case; FAILED_PRECONDITION when it is undone already.
  using DecideSplit = absl::FunctionRef<absl::StatusOr<CaseChange>(const CaseRow& row)>;
  virtual absl::StatusOr<v1::ActorJoin> Split(const CallKey& call, std::string_view tenant,
                                              const id::Id& case_id, const id::Id& join_id,
                                              std::string_view person, absl::Time now,
                                              DecideSplit decide) = 0;
};

v1::ActorJoin ToProto(const JoinRow& row);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_ACTOR_STORE_H_
