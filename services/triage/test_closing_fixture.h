// What is recorded before a case is closed.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_CLOSING_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_CLOSING_FIXTURE_H_

#include <string>

#include "services/triage/test_casework_fixture.h"

namespace mamori::triage {

class ClosingFixture : public CaseworkFixture {
 protected:
  v1::JudgeCaseRequest Harassment(const std::string& of_case) {
    auto request = Verb<v1::JudgeCaseRequest>(of_case);
    v1::Judgement& judgement = *request.mutable_judgement();
    judgement.set_verdict(v1::VERDICT_HARASSMENT);
    judgement.set_demand(v1::DEMAND_VALIDITY_NOT);
    judgement.set_demand_reason("r");
    judgement.set_means(v1::MEANS_ACCEPTABILITY_UNACCEPTABLE);
    judgement.set_means_reason("r");
    judgement.set_complaint_answer("a");
    judgement.set_accommodation(v1::ACCOMMODATION_REQUEST_NONE);
    judgement.add_categories("UNJUST_DEMAND");
    return request;
  }
  absl::StatusOr<v1::Care> Contact(const std::string& of_case, const std::string& person) {
    auto request = Verb<v1::RecordCareRequest>(of_case);
    v1::Care& care = *request.mutable_care();
    care.set_kind(v1::CARE_KIND_CONTACT);
    care.set_person(person);
    care.set_text("秘密の言葉");
    *care.mutable_care_time() = time::ToTimestamp(later_.Now() - absl::Hours(1));
    *care.mutable_next_contact_time() = time::ToTimestamp(later_.Now() + absl::Hours(48));
    return cares_.Record(Call("Care"), request);
  }
  v1::PlanPreventionRequest Plan(const std::string& of_case, const std::string& owner = "lead-1") {
    auto request = Verb<v1::PlanPreventionRequest>(of_case);
    request.mutable_prevention()->set_action("two people take such calls");
    request.mutable_prevention()->set_owner(owner);
    *request.mutable_prevention()->mutable_due_time() =
        time::ToTimestamp(later_.Now() + absl::Hours(24));
    *request.mutable_prevention()->mutable_review_time() =
        time::ToTimestamp(later_.Now() + absl::Hours(900));
    return request;
  }
  Cases::CaseOr Close(const std::string& of_case, const std::string& no_prevention = "") {
    auto request = Verb<v1::CloseCaseRequest>(of_case);
    request.set_reason("settled");
    request.set_no_prevention_reason(no_prevention);
    return cases_.Close(Call("Close"), request);
  }
  v1::CareFile CareOf(const std::string& of_case, const std::string& person = "desk-1") {
    v1::GetCareRequest get;
    get.set_name(of_case);
    const auto file = cares_.Get(Call("GetCare", person), get);
    EXPECT_THAT(file, testing::IsOk());
    return file.ok() ? *file : v1::CareFile();
  }
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_CLOSING_FIXTURE_H_
