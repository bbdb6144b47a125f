// Requests of anonymous reporters that come sealed to their tenant, and answers that leave sealed
// to who asked: one way for every method.
#ifndef MAMORI_SERVICES_INTAKE_SEALED_CALLS_H_
#define MAMORI_SERVICES_INTAKE_SEALED_CALLS_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/receipt/sealed.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "mamori/intake/v1/evidence_service.pb.h"
#include "services/intake/sealing_keys.h"

namespace mamori::intake {

// What is sealed in `sealed`, a message that has nothing sealed itself. NotSealed.
template <typename Request>
absl::StatusOr<Request> OpenSealed(const SealingKeys& keys, std::string_view tenant,
                                   const std::string& sealed) {
  ASSIGN_OR_RETURN(std::string plain, keys.Open(tenant, sealed));
  Request opened;
  const bool parsed = opened.ParseFromString(plain);
  crypto::Wipe(plain);
  if (!parsed || !opened.sealed().empty()) return NotSealed();
  return opened;
}

// The answer sealed to `reply_key`, which was validated; as it is when that is empty.
template <typename Response>
absl::StatusOr<Response> SealAnswer(const std::string& reply_key, absl::StatusOr<Response> answer) {
  if (!answer.ok() || reply_key.empty()) return answer;
  ASSIGN_OR_RETURN(std::string sealed, receipt::SealTo(reply_key, answer->SerializeAsString()));
  Response response;
  *response.mutable_sealed() = std::move(sealed);
  return response;
}

// OK, or INVALID_ARGUMENT: the answer to what was sealed would go in the open.
absl::Status RequireReplyKey(const char* field, const std::string& reply_key);

// `handler` of the request, or of the one that is sealed in it; its answer.
template <typename Response, typename Request, typename Handler>
absl::StatusOr<Response> Unsealed(const SealingKeys& keys, std::string_view tenant,
                                  const Request& request, Handler&& handler) {
  if (request.sealed().empty()) {
    return SealAnswer<Response>(request.reply_key(), handler(request));
  }
  Request beside = request;
  beside.clear_sealed();
  if (beside.ByteSizeLong() != 0) return NotSealed();
  ASSIGN_OR_RETURN(const Request opened, OpenSealed<Request>(keys, tenant, request.sealed()));
  RETURN_IF_ERROR(RequireReplyKey("reply_key", opened.reply_key()));
  return SealAnswer<Response>(opened.reply_key(), handler(opened));
}

// The messages of one stream of UploadAnonymousEvidence, all sealed or none. Not thread safe.
class SealedStream {
 public:
  using Message = v1::UploadAnonymousEvidenceRequest;
  SealedStream(const SealingKeys& keys, std::string tenant)
      : keys_(keys), tenant_(std::move(tenant)) {}

  // Opens the first message where it is sealed, in its place. NotSealed; INVALID_ARGUMENT.
  absl::Status OpenFirst(Message& message);
  // Opens another one, in its place. NotSealed where the stream's are sealed and this is not.
  absl::Status OpenNext(Message& message);
  // Whether a message that was opened only fills the stream up.
  bool IsFiller(const Message& message) const {
    return sealed_ && message.part_case() == Message::PART_NOT_SET;
  }
  // At the end: whether the number and size of the messages told nothing. NotSealed.
  absl::Status CheckFilled() const;

 private:
  const SealingKeys& keys_;
  const std::string tenant_;
  bool sealed_ = false;
  int count_ = 0;         // after the first
  bool smaller_ = false;  // one of those is in a smaller class than the largest
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_SEALED_CALLS_H_
