// What people write into cases, and how it is sealed: each case has a data key, made when something
// is first written into it and erased with the case's content.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_CONTENT_H_
#define MAMORI_SERVICES_TRIAGE_CASE_CONTENT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/idempotency/request_id.h"
#include "common/sealing/sealed_answer.h"
#include "common/sealing/sealer.h"
#include "common/time/clock.h"
#include "services/triage/case_store.h"
#include "services/triage/work_row.h"

namespace mamori::triage {

// As it is stored: empty for a disposed case. The version is the newest that the audit knows.
struct SealedAssessment {
  std::string body;
  int64_t version = 1;
};

// Thread safe.
class CaseContent {
 public:
  explicit CaseContent(const sealing::Sealer& sealer) : sealer_(sealer) {}

  // The key of a case that this transaction has locked. NOT_FOUND for one whose content was erased.
  absl::StatusOr<sealing::DataKey> KeyOf(db::Tx& tx, const CaseRow& row, absl::Time deadline) const;
  // The same for what is no content of the case, such as who may see it and acts about that: of a
  // disposed case, a new key that is not erased.
  absl::StatusOr<sealing::DataKey> KeyBeside(db::Tx& tx, const CaseRow& row,
                                             absl::Time deadline) const;
  // The keys of cases that this transaction opens.
  absl::StatusOr<std::vector<sealing::FreshKey>> NewKeys(db::Tx& tx,
                                                         const std::vector<const CaseRow*>& cases,
                                                         absl::Time deadline) const;
  // A key of what belongs to no single case.
  absl::StatusOr<sealing::DataKey> NewKey(std::string_view tenant, absl::Time deadline) const;
  const sealing::Sealer& sealer() const { return sealer_; }

  // Content with the random bytes of its commitment in the audit before it.
  struct Sealed {
    std::string text;
    std::string commitment;
  };
  // Where a record of work stands, which its body is sealed to.
  static std::string PlaceOf(const WorkRow& row);
  static Sealed Seal(const sealing::DataKey& key, const sealing::Field& field,
                     std::string_view text);
  static absl::StatusOr<std::string> Open(const sealing::KeyRing& keys, const sealing::Field& field,
                                          std::string_view sealed);

  // Seals the note of a change, if it has one, before the change is written.
  static void SealNote(const sealing::DataKey& key, CaseChange& change);
  // The same for a case that this transaction has locked, whose key nothing else asks for.
  absl::Status SealNote(db::Tx& tx, const CaseRow& row, absl::Time deadline,
                        CaseChange& change) const;
  // Opens records of work, of whatever cases of the tenant. Of those that were erased nothing is
  // left: no record is empty.
  absl::Status OpenEach(std::string_view tenant, absl::Time deadline,
                        const std::vector<WorkRow*>& work) const;
  // Opens the records of the work on a case. NOT_FOUND when they were erased.
  absl::Status OpenWork(const CaseRow& row, absl::Time deadline, std::vector<WorkRow>& work) const;
  // A case as it is stored: its notes are sealed, and so is the assessment of each of its reports.
  struct SealedCase {
    mamori::v1::Case proto;                     // without assessments
    std::vector<SealedAssessment> assessments;  // one for each report
  };
  // Notes that were erased are left out, erased assessments are empty.
  absl::StatusOr<mamori::v1::Case> OpenCase(std::string_view tenant, absl::Time deadline,
                                            SealedCase sealed) const;

  // What a verb answers, and the key of the case that it is about.
  template <typename Response>
  struct Answered {
    Response response;
    sealing::DataKey key;
  };
  // idempotency::AnswerOnce for answers that tell content.
  absl::StatusOr<std::string> AnswerOnce(
      db::Transactor& transactor, const time::Clock& clock, const CallKey& call,
      std::string_view tenant,
      const std::function<absl::StatusOr<Answered<std::string>>(db::Tx&)>& body) const;
  // The same with the answer as a message.
  template <typename Response>
  absl::StatusOr<Response> RespondOnce(
      db::Transactor& transactor, const time::Clock& clock, const CallKey& call,
      std::string_view tenant,
      const std::function<absl::StatusOr<Answered<Response>>(db::Tx&)>& body) const {
    const absl::StatusOr<std::string> answer = AnswerOnce(
        transactor, clock, call, tenant, [&](db::Tx& tx) -> absl::StatusOr<Answered<std::string>> {
          absl::StatusOr<Answered<Response>> answered = body(tx);
          if (!answered.ok()) return answered.status();
          return Answered<std::string>{answered->response.SerializeAsString(),
                                       std::move(answered->key)};
        });
    if (!answer.ok()) return answer.status();
    Response response;
    if (response.ParseFromString(*answer)) return response;
    return absl::InternalError("a stored answer cannot be parsed");
  }

 private:
  // Something of the case does not open any more: alarms where nobody decided that.
  void Gone(const id::Id& case_id, absl::Time deadline) const;

  const sealing::Sealer& sealer_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_CONTENT_H_
