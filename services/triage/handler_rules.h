// Who is designated to handle cases of public-interest whistleblowing, and has accepted it
// (Whistleblower Protection Act, Art. 11(1), 12 and 21): pure rules over the stored designation.
#ifndef MAMORI_SERVICES_TRIAGE_HANDLER_RULES_H_
#define MAMORI_SERVICES_TRIAGE_HANDLER_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/authz/access_rules.h"
#include "mamori/triage/v1/designated_handler_service.pb.h"
#include "mamori/v1/policy.pb.h"

namespace mamori::triage {

absl::Status Validate(const v1::DesignateHandlerRequest& request);
absl::Status Validate(const v1::AcceptDesignationRequest& request);
absl::Status Validate(const v1::WithdrawDesignationRequest& request);
absl::Status Validate(const v1::GetDesignatedHandlerRequest& request);
absl::Status Validate(const v1::ListDesignatedHandlersRequest& request);

// The version of the duties in force.
std::string DutyVersionOf(const mamori::v1::DesignatedHandlerPolicy& policy);
// Whether the person may be given such cases now.
bool MayHandle(const v1::DesignatedHandler& handler, std::string_view duty_version);
// Whether cases of the kind are such from the beginning.
bool IsNamedKind(const mamori::v1::DesignatedHandlerPolicy& policy, mamori::v1::ReportKind kind);

// Who asks.
struct HandlerCaller {
  std::string person;
  authz::RoleSet roles;
};
bool MayDesignate(const HandlerCaller& caller);
// Of everyone's; each may read the own one besides.
bool MayReadHandlers(const HandlerCaller& caller);

// Each takes what is stored and gives what is to be, its version grown by one; or the error of
// DesignatedHandlerService. `before` is null for a person who was never designated.
absl::StatusOr<v1::DesignatedHandler> Designate(const v1::DesignatedHandler* before,
                                                std::string_view person,
                                                const HandlerCaller& caller, absl::Time now);
absl::StatusOr<v1::DesignatedHandler> AcceptDesignation(const v1::DesignatedHandler& before,
                                                        std::string_view duty_version,
                                                        std::string_view in_force,
                                                        const HandlerCaller& caller,
                                                        absl::Time now);
absl::StatusOr<v1::DesignatedHandler> WithdrawDesignation(const v1::DesignatedHandler& before,
                                                          v1::WithdrawalCause cause,
                                                          std::string_view successor,
                                                          const HandlerCaller& caller,
                                                          absl::Time now);

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_HANDLER_RULES_H_
