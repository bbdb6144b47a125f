// What people write into cases, and how it is sealed: each case has a data key, made when something
// is first written into it and erased with the case's content.
#ifndef MAMORI_SERVICES_TRIAGE_CASE_CONTENT_H_
#define MAMORI_SERVICES_TRIAGE_CASE_CONTENT_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/transaction.h"
#include "common/idempotency/request_id.h"
#include "common/sealing/sealed_answer.h"
#include "common/sealing/sealer.h"
#include "common/time/clock.h"
#include "services/triage/case_store.h"

namespace mamori::triage {

// Thread safe.
class CaseContent {
 public:
  explicit CaseContent(const sealing::Sealer& sealer) : sealer_(sealer) {}

  // The key of a case that this transaction has locked. NOT_FOUND for one whose content was erased.
  absl::StatusOr<sealing::DataKey> KeyOf(db::Tx& tx, const CaseRow& row, absl::Time deadline) const;
  // Seals the note of a change, if it has one, before the change is written.
  static void SealNote(const sealing::DataKey& key, CaseChange& change);
  // The same for a case that this transaction has locked, whose key nothing else asks for.
  absl::Status SealNote(db::Tx& tx, const CaseRow& row, absl::Time deadline,
                        CaseChange& change) const;
  // Opens the notes of a case that was read. Those that were erased are left out.
  absl::Status OpenNotes(std::string_view tenant, absl::Time deadline,
                         mamori::v1::Case& proto) const;

  // What a verb answers, and the key of the case that it is about.
  template <typename Response>
  struct Answered {
    Response response;
    sealing::DataKey key;
  };
  // idempotency::RespondOnce for answers that tell content.
  template <typename Response>
  absl::StatusOr<Response> RespondOnce(
      db::Transactor& transactor, const time::Clock& clock, const CallKey& call,
      std::string_view tenant,
      const std::function<absl::StatusOr<Answered<Response>>(db::Tx&)>& body) const {
    const sealing::AnswerPlace place{.tenant = tenant, .request_key = call.key};
    std::string sealed;
    Response response;
    absl::StatusOr<std::string> stored = idempotency::AnswerOnce(
        transactor, clock, call.deadline, call.key, sealing::NoDigest(),
        [&](db::Tx& tx) -> absl::StatusOr<std::string> {
          absl::StatusOr<Answered<Response>> answered = body(tx);
          if (!answered.ok()) return answered.status();
          sealed = sealing::SealAnswer(answered->key, place, call.digest,
                                       answered->response.SerializeAsString());
          response = std::move(answered->response);
          return sealed;
        });
    if (!stored.ok()) return stored.status();
    if (*stored == sealed) return response;
    const absl::StatusOr<std::string> opened =
        sealing::OpenAnswer(sealer_, place, call.digest, *stored, call.deadline);
    if (!opened.ok()) return opened.status();
    Response repeated;
    if (!repeated.ParseFromString(*opened)) {
      return absl::InternalError("a stored answer cannot be parsed");
    }
    return repeated;
  }

 private:
  const sealing::Sealer& sealer_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_CASE_CONTENT_H_
