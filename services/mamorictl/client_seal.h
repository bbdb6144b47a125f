// What goes sealed to the tenant, so that the application that carries it sees neither the words
// nor the answer.
#ifndef MAMORI_SERVICES_MAMORICTL_CLIENT_SEAL_H_
#define MAMORI_SERVICES_MAMORICTL_CLIENT_SEAL_H_

#include <google/protobuf/empty.pb.h>
#include <grpcpp/grpcpp.h>

#include <string>
#include <type_traits>
#include <utility>

#include "common/receipt/sealed.h"
#include "services/mamorictl/session.h"

namespace mamori::ctl {

class ClientSeal {
 public:
  // Not `wanted`: all goes and comes in the open.
  explicit ClientSeal(bool wanted) : wanted_(wanted) {}

  // Gets the tenant's key. Before anything else.
  grpc::Status Prepare(Session& session) {
    if (!wanted_) return grpc::Status::OK;
    return session.reporter().GetSealingKey(session.AnonymousCall().get(), {}, &key_);
  }
  bool wanted() const { return wanted_; }
  const std::string& reply_key() const { return reply_.public_key(); }

  // The request as it is to be sent; `reply_key` was put into it where it has one. INVALID_ARGUMENT
  // for more than fits.
  template <typename Request>
  grpc::Status Seal(Request& request, size_t least = 0) const {
    if (!wanted_) return grpc::Status::OK;
    auto box = receipt::SealTo(key_.public_key(), request.SerializeAsString(), least);
    if (!box.ok()) return Refused(box.status());
    request.Clear();
    *request.mutable_sealed() = *std::move(box);
    return grpc::Status::OK;
  }
  // The answer, in its place.
  template <typename Response>
  grpc::Status Open(Response& response) const {
    if (!wanted_) return grpc::Status::OK;
    const auto plain = reply_.Open(response.sealed());
    if (!plain.ok()) return Refused(plain.status());
    if (!response.ParseFromString(*plain)) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "what was sealed is no such answer");
    }
    return grpc::Status::OK;
  }

 private:
  static grpc::Status Refused(const absl::Status& status) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, std::string(status.message()));
  }

  const bool wanted_;
  intake::v1::SealingKey key_;
  receipt::ReplyKey reply_;
};

// One call by receipt, sealed where it is wanted; `call(context, request, response)` makes it. An
// answer that says no more than that it was done comes in the open.
template <typename Request, typename Response, typename Call>
grpc::Status CallSealed(Session& session, bool wanted, Request request, Response& response,
                        Call call) {
  constexpr bool kAnswered = !std::is_same_v<Response, google::protobuf::Empty>;
  ClientSeal seal(wanted);
  if (const auto prepared = seal.Prepare(session); !prepared.ok()) return prepared;
  if constexpr (kAnswered) {
    if (wanted) request.set_reply_key(seal.reply_key());
  }
  if (const auto boxed = seal.Seal(request); !boxed.ok()) return boxed;
  const grpc::Status status = call(session.AnonymousCall().get(), request, &response);
  if constexpr (kAnswered) {
    if (status.ok()) return seal.Open(response);
  }
  return status;
}

inline constexpr char kSealHelp[] = "Seal it, so that whoever carries it sees none of it";

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_CLIENT_SEAL_H_
