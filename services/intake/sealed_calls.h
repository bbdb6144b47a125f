// Requests of anonymous reporters that come sealed to their tenant, and answers that leave sealed
// to who asked: one way for every method.
#ifndef MAMORI_SERVICES_INTAKE_SEALED_CALLS_H_
#define MAMORI_SERVICES_INTAKE_SEALED_CALLS_H_

#include <google/protobuf/empty.pb.h>

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

// INVALID_ARGUMENT for an answer that no class of size holds.
absl::Status TooLargeToSeal();

// The answer sealed to `reply_key`, which was validated; as it is when that is empty.
template <typename Response>
absl::StatusOr<Response> SealAnswer(const std::string& reply_key, absl::StatusOr<Response> answer) {
  if (!answer.ok() || reply_key.empty()) return answer;
  auto sealed = receipt::SealTo(reply_key, answer->SerializeAsString());
  if (!sealed.ok()) return TooLargeToSeal();
  Response response;
  *response.mutable_sealed() = *std::move(sealed);
  return response;
}

// The request, or the one that is sealed in it and brings nothing beside it. NotSealed.
template <typename Request>
absl::StatusOr<Request> Opened(const SealingKeys& keys, std::string_view tenant,
                               const Request& request) {
  if (request.sealed().empty()) return request;
  Request beside = request;
  beside.clear_sealed();
  if (beside.ByteSizeLong() != 0) return NotSealed();
  return OpenSealed<Request>(keys, tenant, request.sealed());
}

// OK, or INVALID_ARGUMENT: the answer to what was sealed would go in the open.
absl::Status RequireReplyKey(const char* field, const std::string& reply_key);

// The same with the key that the answer needs. NotSealed; INVALID_ARGUMENT.
template <typename Request>
absl::StatusOr<Request> OpenedForAnswer(const SealingKeys& keys, std::string_view tenant,
                                        const Request& request) {
  ASSIGN_OR_RETURN(Request opened, Opened(keys, tenant, request));
  if (!request.sealed().empty()) RETURN_IF_ERROR(RequireReplyKey("reply_key", opened.reply_key()));
  return opened;
}

// `handler` of the request, or of the one that is sealed in it; its answer.
template <typename Response, typename Request, typename Handler>
absl::StatusOr<Response> Unsealed(const SealingKeys& keys, std::string_view tenant,
                                  const Request& request, Handler&& handler) {
  ASSIGN_OR_RETURN(const Request opened, OpenedForAnswer(keys, tenant, request));
  return SealAnswer<Response>(opened.reply_key(), handler(opened));
}

// The same where nothing is answered but that it was done.
template <typename Request, typename Handler>
absl::StatusOr<google::protobuf::Empty> UnsealedDone(const SealingKeys& keys,
                                                     std::string_view tenant,
                                                     const Request& request, Handler&& handler) {
  ASSIGN_OR_RETURN(const Request opened, Opened(keys, tenant, request));
  RETURN_IF_ERROR(handler(opened));
  return google::protobuf::Empty();
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
