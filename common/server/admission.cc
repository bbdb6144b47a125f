#include "common/server/admission.h"

#include "common/authn/certificate.h"
#include "common/authn/statement.h"
#include "common/config/textproto.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::server {
namespace {

absl::Status Unauthenticated(v1::ErrorReason reason, const char* message) {
  return status::Error(absl::StatusCode::kUnauthenticated, reason, message);
}

absl::Status Missing(const char* message) {
  return Unauthenticated(v1::ERROR_REASON_CALLER_CONTEXT_MISSING, message);
}

absl::Status NotAllowed(const char* message) {
  return status::Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CALLER_NOT_ALLOWED,
                       message);
}

}  // namespace

absl::Status Admission::Admit(const grpc::ServerContextBase& context, const Metadata& metadata,
                              Needs needs, CallContext& call,
                              std::shared_ptr<const authn::Identity>& identity) const {
  ASSIGN_OR_RETURN(call.caller, ReadCaller(context));
  ASSIGN_OR_RETURN(const Authorizer::Grant* grant, authorizer_.Check(call.method, call.caller));
  if (metadata.asserted) {
    return Unauthenticated(v1::ERROR_REASON_ASSERTED_CONTEXT,
                           "metadata mamori-tenant and mamori-person are refused: a person is "
                           "proved by an access token in authorization");
  }
  if (!metadata.well_formed) {
    return Unauthenticated(v1::ERROR_REASON_TOKEN_INVALID,
                           "metadata authorization: want \"Bearer TOKEN\", once");
  }
  return grant->is_service() ? AdmitService(metadata, *grant, needs, call, identity)
                             : AdmitApplication(context, metadata, *grant, needs, call, identity);
}

absl::Status Admission::ReadPerson(const std::string& token, CallContext& call,
                                   std::shared_ptr<const authn::Identity>& identity) const {
  if (people_ == nullptr) {
    return Unauthenticated(v1::ERROR_REASON_TOKEN_INVALID, "no issuer's tokens are believed here");
  }
  ASSIGN_OR_RETURN(identity, people_->Verify(token));
  call.tenant = identity->tenant;
  call.person = identity->person;
  call.roles = identity->roles;
  call.department = identity->department;
  call.acr = identity->acr;
  call.auth_time = identity->auth_time;
  call.strong = people_->step_up_acr().contains(identity->acr);
  call.token = token;
  call.token_hash = identity->token_hash;
  call.token_expiry = identity->expiry;
  return absl::OkStatus();
}

absl::Status Admission::AdmitApplication(const grpc::ServerContextBase& context,
                                         const Metadata& metadata, const Authorizer::Grant& grant,
                                         Needs needs, CallContext& call,
                                         std::shared_ptr<const authn::Identity>& identity) const {
  if (needs == Needs::kNothing) return NotAllowed("only services call this method");
  if (!metadata.on_behalf.empty() || !metadata.statement.empty()) {
    return NotAllowed("only services pass a person's token on");
  }
  if (metadata.token.empty()) {
    if (grant.person == config::v1::PERSON_RULE_REQUIRED || needs == Needs::kTenantAndPerson) {
      return Missing("this call needs a person's access token in metadata authorization");
    }
    if (grant.tenants.size() != 1) {
      return Missing("the application serves several tenants, so this call needs a person's token");
    }
    call.tenant = *grant.tenants.begin();
    return absl::OkStatus();
  }
  if (grant.person == config::v1::PERSON_RULE_REFUSED || needs == Needs::kAnonymous) {
    return NotAllowed("this call takes no person's token");
  }
  RETURN_IF_ERROR(ReadPerson(metadata.token, call, identity));
  if (!identity->bound_to.empty()) {
    RETURN_IF_ERROR(
        authn::CheckBinding(*identity, authn::CertificateHash(ReadCertificate(context))));
  }
  if (!grant.tenants.contains(call.tenant)) {
    return NotAllowed("the application does not serve the person's tenant");
  }
  return absl::OkStatus();
}

absl::Status Admission::AdmitService(const Metadata& metadata, const Authorizer::Grant& grant,
                                     Needs needs, CallContext& call,
                                     std::shared_ptr<const authn::Identity>& identity) const {
  if (!metadata.token.empty()) {
    return NotAllowed("a service passes a person's token on in metadata mamori-on-behalf");
  }
  if (needs != Needs::kNothing && needs != Needs::kTenantOrService) {
    return NotAllowed("services do not call this method");
  }
  if (metadata.on_behalf.empty() && metadata.statement.empty()) {
    if (grant.purpose.empty()) return Missing("this call needs the token of a person, passed on");
    call.purpose = grant.purpose;
    return absl::OkStatus();
  }
  if (!grant.on_behalf || needs == Needs::kNothing) {
    return NotAllowed("the service may not act for a person here");
  }
  RETURN_IF_ERROR(ReadPerson(metadata.on_behalf, call, identity));
  // Read anew each time, so that it is as fresh as what TLS goes by.
  ASSIGN_OR_RETURN(const std::string authorities, config::ReadFile(client_ca_file_));
  ASSIGN_OR_RETURN(call.resource, authn::VerifyStatement(metadata.statement, call.token_hash,
                                                         call.method, call.caller, authorities,
                                                         people_->clock_skew(), clock_.Now()));
  return absl::OkStatus();
}

absl::Status Admission::StillHolds(const authn::Identity& identity) const {
  return people_->StillHolds(identity);
}

}  // namespace mamori::server
