#include "services/intake/act_user.h"

#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::intake {
namespace {

constexpr char kUseIdentityAct[] = "/mamori.triage.v1.TwoPersonService/UseIdentityAct";

}  // namespace

absl::StatusOr<bool> GrpcActUser::Use(const server::CallContext& call,
                                      const v1::UnsealIdentityRequest& request) {
  triage::v1::UseIdentityActRequest use;
  use.set_request_id(request.request_id());
  use.set_act(request.act());
  use.set_report(request.report());
  const auto context = client::MakeContext(call.deadline);
  RETURN_IF_ERROR(
      on_behalf_.Pass(call, kUseIdentityAct, {request.act(), request.report()}, *context));
  triage::v1::UseIdentityActResponse response;
  RETURN_IF_ERROR(status::FromGrpcStatus(stub_->UseIdentityAct(context.get(), use, &response)));
  return response.tell_reporter();
}

}  // namespace mamori::intake
