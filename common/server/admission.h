// Decides whether a call begins, and in whose name: certificate, authorization table, token.
#ifndef MAMORI_COMMON_SERVER_ADMISSION_H_
#define MAMORI_COMMON_SERVER_ADMISSION_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/authn/people.h"
#include "common/server/authorizer.h"
#include "common/server/caller.h"
#include "common/time/clock.h"

namespace mamori::server {

// What a method asks of its call.
enum class Needs {
  kTenant,           // a tenant: the person's, or the only one of the application
  kTenantAndPerson,  // and a person who acts
  // As kTenant, and a service may call for itself or on behalf of a person. The handler takes the
  // tenant from TenantOf and calls RequireResource.
  kTenantOrService,
  kNothing,  // a service's call about many tenants, such as IngestEvents
  // As kTenant, through an application and from somebody whom nobody is to know: a person's token
  // is refused, request id and trace are not read, and no line is logged.
  kAnonymous,
};

class Admission {
 public:
  // `people` may be null: then no token is believed. `client_ca_file`: the authorities of client
  // certificates, for the statements of services.
  Admission(const Authorizer& authorizer, authn::People* people, std::string client_ca_file,
            const time::Clock& clock)
      : authorizer_(authorizer),
        people_(people),
        client_ca_file_(std::move(client_ca_file)),
        clock_(clock) {}

  // Fills in caller, tenant, person and what follows from them; `identity` stays null without a
  // token. UNAUTHENTICATED: UNKNOWN_CALLER, CALLER_CONTEXT_MISSING, TOKEN_INVALID, TOKEN_EXPIRED,
  // ASSERTED_CONTEXT. PERMISSION_DENIED: CALLER_NOT_ALLOWED. UNAVAILABLE: the issuer's keys are
  // not known now.
  absl::Status Admit(const grpc::ServerContextBase& context, const Metadata& metadata, Needs needs,
                     CallContext& call, std::shared_ptr<const authn::Identity>& identity) const;

  // Whether a call that lasts may go on: token and key. The codes of Admit.
  absl::Status StillHolds(const authn::Identity& identity) const;

 private:
  absl::Status AdmitApplication(const grpc::ServerContextBase& context, const Metadata& metadata,
                                const Authorizer::Grant& grant, Needs needs, CallContext& call,
                                std::shared_ptr<const authn::Identity>& identity) const;
  absl::Status AdmitService(const Metadata& metadata, const Authorizer::Grant& grant, Needs needs,
                            CallContext& call,
                            std::shared_ptr<const authn::Identity>& identity) const;
  absl::Status ReadPerson(const std::string& token, CallContext& call,
                          std::shared_ptr<const authn::Identity>& identity) const;

  const Authorizer& authorizer_;
  authn::People* const people_;
  const std::string client_ca_file_;
  const time::Clock& clock_;
};

}  // namespace mamori::server

#endif  // MAMORI_COMMON_SERVER_ADMISSION_H_
