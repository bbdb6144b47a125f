#include "services/intake/evidence_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/receipt/receipt.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "services/intake/evidence_rules.h"
#include "services/intake/methods.h"
#include "services/intake/sealed_calls.h"
#include "services/intake/stay_check.h"

namespace mamori::intake {
namespace {

using server::CallContext;
using server::Needs;

constexpr absl::Duration kCheckTimeout = absl::Seconds(2);

template <typename Request>
absl::StatusOr<const v1::EvidenceChunk*> ChunkIn(const Request& message) {
  if (message.has_chunk()) return &message.chunk();
  status::Violations violations;
  violations.Add("chunk", "unset after the first message, want bytes");
  return violations.Status();
}

// The chunks of a stream after its first message.
template <typename Request>
Uploads::NextChunk ChunksOfStream(const std::function<bool(Request*)>& read, Request& message) {
  return [&read, &message]() -> absl::StatusOr<const v1::EvidenceChunk*> {
    if (!read(&message)) return nullptr;
    return ChunkIn(message);
  };
}

// The same of an anonymous stream, which may be sealed.
Uploads::NextChunk ChunksOfAnonymousStream(
    const std::function<bool(v1::UploadAnonymousEvidenceRequest*)>& read, SealedStream& sealed,
    v1::UploadAnonymousEvidenceRequest& message) {
  return [&]() -> absl::StatusOr<const v1::EvidenceChunk*> {
    do {
      if (!read(&message)) {
        RETURN_IF_ERROR(sealed.CheckFilled());
        return nullptr;
      }
      RETURN_IF_ERROR(sealed.OpenNext(message));
    } while (sealed.IsFiller(message));
    return ChunkIn(message);
  };
}

// Hands a download on as messages of its method.
template <typename Response>
Evidences::Receiver SendTo(const std::function<bool(const Response&)>& write) {
  return {.begin =
              [&write](const v1::Evidence& evidence) {
                Response response;
                *response.mutable_evidence() = evidence;
                return write(response);
              },
          .take =
              [&write](int64_t offset, std::string bytes) {
                Response response;
                response.mutable_chunk()->set_offset(offset);
                response.mutable_chunk()->set_data(std::move(bytes));
                return write(response);
              }};
}

// A stream's own deadline may be a day away.
CallContext Soon(const CallContext& call, absl::Time now) {
  CallContext soon = call;
  soon.deadline = std::min(call.deadline, now + kCheckTimeout);
  return soon;
}

}  // namespace

absl::StatusOr<Party> EvidenceService::ByReceipt(const CallContext& call,
                                                 const std::string& receipt) {
  ASSIGN_OR_RETURN(const std::string text, receipt::Parse(receipt));
  RETURN_IF_ERROR(d_.flood.AdmitReceipt(text));
  return d_.parties.ByReceipt(call, text);
}

absl::StatusOr<v1::Upload> EvidenceService::StartAnonymous(
    const CallContext& call, const v1::StartAnonymousUploadRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  return d_.uploads.Start(call, party, request.request_id(), request.file());
}

absl::StatusOr<v1::Evidence> EvidenceService::GetAnonymous(
    const CallContext& call, const v1::GetAnonymousEvidenceRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request.name()));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  if (party.report_id != name.report_id) return status::NotFound("evidence");
  return d_.evidences.Get(call, party, name.evidence_id);
}

absl::StatusOr<v1::ListEvidenceResponse> EvidenceService::ListAnonymous(
    const CallContext& call, const v1::ListAnonymousEvidenceRequest& request) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const Party party, ByReceipt(call, request.receipt()));
  return d_.evidences.List(call, party, request.page_size(), request.page_token());
}

absl::Status EvidenceService::StillParty(const CallContext& call, const std::string& report) {
  return d_.fresh_parties.ByToken(Soon(call, d_.clock.Now()), report).status();
}

grpc::Status EvidenceService::StartUpload(grpc::ServerContext* context,
                                          const v1::StartUploadRequest* request,
                                          v1::Upload* response) {
  return d_.rpc.Unary(
      context, kStartUpload, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) -> absl::StatusOr<v1::Upload> {
        RETURN_IF_ERROR(Validate(*request));
        RETURN_IF_ERROR(d_.flood.AdmitNamed(call));
        ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, request->report()));
        return d_.uploads.Start(call, party, request->request_id(), request->file());
      });
}

grpc::Status EvidenceService::StartAnonymousUpload(grpc::ServerContext* context,
                                                   const v1::StartAnonymousUploadRequest* request,
                                                   v1::Upload* response) {
  return d_.rpc.Unary(
      context, kStartAnonymousUpload, Needs::kAnonymous, response, [&](const CallContext& call) {
        return Unsealed<v1::Upload>(d_.sealing, call.tenant, *request,
                                    [&](const v1::StartAnonymousUploadRequest& opened) {
                                      return StartAnonymous(call, opened);
                                    });
      });
}

grpc::Status EvidenceService::UploadEvidence(grpc::ServerContext* context,
                                             grpc::ServerReader<v1::UploadEvidenceRequest>* reader,
                                             v1::Upload* response) {
  StayCheck stay;
  return d_.rpc.ClientStream(
      context, kUploadEvidence, Needs::kTenantAndPerson, reader, response,
      [&](const CallContext& call, const std::function<bool(v1::UploadEvidenceRequest*)>& read)
          -> absl::StatusOr<v1::Upload> {
        v1::UploadEvidenceRequest message;
        read(&message);
        RETURN_IF_ERROR(ValidateFirst(message));
        ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(message.target().name()));
        ASSIGN_OR_RETURN(const Party party,
                         d_.fresh_parties.ByToken(Soon(call, d_.clock.Now()), name.report));
        ASSIGN_OR_RETURN(auto place, uploads_.Enter(party, name.evidence_id));
        stay.Set(std::move(place),
                 [this, name](const CallContext& now) { return StillParty(now, name.report); });
        return d_.uploads.Receive(party, name.evidence_id, ChunksOfStream(read, message));
      },
      [&](const CallContext& call) { return stay.Holds(call); });
}

grpc::Status EvidenceService::UploadAnonymousEvidence(
    grpc::ServerContext* context, grpc::ServerReader<v1::UploadAnonymousEvidenceRequest>* reader,
    v1::Upload* response) {
  StayCheck stay;
  return d_.rpc.ClientStream(
      context, kUploadAnonymousEvidence, Needs::kAnonymous, reader, response,
      [&](const CallContext& call,
          const std::function<bool(v1::UploadAnonymousEvidenceRequest*)>& read)
          -> absl::StatusOr<v1::Upload> {
        v1::UploadAnonymousEvidenceRequest message;
        read(&message);
        SealedStream sealed(d_.sealing, call.tenant);
        RETURN_IF_ERROR(sealed.OpenFirst(message));
        RETURN_IF_ERROR(ValidateFirst(message));
        const std::string receipt = message.target().receipt();
        const std::string reply_key = message.target().reply_key();
        ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(message.target().name()));
        ASSIGN_OR_RETURN(const Party party, ByReceipt(Soon(call, d_.clock.Now()), receipt));
        if (party.report_id != name.report_id) return status::NotFound("evidence");
        ASSIGN_OR_RETURN(auto place, uploads_.Enter(party, name.evidence_id));
        stay.Set(std::move(place), [this, receipt](const CallContext& now) {
          return d_.parties.ByReceipt(Soon(now, d_.clock.Now()), receipt).status();
        });
        return SealAnswer(reply_key,
                          d_.uploads.Receive(party, name.evidence_id,
                                             ChunksOfAnonymousStream(read, sealed, message)));
      },
      [&](const CallContext& call) { return stay.Holds(call); });
}

grpc::Status EvidenceService::GetEvidence(grpc::ServerContext* context,
                                          const v1::GetEvidenceRequest* request,
                                          v1::Evidence* response) {
  return d_.rpc.Unary(context, kGetEvidence, Needs::kTenantAndPerson, response,
                      [&](const CallContext& call) -> absl::StatusOr<v1::Evidence> {
                        RETURN_IF_ERROR(Validate(*request));
                        ASSIGN_OR_RETURN(const EvidenceName name,
                                         ParseEvidenceName(request->name()));
                        ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, name.report));
                        return d_.evidences.Get(call, party, name.evidence_id);
                      });
}

grpc::Status EvidenceService::ListEvidence(grpc::ServerContext* context,
                                           const v1::ListEvidenceRequest* request,
                                           v1::ListEvidenceResponse* response) {
  return d_.rpc.Unary(
      context, kListEvidence, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) -> absl::StatusOr<v1::ListEvidenceResponse> {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, request->report()));
        return d_.evidences.List(call, party, request->page_size(), request->page_token());
      });
}

grpc::Status EvidenceService::GetAnonymousEvidence(grpc::ServerContext* context,
                                                   const v1::GetAnonymousEvidenceRequest* request,
                                                   v1::Evidence* response) {
  return d_.rpc.Unary(
      context, kGetAnonymousEvidence, Needs::kAnonymous, response, [&](const CallContext& call) {
        return Unsealed<v1::Evidence>(d_.sealing, call.tenant, *request,
                                      [&](const v1::GetAnonymousEvidenceRequest& opened) {
                                        return GetAnonymous(call, opened);
                                      });
      });
}

grpc::Status EvidenceService::ListAnonymousEvidence(grpc::ServerContext* context,
                                                    const v1::ListAnonymousEvidenceRequest* request,
                                                    v1::ListEvidenceResponse* response) {
  return d_.rpc.Unary(
      context, kListAnonymousEvidence, Needs::kAnonymous, response, [&](const CallContext& call) {
        return Unsealed<v1::ListEvidenceResponse>(
            d_.sealing, call.tenant, *request, [&](const v1::ListAnonymousEvidenceRequest& opened) {
              return ListAnonymous(call, opened);
            });
      });
}

grpc::Status EvidenceService::DownloadEvidence(
    grpc::ServerContext* context, const v1::DownloadEvidenceRequest* request,
    grpc::ServerWriter<v1::DownloadEvidenceResponse>* writer) {
  StayCheck stay;
  return d_.rpc.ServerStream(
      context, kDownloadEvidence, Needs::kTenantAndPerson, writer,
      [&](const CallContext& call, const auto&, const auto& write) -> absl::Status {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request->name()));
        const CallContext soon = Soon(call, d_.clock.Now());
        ASSIGN_OR_RETURN(const Party party, d_.fresh_parties.ByToken(soon, name.report));
        ASSIGN_OR_RETURN(auto place, downloads_.Enter(party, ""));
        stay.Set(std::move(place),
                 [this, name](const CallContext& now) { return StillParty(now, name.report); });
        return d_.evidences.DownloadDerivative(call, party, name.evidence_id, request->purpose(),
                                               SendTo<v1::DownloadEvidenceResponse>(write));
      },
      [&](const CallContext& call) { return stay.Holds(call); });
}

grpc::Status EvidenceService::DownloadOriginal(
    grpc::ServerContext* context, const v1::DownloadOriginalRequest* request,
    grpc::ServerWriter<v1::DownloadOriginalResponse>* writer) {
  StayCheck stay;
  return d_.rpc.ServerStream(
      context, kDownloadOriginal, Needs::kTenantAndPerson, writer,
      [&](const CallContext& call, const auto&, const auto& write) -> absl::Status {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request->name()));
        const CallContext soon = Soon(call, d_.clock.Now());
        ASSIGN_OR_RETURN(const Party party, d_.fresh_parties.ByToken(soon, name.report));
        ASSIGN_OR_RETURN(auto place, downloads_.Enter(party, ""));
        stay.Set(std::move(place),
                 [this, name](const CallContext& now) { return StillParty(now, name.report); });
        return d_.evidences.DownloadOriginal(call, party, name.evidence_id, request->purpose(),
                                             SendTo<v1::DownloadOriginalResponse>(write));
      },
      [&](const CallContext& call) { return stay.Holds(call); });
}

grpc::Status EvidenceService::ListEvidenceAccess(grpc::ServerContext* context,
                                                 const v1::ListEvidenceAccessRequest* request,
                                                 v1::ListEvidenceAccessResponse* response) {
  return d_.rpc.Unary(
      context, kListEvidenceAccess, Needs::kTenantAndPerson, response,
      [&](const CallContext& call) -> absl::StatusOr<v1::ListEvidenceAccessResponse> {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request->name()));
        ASSIGN_OR_RETURN(const Party party, d_.parties.ByToken(call, name.report));
        return d_.evidences.ListAccess(call, party, name.evidence_id, *request);
      });
}

}  // namespace mamori::intake
