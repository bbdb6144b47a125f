#include "services/notification/case_access.h"

#include <algorithm>

#include "common/status/macros.h"
#include "services/notification/readers.h"

namespace mamori::notification {
namespace {

using triage::v1::AccessQuestion;

AccessQuestion NoticeOf(const Claim& claim) {
  AccessQuestion question;
  question.set_tenant(claim.tenant);
  question.set_resource(id::Name("cases", claim.case_id));
  question.set_action(triage::v1::ACCESS_ACTION_NOTICE);
  return question;
}

}  // namespace

absl::StatusOr<std::set<CaseAccess::Asked>> CaseAccess::Admitted(
    const server::CallContext& call, const std::set<Asked>& asked) const {
  std::set<Asked> admitted;
  if (call.person.empty() || asked.empty()) return admitted;
  std::vector<AccessQuestion> questions;
  for (const auto& [case_id, use] : asked) {
    questions.push_back(client::QuestionOf(call, id::Name("cases", case_id)));
    questions.back().set_action(use == Use::kRead ? triage::v1::ACCESS_ACTION_READ
                                                  : triage::v1::ACCESS_ACTION_READ_ACCESS);
  }
  ASSIGN_OR_RETURN(const std::vector<client::Access> answers,
                   checker_.Check(questions, call.deadline));
  size_t i = 0;
  for (const Asked& one : asked) {
    if (answers[i++] == client::Access::kAllowed) admitted.insert(one);
  }
  return admitted;
}

absl::StatusOr<std::vector<bool>> CaseAccess::MayBeTold(const std::vector<Claim>& claims,
                                                        absl::Time deadline) const {
  std::vector<AccessQuestion> questions;
  std::vector<size_t> ends;  // where the questions of each claim end
  for (const Claim& claim : claims) {
    // Nobody knows who reads at a webhook's receiver.
    const bool mail = claim.channel == mamori::v1::DELIVERY_CHANNEL_MAIL;
    const auto readers =
        mail ? ReadersOf(policy_, claim.receiver) : std::vector<mamori::v1::RosterEntry>();
    if (readers.empty()) questions.push_back(NoticeOf(claim));
    for (const mamori::v1::RosterEntry& reader : readers) {
      AccessQuestion& question = questions.emplace_back(NoticeOf(claim));
      question.set_person(reader.person());
      *question.mutable_roles() = reader.roles();
      question.set_department(reader.department());
    }
    ends.push_back(questions.size());
  }
  ASSIGN_OR_RETURN(const std::vector<client::Access> answers, checker_.Check(questions, deadline));
  std::vector<bool> may;
  size_t from = 0;
  for (const size_t end : ends) {
    may.push_back(std::all_of(answers.begin() + from, answers.begin() + end,
                              [](auto answer) { return answer == client::Access::kAllowed; }));
    from = end;
  }
  return may;
}

}  // namespace mamori::notification
