#include "services/intake/dialogue_service.h"

#include <algorithm>
#include <string>

#include "common/receipt/receipt.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/dialogue_rules.h"
#include "services/intake/methods.h"
#include "services/intake/sealed_calls.h"

namespace mamori::intake {

using google::protobuf::Empty;
using server::CallContext;
using server::Needs;

CallContext DialogueService::Soon(const CallContext& call) const {
  CallContext soon = call;
  soon.deadline = std::min(call.deadline, d_.dialogue.Soon());
  return soon;
}

absl::StatusOr<Party> DialogueService::ByReceipt(const CallContext& call,
                                                 const std::string& receipt) {
  ASSIGN_OR_RETURN(const std::string text, receipt::Parse(receipt));
  RETURN_IF_ERROR(d_.flood.AdmitReceipt(text));
  return d_.parties.ByReceipt(call, text);
}

absl::StatusOr<v1::Message> DialogueService::PostAnonymous(
    const CallContext& call, const v1::PostAnonymousMessageRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  return d_.dialogue.Post(call, party, request.request_id(), request.message());
}

absl::StatusOr<v1::ListMessagesResponse> DialogueService::ListAnonymous(
    const CallContext& call, const v1::ListAnonymousMessagesRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  return d_.dialogue.List(call, party, request.after_number(), request.page_size());
}

absl::Status DialogueService::MarkAnonymousRead(
    const CallContext& call, const v1::MarkAnonymousMessagesReadRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  return d_.dialogue.MarkRead(call, party, request.number());
}

absl::Status DialogueService::WaitAnonymous(
    const CallContext& call, const v1::WaitForAnonymousMessagesRequest& request, StayCheck& stay,
    const std::function<bool()>& cancelled,
    const std::function<bool(const v1::WaitForMessagesResponse&)>& write) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  ASSIGN_OR_RETURN(auto place, waits_.Enter(party, party.report_id));
  stay.Set(std::move(place), [this, receipt = request.receipt()](const CallContext& now) {
    return d_.parties.ByReceipt(Soon(now), receipt).status();
  });
  // Each message by itself; a heartbeat is one too, and as large as a short one.
  const auto send = [&](const v1::WaitForMessagesResponse& message) {
    const auto sent = SealAnswer<v1::WaitForMessagesResponse>(request.reply_key(), message);
    return sent.ok() && write(*sent);
  };
  return d_.dialogue.Wait(call, party, request.after_number(), cancelled, send);
}

absl::StatusOr<v1::Message> DialogueService::Post(const CallContext& call,
                                                  const v1::PostMessageRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  RETURN_IF_ERROR(d_.flood.AdmitNamed(call));
  ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, request.report()));
  return d_.dialogue.Post(call, party, request.request_id(), request.message());
}

grpc::Status DialogueService::PostAnonymousMessage(grpc::ServerContext* context,
                                                   const v1::PostAnonymousMessageRequest* request,
                                                   v1::Message* response) {
  return d_.rpc.Unary(
      context, kPostAnonymousMessage, Needs::kAnonymous, response, [&](const CallContext& call) {
        return Unsealed<v1::Message>(d_.sealing, call.tenant, *request,
                                     [&](const v1::PostAnonymousMessageRequest& opened) {
                                       return PostAnonymous(call, opened);
                                     });
      });
}

grpc::Status DialogueService::ListAnonymousMessages(grpc::ServerContext* context,
                                                    const v1::ListAnonymousMessagesRequest* request,
                                                    v1::ListMessagesResponse* response) {
  return d_.rpc.Unary(
      context, kListAnonymousMessages, Needs::kAnonymous, response, [&](const CallContext& call) {
        return Unsealed<v1::ListMessagesResponse>(
            d_.sealing, call.tenant, *request, [&](const v1::ListAnonymousMessagesRequest& opened) {
              return ListAnonymous(call, opened);
            });
      });
}

grpc::Status DialogueService::MarkAnonymousMessagesRead(
    grpc::ServerContext* context, const v1::MarkAnonymousMessagesReadRequest* request,
    Empty* response) {
  return d_.rpc.Unary(context, kMarkAnonymousMessagesRead, Needs::kAnonymous, response,
                      [&](const CallContext& call) {
                        return UnsealedDone(
                            d_.sealing, call.tenant, *request,
                            [&](const v1::MarkAnonymousMessagesReadRequest& opened) {
                              return MarkAnonymousRead(call, opened);
                            });
                      });
}

grpc::Status DialogueService::WaitForAnonymousMessages(
    grpc::ServerContext* context, const v1::WaitForAnonymousMessagesRequest* request,
    grpc::ServerWriter<v1::WaitForMessagesResponse>* writer) {
  StayCheck stay;
  return d_.rpc.ServerStream(
      context, kWaitForAnonymousMessages, Needs::kAnonymous, writer,
      [&](const CallContext& call, const auto& cancelled, const auto& write) -> absl::Status {
        ASSIGN_OR_RETURN(const auto opened, OpenedForAnswer(d_.sealing, call.tenant, *request));
        return WaitAnonymous(call, opened, stay, cancelled, write);
      },
      [&](const CallContext& call) { return stay.Holds(call); });
}

grpc::Status DialogueService::PostMessage(grpc::ServerContext* context,
                                          const v1::PostMessageRequest* request,
                                          v1::Message* response) {
  return d_.rpc.Unary(context, kPostMessage, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) { return Post(call, *request); });
}

grpc::Status DialogueService::ListMessages(grpc::ServerContext* context,
                                           const v1::ListMessagesRequest* request,
                                           v1::ListMessagesResponse* response) {
  return d_.rpc.Unary(
      context, kListMessages, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) -> absl::StatusOr<v1::ListMessagesResponse> {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, request->report()));
        return d_.dialogue.List(call, party, request->after_number(), request->page_size());
      });
}

grpc::Status DialogueService::MarkMessagesRead(grpc::ServerContext* context,
                                               const v1::MarkMessagesReadRequest* request,
                                               Empty* response) {
  return d_.rpc.Unary(context, kMarkMessagesRead, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<Empty> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const Party party,
                                         d_.parties.ByToken(call, request->report()));
                        RETURN_IF_ERROR(d_.dialogue.MarkRead(call, party, request->number()));
                        return Empty();
                      });
}

grpc::Status DialogueService::WaitForMessages(
    grpc::ServerContext* context, const v1::WaitForMessagesRequest* request,
    grpc::ServerWriter<v1::WaitForMessagesResponse>* writer) {
  StayCheck stay;
  return d_.rpc.ServerStream(
      context, kWaitForMessages, Needs::kTenantAndPerson, writer,
      [&](const CallContext& call, const auto& cancelled, const auto& write) -> absl::Status {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const Party party, d_.fresh_parties.ByToken(call, request->report()));
        ASSIGN_OR_RETURN(auto place, waits_.Enter(party, party.report_id));
        stay.Set(std::move(place), [this, report = request->report()](const CallContext& now) {
          return d_.fresh_parties.ByToken(Soon(now), report).status();
        });
        return d_.dialogue.Wait(call, party, request->after_number(), cancelled, write);
      },
      [&](const CallContext& call) { return stay.Holds(call); });
}

}  // namespace mamori::intake
